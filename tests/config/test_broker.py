"""The embedded broker loses no message and never hands out half of one."""

import threading

import pytest
from kombu import Connection

from config import broker

MESSAGES = 1_000


@pytest.fixture
def connect(tmp_path):
    folders = {name: tmp_path / name for name in ("messages", "control")}
    for folder in folders.values():
        folder.mkdir()
    options = {
        "data_folder_in": str(folders["messages"]),
        "data_folder_out": str(folders["messages"]),
        "control_folder": str(folders["control"]),
        "polling_interval": 0.001,
    }
    broker.install()
    return lambda: Connection("filesystem://", transport_options=options)


def test_a_reader_that_polls_while_a_writer_writes_gets_every_message_whole(connect):
    def write():
        with connect() as connection:
            queue = connection.SimpleQueue("work")
            for number in range(MESSAGES):
                queue.put({"number": number, "text": "满" * 2_000})

    writer = threading.Thread(target=write)
    writer.start()
    received = set()
    with connect() as connection:
        queue = connection.SimpleQueue("work")
        while len(received) < MESSAGES:
            message = queue.get(timeout=20)
            assert len(message.payload["text"]) == 2_000
            received.add(message.payload["number"])
            message.ack()
    writer.join()
    assert received == set(range(MESSAGES))


def test_celery_uses_it(connect):
    with connect() as connection:
        assert isinstance(connection.transport, broker.Transport)
