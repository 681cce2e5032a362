"""The real server stopped and started under load: writes go on, reads fall back and say so, nothing is lost.

A server of its own is needed, since everybody else's tests use the shared one: TEST_SEARCH_ARCHIVE names the archive
it is unpacked from. What a server may do wrong otherwise is tried in test_server, through a proxy, in every run.
"""

import json
import os
import signal
import time

import pytest

from tests.houses import PROVE, House, kill, wait_for
from tests.search.load import READ, WRITE, Load
from tests.search.own_server import OwnServer

STOPS = (signal.SIGTERM, signal.SIGKILL, signal.SIGTERM, signal.SIGKILL)
AWAY = 12.0
WRITERS, READERS = 2, 2


@pytest.mark.skipif(
    not PROVE or "TEST_SEARCH_ARCHIVE" not in os.environ, reason="TEST_SEARCH_ARCHIVE：make prove 时运行"
)
@pytest.mark.django_db
def test_stopped_and_started_under_load_no_write_fails_and_nothing_drifts(tmp_path, record_property):
    server = OwnServer(os.environ["TEST_SEARCH_ARCHIVE"])
    house = House(tmp_path / "house")
    house.environment["SEARCH_URL"] = f"{server.url}/stopped"
    options = ("--pool", "threads", "--concurrency", "2", "--without-gossip", "-B", "-s", str(tmp_path / "schedule"))
    worker = None
    try:
        server.start()
        assert house.manage("migrate", "-v0")[0] == 0
        assert house.manage("import_products", "products/data/products.csv")[0] == 0
        worker = house.start("-m", "celery", "-q", "-A", "config", "worker", "--loglevel", "WARNING", *options)
        writers, readers = Load(house, WRITE, WRITERS, tmp_path), Load(house, READ, READERS, tmp_path)
        back = [round_of(server, readers, number) for number in STOPS]
        writers.stop()
        wait_for(lambda: settled(house), 120, 2)
        readers.stop()
        checked = house.manage("rebuild_index", "--check", "--json")
    finally:
        if worker:
            kill(worker)
        server.close()
    written, read = writers.said(), readers.said()
    slowest = max(line[1] for line in read)
    fallen = [line for line in read if line[2] == "tantivy"]
    record_property(
        "proof",
        f"停启 {len(STOPS)} 次：写 {len(written)} 次失败 {sum(bool(line[1]) for line in written)}，"
        f"读 {len(read)} 次出错 {sum(bool(line[4]) for line in read)}，其中内置引擎顶上 {len(fallen)} 次，"
        f"最慢 {slowest:.2f} 秒；启动后 {'、'.join(f'{item:.0f}' for item in back)} 秒重新由服务器应答；"
        f"差异 {checked[1].strip()}",
    )
    assert [line for line in written if line[1]] == []
    assert [line for line in read if line[4]] == []
    assert fallen
    assert {json.dumps(item) for item in json.loads(checked[1]).values()} == {'{"missing": 0, "extra": 0, "stale": 0}'}
    assert (checked[0], checked[2]) == (0, "")
    assert slowest < 3, "two seconds, and one for a machine that does other things too"
    house.close()


def round_of(server: OwnServer, readers: Load, number: signal.Signals) -> float:
    """One stop and start; seconds from the start until a read is answered by the server again."""
    wait_for(lambda: "elasticsearch" in readers.engines_since(time.monotonic() - 5), 120)
    server.stop(number)
    gone = time.monotonic()
    time.sleep(AWAY)
    later = [line for line in readers.said() if line[0] > gone]
    assert {line[2] for line in later} == {"tantivy"}
    assert all("Elasticsearch" in line[3] for line in later)
    begun = time.monotonic()
    server.start()
    wait_for(lambda: "elasticsearch" in readers.engines_since(begun), 120)
    return time.monotonic() - begun


def settled(house: House) -> bool:
    """Nothing is owed and the server answers."""
    owed = house.python(
        "from common.models import OutboxMessage\nprint(OutboxMessage.objects.filter(done_at=None).count())"
    )
    return owed.strip() == "0" and house.manage("rebuild_index", "--check")[0] == 0
