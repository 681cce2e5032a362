"""``read_apart``: what ``read_lines`` gives, read by a child with limits of processor time, memory and patience."""

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

from accounts.uploads import child
from common.tabular import BadFile, reading
from common.tabular.reading import Line, Refused

# By the clock, for a file that makes the reader wait rather than work.
WALL_SECONDS = 60.0

_TOO_MUCH = "这个文件太复杂，读它超出了时间或内存上限。请只保留数据表，另存为 CSV 或 .xlsx，或拆成几个文件后再导入。"


def read_apart(path: Path) -> Iterator[Line]:
    """Yield the lines of the sheet; BadFile when it cannot be read, or not within the limits."""
    command = [sys.executable, "-I", str(Path(child.__file__)), str(Path(reading.__file__)), str(path)]
    # An environment of its own: whatever a file could make the reader do, there is no secret to be had.
    with subprocess.Popen(  # noqa: S603 - our interpreter, our script
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env={"PYTHONUTF8": "1"}, encoding="utf-8"
    ) as process:
        patience = threading.Timer(WALL_SECONDS, process.kill)
        patience.start()
        try:
            yield from _lines(process)
        finally:
            patience.cancel()
            process.kill()


def _lines(process: subprocess.Popen[str]) -> Iterator[Line]:
    for text in process.stdout or ():
        try:
            row = json.loads(text)
        except ValueError:
            break
        if isinstance(row, dict):
            message, number, column = row["bad"]
            raise BadFile(message, row=number, column=column)
        number, cells, refused = row
        yield number, [Refused(cell) if place in refused else cell for place, cell in enumerate(cells)]
    if process.wait():
        raise BadFile(_TOO_MUCH)
