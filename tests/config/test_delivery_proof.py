"""Every message owed outside has exactly one effect, however often the broker gives it and whoever dies on the way.

10,000 deliveries, each given to the queue one to five times in random order, to workers of which one in ten
executions ends by SIGKILL, and whose whole pool is killed now and then; on the embedded broker, Redis and RabbitMQ.
"""

import json
import os
import time

import pytest

from tests.houses import PROVE, House, kill, wait_for

MESSAGES = 10_000 if PROVE else 150
WORKERS_KILLED = 5 if PROVE else 1
KILLS, POOL = "0.10", 16 if PROVE else 4

OWE = """
import sys
from django.core.management import call_command
call_command("migrate", verbosity=0)
from datetime import timedelta
from accounts.models import Delivery, Notification, User
from accounts.services import system_actor
from common import clock
user, count = system_actor("证明"), int(sys.argv[1])
Notification.objects.bulk_create([Notification(user=user, key=f"k{n}", title=f"第{n}条") for n in range(count)], 2000)
Delivery.objects.bulk_create([
    Delivery(notification=n, channel="mail", address="a@example.com", due_at=clock.now() + timedelta(seconds=3))
    for n in Notification.objects.order_by("pk")
], 2000)
"""
# Gives each message 1–5 times, shuffled, keeping the queue short; then sweeps until nothing is owed.
GIVE = """
import json, os, random, time
from pathlib import Path
from django.conf import settings
from accounts import deliveries
from accounts.models import Delivery
from accounts.tasks import send_delivery
import tests.proof_gateway
given = [pk for pk in Delivery.objects.values_list("pk", flat=True) for _ in range(random.randint(1, 5))]
random.shuffle(given)
folder = Path(settings.CELERY_BROKER_TRANSPORT_OPTIONS.get("data_folder_in", "/nonexistent"))
for number, pk in enumerate(given):
    send_delivery.apply_async((pk,))
    while number % 50 == 0 and folder.is_dir() and sum(1 for _ in folder.iterdir()) > 100:
        time.sleep(0.1)
swept, owed, deadline = 0, 0, time.monotonic() + 7200
while left := Delivery.objects.filter(sent_at=None).count():
    assert time.monotonic() < deadline, f"{left} still owed"
    # While the queue moves there is nothing to sweep up.
    if left == owed:
        swept += deliveries.hand_over(lambda pk: send_delivery.apply_async((pk,)))
    owed = left
    time.sleep(3)
Path(os.environ["PROOF_FOLDER"], "given").write_text(json.dumps([len(given), swept]))
"""


def broker_url(name):
    if name == "filesystem":
        return "filesystem://"
    url = os.environ.get(f"TEST_{name.upper()}_URL", "")
    if not url:
        pytest.skip(f"TEST_{name.upper()}_URL 未设置")
    return url


def lines(path):
    return path.read_text("utf-8").split() if path.exists() else []


@pytest.fixture
def house(tmp_path):
    made = House(tmp_path)
    made.environment |= {
        "DJANGO_SETTINGS_MODULE": "tests.proof_settings",
        "PROOF_FOLDER": str(tmp_path),
        "PROOF_QUEUE": f"proof-{os.getpid()}-{time.monotonic_ns()}",
    }
    yield made
    made.close()


def start_worker(house):
    options = (
        "--pool",
        "prefork",
        "--concurrency",
        str(POOL),
        "--loglevel",
        "ERROR",
        "--without-gossip",
        "--without-mingle",
    )
    command = ("-m", "celery", "-q", "-A", "config", "worker", *options)
    return house.start(*command, PROOF_KILLS=KILLS)


@pytest.mark.parametrize("broker", ["filesystem", "redis", "rabbitmq"])
def test_every_message_has_exactly_one_effect(house, tmp_path, broker, record_property):
    house.environment["CELERY_BROKER_URL"] = broker_url(broker)
    house.python(OWE, str(MESSAGES))
    giver = house.start("-c", "import django; django.setup()\n" + GIVE)
    worker, killed = start_worker(house), 0
    try:
        while giver.poll() is None:
            seen = len(set(lines(tmp_path / "effects")))
            if killed < WORKERS_KILLED and seen > MESSAGES * (killed + 1) // (WORKERS_KILLED + 2):
                kill(worker)
                worker, killed = start_worker(house), killed + 1
            time.sleep(1 if PROVE else 0.2)
    finally:
        kill(worker)
        kill(giver)
    assert giver.returncode == 0, house.log.read_text("utf-8")[-3000:]
    given, swept = json.loads((tmp_path / "given").read_text("utf-8"))
    attempts, deaths = lines(tmp_path / "effects"), lines(tmp_path / "deaths")
    assert len(set(attempts)) == MESSAGES
    # Without a death between effect and receipt there is no second attempt.
    repeated = len(attempts) - MESSAGES
    assert repeated <= deaths.count("between") + POOL * killed
    assert deaths
    assert killed == WORKERS_KILLED
    record_property(
        "proof",
        f"{broker}：{MESSAGES} 条，投递 {given} 次（清扫补投 {swept} 次），执行中 kill -9 {len(deaths)} 次，"
        f"整个工作进程 {killed} 次；效果 {len(set(attempts))} 条，同一标识重发 {repeated} 次",
    )


def test_the_worker_refuses_to_start_on_a_restore_cut_off(house):
    house.data.mkdir(exist_ok=True)
    (house.data / "restore-unfinished.json").write_text('{"file": "/somewhere/market.tar"}')
    worker = start_worker(house)
    wait_for(lambda: worker.poll() is not None, 60)
    assert "上一次恢复没有做完" in house.log.read_text("utf-8")
