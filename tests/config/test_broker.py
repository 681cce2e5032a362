"""The embedded broker loses no message and never hands out half of one."""

import json
import subprocess
import sys

import pytest
from kombu.connection import Connection

from config import broker
from tests.contracts.source import ROOT

MESSAGES = 1_000

# Another process, as in life: the web writes, the worker reads.
WRITER = """
import json, sys
from kombu.connection import Connection
from config import broker
broker.install()
with Connection("filesystem://", transport_options=json.loads(sys.argv[1])) as connection:
    queue = connection.SimpleQueue("work")
    for number in range(int(sys.argv[2])):
        queue.put({"number": number, "text": "满" * 2_000})
"""


@pytest.fixture
def options(tmp_path):
    folders = {name: tmp_path / name for name in ("messages", "control")}
    for folder in folders.values():
        folder.mkdir()
    broker.install()
    return {
        "data_folder_in": str(folders["messages"]),
        "data_folder_out": str(folders["messages"]),
        "control_folder": str(folders["control"]),
        "polling_interval": 0.001,
    }


def test_a_reader_that_polls_while_a_writer_writes_gets_every_message_whole(options):
    writer = subprocess.Popen([sys.executable, "-c", WRITER, json.dumps(options), str(MESSAGES)], cwd=ROOT)
    received = set()
    with Connection("filesystem://", transport_options=options) as connection:
        queue = connection.SimpleQueue("work")
        while len(received) < MESSAGES:
            message = queue.get(timeout=30)
            assert len(message.payload["text"]) == 2_000
            received.add(message.payload["number"])
            message.ack()
    assert writer.wait() == 0
    assert received == set(range(MESSAGES))


def test_celery_uses_it(options):
    with Connection("filesystem://", transport_options=options) as connection:
        assert isinstance(connection.transport, broker.Transport)
