"""Reads one uploaded table in a process of its own, started by file name with ``READER FILE``: no Django, no secrets.

Writes one JSON line a row, ``[number, cells, positions of refused cells]``, or ``{"bad": [message, row, column]}``.
The limits are set before the file is opened: a file made to hang or to fill the memory ends this process only.
"""

import importlib.util
import json
import resource
import sys
from pathlib import Path

CPU_SECONDS = 20
MEMORY = 768 * 1024 * 1024


def main(reader: str, file: str) -> None:
    """Write the rows of ``file`` as the module at ``reader`` reads them."""
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    spec = importlib.util.spec_from_file_location("reading", reader)
    if spec is None or spec.loader is None:
        raise ImportError(reader)
    reading = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(reading)
    try:
        for number, cells in reading.read_lines(Path(file)):
            refused = [place for place, cell in enumerate(cells) if isinstance(cell, reading.Refused)]
            sys.stdout.write(json.dumps([number, cells, refused], ensure_ascii=False) + "\n")
    except reading.BadFile as error:
        sys.stdout.write(json.dumps({"bad": [error.message, error.row, error.column]}, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
