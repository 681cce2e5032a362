"""A file handed in on a page, kept in DATA_DIR between its check and its confirmation."""

import secrets
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.core import signing
from django.core.files.uploadedfile import UploadedFile

from accounts.models import User
from common import clock
from common.errors import Conflict, Invalid

MAX_BYTES = 5 * 1024 * 1024
KEPT_FOR = timedelta(hours=12)
_SALT = "frontend.uploads"


@dataclass(frozen=True)
class Held:
    """A kept file: ``token`` brings it back for the same user, ``name`` is what people called it."""

    token: str
    path: Path
    name: str


def keep(user: User, name: str, content: bytes) -> Held:
    """Keep ``content`` for the user's next step; what was left behind half a day ago goes."""
    folder = _folder()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    _sweep(folder)
    file = f"{user.pk}-{secrets.token_hex(12)}"
    path = folder / file
    path.write_bytes(content)
    path.chmod(0o600)
    return Held(signing.dumps({"file": file, "name": name[:120]}, salt=_SALT), path, name[:120])


def keep_uploaded(user: User, upload: "UploadedFile[bytes]") -> Held:
    """Keep an uploaded file; Invalid (field ``file``) for one too large."""
    if (upload.size or 0) > MAX_BYTES:
        raise Invalid(f"文件超过 {MAX_BYTES // 1024 // 1024} MB，请拆成几个文件，或由金融办用命令导入。", field="file")
    return keep(user, upload.name or "名单", upload.read())


def held(user: User, token: str) -> Held:
    """The file behind ``token``; Conflict when it is not the user's, was used already or is too old."""
    try:
        content = signing.loads(token, salt=_SALT, max_age=KEPT_FOR)
    except signing.BadSignature:
        content = {"file": ""}
    path = _folder() / content["file"]
    if not content["file"].startswith(f"{user.pk}-") or not path.is_file():
        raise Conflict("这份文件已经办过或放得太久。请先到白名单页核对，没有写入的请重新上传。")
    return Held(token, path, content["name"])


def drop(kept: Held) -> None:
    """Forget a file that has been written."""
    kept.path.unlink(missing_ok=True)


def _folder() -> Path:
    return Path(settings.DATA_DIR) / "uploads"


def _sweep(folder: Path) -> None:
    oldest = (clock.now() - KEPT_FOR).timestamp()
    for path in folder.iterdir():
        if path.is_file() and path.stat().st_mtime < oldest:
            path.unlink(missing_ok=True)
