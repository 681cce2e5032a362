"""Generations on disk: ``DATA_DIR/index/<document>/gen-…``, and a pointer file that names the current one.

A generation never changes once the pointer names it. What changed since it was built lies beside it in numbered files,
the newest whole, of which the pointer names one too. The pointer is replaced by one rename, so a reader sees the old
state or the new one. Builders take turns under a file lock, so that an older reading never overtakes a newer; who
moves the pointer holds a second one, for milliseconds, so that changes need not wait for a builder.
"""

import fcntl
import json
import os
import shutil
import tempfile
import time
import zlib
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from django.conf import settings

from search.errors import Damaged

_POINTER = "current"
_MANIFEST = "manifest.json"
_LOCK = "lock"
_MOVING = "moving"


@dataclass(frozen=True)
class Manifest:
    """What a generation was built from. ``rows``: key → content hash; ``watermark``: last outbox message included;
    ``vocabulary``: the stored form of the words it knows; ``synonyms``: the office's lines it was built with.

    ``failed``: key → why it could not be indexed, in Chinese; ``files``: name → CRC-32 of what the engine wrote.
    ``begun``: what the pointer said before the rows were read; ``lengths``: text field → mean number of tokens.
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
    begun: str = ""
    lengths: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Place:
    """What the pointer names: a generation, and the number of its newest file of changes (0: none yet)."""

    directory: Path
    number: int = 0

    def __str__(self) -> str:
        return f"{self.directory.name} {self.number}" if self.number else self.directory.name

    @property
    def changes(self) -> Path:
        """The file of changes."""
        return self.directory / f"changes-{self.number}"


@dataclass(frozen=True)
class Line:
    """One changed key in a file of changes: ``content`` was written with the file of number ``since``."""

    since: int
    key: str
    content: str

    def __str__(self) -> str:
        return f"{self.since}\t{json.dumps(self.key)}\t{self.content}"


def folder(document: str) -> Path:
    """Where the generations of one document live."""
    return Path(settings.DATA_DIR) / "index" / document


def building(document: str) -> AbstractContextManager[None]:
    """Hold the builder's lock of ``document``; the operating system frees it when a builder dies."""
    return _locked(document, _LOCK)


def moving(document: str) -> AbstractContextManager[None]:
    """Hold the lock of who moves the pointer; taken after the builder's where both are held."""
    return _locked(document, _MOVING)


@contextmanager
def _locked(document: str, name: str) -> Iterator[None]:
    home = folder(document)
    home.mkdir(parents=True, exist_ok=True)
    with (home / name).open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def begin(document: str) -> Path:
    """A new, empty generation directory that nobody reads yet."""
    home = folder(document)
    home.mkdir(parents=True, exist_ok=True)
    numbers = [int(part) for path in home.glob("gen-*-*") if (part := path.name.split("-")[1]).isdecimal()]
    return Path(tempfile.mkdtemp(prefix=f"gen-{max(numbers, default=0) + 1:06}-", dir=home))


def publish(document: str, directory: Path, manifest: Manifest) -> Manifest:
    """Make ``directory`` current, with what changed since its rows were read, and drop what nobody is about to open."""
    named = replace(manifest, generation=directory.name, files=_checksums(directory))
    (directory / _MANIFEST).write_text(json.dumps(plain(named), ensure_ascii=False), "utf-8")
    with moving(document):
        before = _readable(document)
        record(document, Place(directory), _since(before, named.begun) if named.begun else [])
    # The one before stays: a reader may have read the pointer just before it moved.
    for old in set(folder(document).glob("gen-*-*")) - {directory, before.directory if before else None}:
        shutil.rmtree(old, ignore_errors=True)
    return named


def record(document: str, place: Place, lines: Iterable[Line]) -> Place:
    """Make ``lines`` the changes of the generation at ``place`` and current. The caller holds :func:`moving`."""
    body = "\n".join(map(str, lines)).encode()
    after = replace(place, number=place.number + 1) if body else place
    home = folder(document)
    with ExitStack() as stack:
        kept = [stack.enter_context((home / f"{_POINTER}.new").open("wb"))]
        kept[0].write(str(after).encode())
        if body:
            kept.append(stack.enter_context(after.changes.open("wb")))
            kept[1].write(b"%d\n%b" % (zlib.crc32(body), body))
        for handle in kept:
            handle.flush()
        (home / f"{_POINTER}.new").replace(home / _POINTER)
        # Seen first, then safe from a power cut before anybody relies on it: a message is done when this has returned.
        opened = os.open(home, os.O_RDONLY)
        stack.callback(os.close, opened)
        for descriptor in (*(handle.fileno() for handle in kept), opened):
            os.fsync(descriptor)
    for old in after.directory.glob("changes-*"):
        if int(old.name.split("-")[1]) < after.number - 1:
            old.unlink(missing_ok=True)
    return after


def lines_of(place: Place) -> list[Line]:
    """The changes at ``place``; what is missing or was changed since is Damaged."""
    if not place.number:
        return []
    try:
        checksum, _, body = place.changes.read_bytes().partition(b"\n")
        if int(checksum) != zlib.crc32(body):
            raise Damaged(f"{place}: changed since it was written")
        parts = [line.split("\t", 2) for line in body.decode().split("\n")]
        return [Line(int(since), json.loads(key), content) for since, key, content in parts]
    except (OSError, ValueError) as error:
        raise Damaged(f"{place}: {error!r}") from error


def _since(before: Place | None, begun: str) -> list[Line]:
    """What a builder that began at ``begun`` has not read: lines it carries over, of number 1 in its generation."""
    name, _, number = begun.partition(" ")
    if before is None or before.directory.name != name:
        return []
    try:
        return [replace(line, since=1) for line in lines_of(before) if line.since > int(number or 0)]
    except Damaged:
        return []


def discard(directory: Path) -> None:
    """Remove a generation that failed; what its writer still holds goes when the next one is published."""
    shutil.rmtree(directory, ignore_errors=True)


def pointed(document: str) -> Place | None:
    """What the pointer names, None when nothing was ever published; an unreadable pointer is Damaged."""
    try:
        name, _, number = (folder(document) / _POINTER).read_text("utf-8").partition(" ")
        return Place(folder(document) / name, int(number or 0))
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise Damaged(f"pointer: {error!r}") from error


def published(document: str) -> bool:
    """Whether there is a pointer, readable or not."""
    return (folder(document) / _POINTER).exists()


def rested(place: Place) -> float:
    """Seconds since the changes at ``place`` were written; 0 when newer ones have replaced them."""
    try:
        return time.time() - place.changes.stat().st_mtime
    except FileNotFoundError:
        return 0.0


def current(document: str) -> Path | None:
    """The directory the pointer names."""
    place = pointed(document)
    return place.directory if place else None


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


def plain(manifest: Manifest) -> dict[str, Any]:
    """Its fields by name, as they are: copies of ten thousand rows and their words take a second."""
    return {item.name: getattr(manifest, item.name) for item in fields(manifest)}


def restored(data: dict[str, Any]) -> Manifest:
    """A manifest from its JSON."""
    return Manifest(**{**data, "synonyms": tuple(data["synonyms"])})


def _readable(document: str) -> Place | None:
    try:
        return pointed(document)
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
