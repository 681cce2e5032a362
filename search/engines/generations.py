"""Generations on disk: ``DATA_DIR/index/<document>/gen-…``, and a pointer file that names the current one.

A generation never changes once the pointer names it. The pointer is replaced by one rename, so a reader sees the old
generation or the new one. Builders take turns under a file lock, so that an older reading never overtakes a newer.
"""

import fcntl
import json
import os
import shutil
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from django.conf import settings

from search.errors import Damaged

_POINTER = "current"
_MANIFEST = "manifest.json"
_LOCK = "lock"


@dataclass(frozen=True)
class Manifest:
    """What a generation was built from. ``rows``: key → content hash; ``watermark``: last outbox message included;
    ``vocabulary``: the stored form of the words it knows; ``synonyms``: the office's lines it was built with.

    ``failed``: key → why it could not be indexed, in Chinese; ``files``: name → CRC-32 of what the engine wrote.
    """

    version: str
    watermark: int
    built_at: str
    rows: dict[str, str] = field(default_factory=dict)
    vocabulary: dict[str, Any] = field(default_factory=dict)
    synonyms: tuple[str, ...] = ()
    generation: str = ""
    failed: dict[str, str] = field(default_factory=dict)
    files: dict[str, int] = field(default_factory=dict)


def folder(document: str) -> Path:
    """Where the generations of one document live."""
    return Path(settings.DATA_DIR) / "index" / document


@contextmanager
def building(document: str) -> Iterator[None]:
    """Hold the builder's lock of ``document``; the operating system frees it when a builder dies."""
    home = folder(document)
    home.mkdir(parents=True, exist_ok=True)
    with (home / _LOCK).open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def begin(document: str) -> Path:
    """A new, empty generation directory that nobody reads yet."""
    home = folder(document)
    home.mkdir(parents=True, exist_ok=True)
    numbers = [int(part) for path in home.glob("gen-*-*") if (part := path.name.split("-")[1]).isdecimal()]
    return Path(tempfile.mkdtemp(prefix=f"gen-{max(numbers, default=0) + 1:06}-", dir=home))


def publish(document: str, directory: Path, manifest: Manifest) -> Manifest:
    """Make ``directory`` current and drop generations nobody can be about to open."""
    named = replace(manifest, generation=directory.name, files=_checksums(directory))
    (directory / _MANIFEST).write_text(json.dumps(asdict(named), ensure_ascii=False), "utf-8")
    home, before = folder(document), _readable(document)
    staged = home / f"{_POINTER}.new"
    with staged.open("w", encoding="utf-8") as handle:
        handle.write(directory.name)
        handle.flush()
        os.fsync(handle.fileno())
    staged.replace(home / _POINTER)
    # The one before stays: a reader may have read the pointer just before it moved.
    for old in set(home.glob("gen-*-*")) - {directory, before}:
        shutil.rmtree(old, ignore_errors=True)
    return named


def discard(directory: Path) -> None:
    """Remove a generation that failed; what its writer still holds goes when the next one is published."""
    shutil.rmtree(directory, ignore_errors=True)


def current(document: str) -> Path | None:
    """The directory the pointer names, None when nothing was ever published; an unreadable pointer is Damaged."""
    try:
        name = (folder(document) / _POINTER).read_text("utf-8")
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise Damaged(f"pointer: {error!r}") from error
    return folder(document) / name


def manifest_of(directory: Path) -> Manifest:
    """Read back what :func:`publish` wrote; what is missing or was changed since is Damaged."""
    try:
        data = json.loads((directory / _MANIFEST).read_text("utf-8"))
        manifest = restored(data)
        changed = [name for name, checksum in manifest.files.items() if _checksum(directory / name) != checksum]
    except (OSError, ValueError, LookupError, TypeError, AttributeError) as error:
        raise Damaged(f"{directory.name}: {error!r}") from error
    if changed:
        raise Damaged(f"{directory.name}: changed since it was written: {', '.join(changed)}")
    return manifest


def restored(data: dict[str, Any]) -> Manifest:
    """A manifest from its JSON."""
    return Manifest(**{**data, "synonyms": tuple(data["synonyms"])})


def _readable(document: str) -> Path | None:
    try:
        return current(document)
    except Damaged:
        return None


def _checksums(directory: Path) -> dict[str, int]:
    return {path.name: _checksum(path) for path in directory.iterdir() if not path.name.endswith(".lock")}


def _checksum(path: Path) -> int:
    checksum = 0
    with path.open("rb") as handle:
        while block := handle.read(1 << 20):
            checksum = zlib.crc32(block, checksum)
    return checksum
