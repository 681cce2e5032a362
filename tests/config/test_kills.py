"""kill -9 at random moments of an import and of the relay: nothing lost, nothing doubled, the chain whole."""

import json

import pytest

from tests.houses import PROVE, House

KILLS = 50 if PROVE else 6

# A parent that has no connection forks a child for each run and kills it; what it never kills ends by itself.
DRIVER = """
import json, os, random, signal, sys, time
from django.core.management import call_command
from django.db import connections
call_command("migrate", verbosity=0)
connections.close_all()

def killed(work, longest):
    pid = os.fork()
    if not pid:
        work()
        os._exit(0)
    deadline = time.monotonic() + random.uniform(0, longest)
    while time.monotonic() < deadline:
        if os.waitpid(pid, os.WNOHANG)[0]:
            return False
        time.sleep(0.002)
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    return True
"""
IMPORT = (
    DRIVER
    + """
from datetime import timedelta
from io import BytesIO
from accounts.models import Role
from accounts.services import system_actor, user_create
from accounts.uploads import upload_confirm, upload_receive
from common import audit, jobs
from common.models import AuditEvent, Job
from enterprises.models import EnterpriseProfile, Fact
from tests.codes import credit_code

ROWS, KILLS = 800, int(sys.argv[1])
office = user_create(actor=system_actor("证明"), username="office", password=None, display_name="", party=None,
                     roles=[Role.OFFICE])

class Upload(BytesIO):
    name = "企业.csv"
    size = property(lambda self: len(self.getvalue()))
    def chunks(self):
        return [self.getvalue()]

from tests.frontend.test_jobs_page import HEADER
def sheet(number):
    blanks = "," * (HEADER.count(",") - 5)
    rows = [f"{credit_code(number * ROWS + n)},企业{number}之{n},,,,35{blanks}" for n in range(ROWS)]
    return Upload("\\n".join([HEADER, *rows]).encode())

def run():
    jobs.release_stuck(timedelta(0))
    jobs.start_queued(jobs.perform)

kills = files = 0
while kills < KILLS:
    check = upload_receive(actor=office, kind="enterprises", upload=sheet(files))
    run()
    check.refresh_from_db()
    job = upload_confirm(actor=office, job=check)
    files += 1
    while True:
        # The office resumes what broke off too often.
        Job.objects.filter(pk=job.pk).update(attempts=0)
        connections.close_all()
        if kills < KILLS and killed(run, 2.5):
            kills += 1
        elif kills >= KILLS:
            run()
        job.refresh_from_db()
        if job.state == "done":
            break
        assert job.state in ("queued", "running"), (job.state, job.error)
taken = [job.result for job in Job.objects.filter(kind="import:enterprises")]
print(json.dumps({
    "kills": kills, "files": files, "rows": files * ROWS,
    "created": sum(result["created"] for result in taken),
    "repeated": sum(result["unchanged"] + result["updated"] + result["rejected_count"] for result in taken),
    "firms": EnterpriseProfile.objects.count(), "facts": Fact.objects.filter(field="employees").count(),
    "audited": AuditEvent.objects.filter(action="import").count(), "chain": audit.verify()[1],
}))
"""
)
RELAY = (
    DRIVER
    + """
from common import outbox
from common.models import Job, OutboxMessage

# Effects that nothing but the transaction keeps from happening twice.
def effect(messages):
    for message in messages:
        Job.objects.create(kind="effect", key=message.key, state="done")
        time.sleep(0.001)
    return {}

outbox.subscribe("proof", effect)
kills = messages = 0
while kills < int(sys.argv[1]):
    OutboxMessage.objects.bulk_create([OutboxMessage(topic="proof", key=f"m{messages + n}") for n in range(200)])
    messages += 200
    connections.close_all()
    kills += killed(lambda: outbox.relay(batch=10), 0.6)
outbox.relay()
effects = list(Job.objects.filter(kind="effect").values_list("key", flat=True))
print(json.dumps({"kills": kills, "messages": messages, "effects": len(effects), "distinct": len(set(effects)),
                  "owed": OutboxMessage.objects.filter(done_at=None).count()}))
"""
)


@pytest.fixture
def house(tmp_path):
    made = House(tmp_path)
    yield made
    made.close()


def test_an_import_killed_again_and_again_ends_as_if_it_had_not_been(house, record_property):
    found = json.loads(house.python(IMPORT, str(KILLS)).splitlines()[-1])
    assert found["kills"] == KILLS
    assert found["created"] == found["firms"] == found["facts"] == found["rows"]
    assert (found["repeated"], found["chain"]) == (0, [])
    assert found["audited"] == found["files"]
    record_property("proof", f"导入中 kill -9 {KILLS} 次：{found['rows']} 行，写入 {found['firms']} 户，丢失 0，重复 0")


def test_the_relay_killed_again_and_again_does_each_effect_once(house, record_property):
    found = json.loads(house.python(RELAY, str(KILLS)).splitlines()[-1])
    assert found["kills"] == KILLS
    assert found["effects"] == found["distinct"] == found["messages"]
    assert found["owed"] == 0
    record_property("proof", f"转发中 kill -9 {KILLS} 次：{found['messages']} 条消息，效果 {found['effects']} 次")
