"""kill -9 of the indexer again and again beside three readers: no reading is wrong, no change is lost."""

import random
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from search import sync
from search.engines.elasticsearch.connection import Connection
from search.engines.elasticsearch.engine import ElasticsearchEngine
from search.engines.tantivy import TantivyEngine
from search.plan import Plan
from tests.contracts.source import ROOT
from tests.houses import PROVE, House, kill_after
from tests.search.conftest import PATIENT
from tests.search.indexer import document
from tests.search.load import READ_ALL, WRITE, Load

KILLS = 20 if PROVE else 3
READERS = 3


class Readers:
    """Threads with an engine of their own each; a reading is right when all rows are of one version, never an older."""

    def __init__(self, make, killed) -> None:
        self.readings, self.problems = 0, list[str]()
        self._done, self._make, self._killed = threading.Event(), make, killed
        self._threads = [threading.Thread(target=self._read) for _ in range(READERS)]

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        for thread in self._threads:
            thread.join(60)

    def _read(self) -> None:
        engine, newest = self._make(), 0
        while not self._done.is_set():
            try:
                page = engine.reader(self._killed).search(Plan(facets=("kind",), sort=self._killed.sorts[0], size=100))
                versions = {hit.value for hit in page.hits}
                right = page.total == len(page.hits) == 60 and len(versions) == 1 and min(versions) >= newest
                if not right or page.facets["kind"] != [(f"v{min(versions)}", 60)]:
                    self.problems.append(f"{page.total} rows of {versions} after {newest}")
                newest = min(versions)
                self.readings += 1
            except Exception as error:  # noqa: BLE001 - whatever goes wrong in the thread is the finding
                self.problems.append(repr(error))


def start(folder: Path, environment: dict[str, str]) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "tests.search.indexer", str(folder)],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )


@pytest.mark.parametrize("engine_name", ["tantivy", pytest.param("elasticsearch", marks=pytest.mark.elasticsearch)])
def test_no_reading_is_wrong_and_no_change_is_lost(
    engine_name, request, tmp_path, settings, monkeypatch, db, record_property
):
    chance, folder = random.Random(9), tmp_path / "rows"
    folder.mkdir()
    (folder / "version").write_text("1")
    killed = document(folder)
    house = House(tmp_path / "house")
    environment, settings.DATA_DIR = house.environment, house.data
    assert house.manage("migrate", "-v0")[0] == 0
    make = TantivyEngine
    if engine_name == "elasticsearch":
        url = request.getfixturevalue("server_url")
        environment["SEARCH_URL"] = settings.SEARCH_URL = url
        make = lambda: ElasticsearchEngine(Connection(url, PATIENT))  # noqa: E731
        server = make()
        monkeypatch.setattr("search.engines._server", lambda _: server)
    sync.rebuild(killed)
    with Readers(make, killed) as readers:
        for number in range(KILLS):
            indexer = start(folder, environment)
            assert indexer.stdout is not None
            indexer.stdout.readline()
            staged = folder / "next"
            staged.write_text(str(number + 2))
            staged.replace(folder / "version")
            time.sleep(chance.random() * 0.4)
            indexer.send_signal(signal.SIGKILL)
            indexer.wait()
            indexer.stdout.close()
        # The next indexer takes up what every killed one left.
        sync.rebuild(killed)
    assert readers.problems == []
    assert readers.readings > 0
    final = make().reader(killed)
    assert final.search(Plan(facets=("kind",))).facets["kind"] == [(f"v{KILLS + 1}", 60)]
    assert not sync.drift(killed)
    record_property("proof", f"{engine_name} 建索引进程被杀 {KILLS} 次：读 {readers.readings} 次，错 0 次，丢改动 0 处")
    house.close()


@pytest.mark.skipif(not PROVE, reason="真实产品、真实库：make prove 时运行")
@pytest.mark.django_db
def test_whoever_follows_the_changes_is_killed_and_none_is_lost(tmp_path, record_property):
    chance, house = random.Random(12), House(tmp_path / "house")
    assert house.manage("migrate", "-v0")[0] == 0
    assert house.manage("import_products", "products/data/products.csv")[0] == 0
    writers, readers = Load(house, WRITE, 2, tmp_path), Load(house, READ_ALL, READERS, tmp_path)
    for _ in range(KILLS):
        kill_after(house.start("manage.py", "follow_changes"), 4 + 3 * chance.random())
    writers.stop()
    readers.stop()
    house.python("from common import outbox\noutbox.relay()")
    written, read = writers.said(), readers.said()
    owed = house.python("from common.models import OutboxMessage as M\nprint(M.objects.filter(done_at=None).count())")
    checked = house.manage("rebuild_index", "--check", "--json")
    record_property(
        "proof",
        f"跟随进程被杀 {KILLS} 次：写 {len(written)} 次，三处读 {len(read)} 次，"
        f"读错 {sum(bool(line[4]) for line in read)} 次，欠 {owed.strip()} 条，差异 {checked[1].strip()}",
    )
    assert [line for line in (*written, *read) if line[-1]] == []
    assert (owed.strip(), checked[0]) == ("0", 0)
    house.close()
