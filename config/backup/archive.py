"""The archive: a tar whose first member, the manifest, names every other one with its size and SHA-256.

The fingerprint of the archive is the hash of its manifest. Whoever keeps it elsewhere (the command prints it) can have
a later restore refuse even an archive in which both a file and its hash were changed.
"""

import hashlib
import io
import json
import os
import tarfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from common.errors import Invalid

FORMAT = 1
MANIFEST = "manifest.json"
MAX_MANIFEST = 16 * 1024 * 1024
CHUNK = 1 << 20


class BadArchive(Invalid):
    """The file is no whole backup; nothing was touched."""


@dataclass(frozen=True)
class Archive:
    """A verified archive. ``facts`` is what the manifest says beside its files: vendor, migrations, made at."""

    path: Path
    fingerprint: str
    files: Mapping[str, Mapping[str, Any]]
    facts: Mapping[str, Any]

    def extract(self, folder: Path) -> None:
        """Write the files below ``folder``, checking each once more on its way."""
        for name, source in _members(self.path, self.files):
            target = folder / name
            target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            with os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as handle:
                for chunk in source:
                    handle.write(chunk)


def sha256_of(path: Path) -> str:
    """Hexadecimal SHA-256 of the file."""
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def write(target: Path, files: Mapping[str, Path], facts: Mapping[str, Any]) -> Archive:
    """Write ``files`` (name in the archive → path) to ``target``, whole or not at all, readable by its owner only."""
    listed = {name: {"size": path.stat().st_size, "sha256": sha256_of(path)} for name, path in sorted(files.items())}
    manifest = json.dumps({"format": FORMAT, **facts, "files": listed}, ensure_ascii=False, sort_keys=True).encode()
    unfinished = target.with_name(f".{target.name}.{os.getpid()}.unfinished")
    try:
        with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as handle:
            with tarfile.open(fileobj=handle, mode="w", format=tarfile.PAX_FORMAT) as tar:
                head = tarfile.TarInfo(MANIFEST)
                head.size, head.mode = len(manifest), 0o600
                tar.addfile(head, io.BytesIO(manifest))
                for name in listed:
                    tar.add(files[name], name, recursive=False, filter=_plain)
            handle.flush()
            os.fsync(handle.fileno())
        os.replace(unfinished, target)
    finally:
        unfinished.unlink(missing_ok=True)
    return verified(target)


def verified(path: Path, fingerprint: str = "") -> Archive:
    """Read the whole archive; BadArchive unless every byte of it is what its manifest says."""
    if not path.is_file():
        raise BadArchive(f"备份文件“{path.name}”找不到或不是文件，请检查路径。")
    with _refusing(path), tarfile.open(path, "r:") as tar:
        head = tar.next()
        if head is None or head.name != MANIFEST or not head.isreg() or head.size > MAX_MANIFEST:
            raise BadArchive(f"“{path.name}”不是本系统的备份文件，没有改动任何数据。")
        source = tar.extractfile(head)
        content = source.read() if source else b""
        manifest = json.loads(content)
        found = hashlib.sha256(content).hexdigest()
        if manifest["format"] != FORMAT:
            raise BadArchive("备份文件由更新版本的程序生成，请先升级程序再恢复。")
        if fingerprint and found != fingerprint.lower():
            raise BadArchive("备份文件的指纹与给出的不同，文件被换过或改过，没有改动任何数据。")
        files = manifest.pop("files")
        archive = Archive(path, found, files, manifest)
    for _, chunks in _members(path, archive.files):
        for _ in chunks:
            pass
    return archive


def _plain(member: tarfile.TarInfo) -> tarfile.TarInfo:
    member.uid = member.gid = 0
    member.uname = member.gname = ""
    member.mode = 0o600
    return member


@contextmanager
def _refusing(path: Path) -> Iterator[None]:
    """What damage does to the reading of a tar, as one refusal."""
    try:
        yield
    except (tarfile.TarError, EOFError, OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise _damaged(path) from error


def _damaged(path: Path) -> BadArchive:
    return BadArchive(f"备份文件“{path.name}”损坏、不完整或被改动过，没有改动任何数据。请换一份备份。")


def _members(path: Path, files: Mapping[str, Mapping[str, Any]]) -> Iterator[tuple[str, Iterator[bytes]]]:
    """(name, chunks) of every member after the manifest; BadArchive as soon as one is not as listed."""
    missing = set(files)
    with _refusing(path), tarfile.open(path, "r:") as tar:
        tar.next()
        while (member := tar.next()) is not None:
            parts = PurePosixPath(member.name).parts
            if member.name not in missing or not member.isreg() or ".." in parts or member.name.startswith("/"):
                raise _damaged(path)
            missing.remove(member.name)
            yield member.name, _checked(path, tar, member, files[member.name])
    if missing:
        raise _damaged(path)


def _checked(path: Path, tar: tarfile.TarFile, member: tarfile.TarInfo, listed: Mapping[str, Any]) -> Iterator[bytes]:
    source, digest = tar.extractfile(member), hashlib.sha256()
    size = 0
    with _refusing(path):
        while chunk := source.read(CHUNK) if source else b"":
            digest.update(chunk)
            size += len(chunk)
            yield chunk
    if (size, digest.hexdigest()) != (listed["size"], listed["sha256"]):
        raise _damaged(path)
