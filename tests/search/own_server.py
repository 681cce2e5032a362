"""A search server that a test may stop: unpacked from TEST_SEARCH_ARCHIVE, on loopback, in a folder of its own."""

import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.request
from contextlib import closing
from pathlib import Path

STARTS_WITHIN = 240
_SETTINGS = """cluster.name: stopped-by-a-test
discovery.type: single-node
network.host: 127.0.0.1
http.port: {http}
transport.port: {transport}
xpack.security.enabled: false
cluster.routing.allocation.disk.threshold_enabled: false
"""


def _free_port() -> int:
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        return listener.getsockname()[1]


class OwnServer:
    """Its data outlives :meth:`stop`; :meth:`close` removes the folder. The server refuses to run as root."""

    def __init__(self, archive: str) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="own-server-"))
        self._folder.chmod(0o755)
        subprocess.run(["unzip", "-q", archive, "-d", str(self._folder)], check=True)
        self._home = next(self._folder.glob("elasticsearch-*"))
        port = _free_port()
        # Before the first start: afterwards the server would have made keys that no longer fit.
        settings = _SETTINGS.format(http=port, transport=_free_port())
        (self._home / "config" / "elasticsearch.yml").write_text(settings)
        (self._folder / "tmp").mkdir()
        self._user = os.environ.get("TEST_SEARCH_USER", "market-search") if os.getuid() == 0 else None
        for path in [self._folder, *self._folder.rglob("*")]:
            if path.parent.name == "bin":
                path.chmod(0o755)
            if self._user:
                shutil.chown(path, self._user)
        self.url = f"http://127.0.0.1:{port}"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> float:
        """Start and wait for an answer; seconds it took."""
        begun = time.monotonic()
        java = Path(shutil.which("java") or "java").resolve().parents[1]
        own = {"HOME": f"{self._folder}/tmp", "ES_TMPDIR": f"{self._folder}/tmp", "ES_JAVA_HOME": str(java)}
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [str(self._home / "bin" / "elasticsearch")],
                cwd=self._folder,
                env={"PATH": os.environ["PATH"], "ES_JAVA_OPTS": "-Xms512m -Xmx512m", **own},
                stdout=log,
                stderr=subprocess.STDOUT,
                user=self._user,
                start_new_session=True,
            )
        while not self._answers():
            assert self._process.poll() is None, (self._folder / "log").read_text()[-3000:]
            assert time.monotonic() - begun < STARTS_WITHIN, (self._folder / "log").read_text()[-3000:]
            time.sleep(0.3)
        return time.monotonic() - begun

    def stop(self, number: signal.Signals) -> None:
        """Send the whole of it ``number`` and wait for its end."""
        if self._process is not None and self._process.poll() is None:
            os.killpg(self._process.pid, number)
            self._process.wait(60)

    def close(self) -> None:
        self.stop(signal.SIGKILL)
        shutil.rmtree(self._folder, ignore_errors=True)

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/_cluster/health", timeout=5) as answer:
                return json.load(answer)["status"] in ("green", "yellow")
        except OSError:
            return False
