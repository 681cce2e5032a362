"""Files named on the command line: why one cannot be used, and writing one whole or not at all."""

import errno
import os
import tempfile
from pathlib import Path

from common.errors import Invalid

_WHY = {
    errno.ENOENT: "没有这个文件或文件夹，请检查路径",
    errno.EACCES: "没有权限，请换一个位置或联系管理员",
    errno.EPERM: "没有权限，请换一个位置或联系管理员",
    errno.EROFS: "所在磁盘只读，请换一个位置",
    errno.ENOSPC: "磁盘已满，请清理后再试",
    errno.EISDIR: "这是文件夹，请写明文件名",
    errno.ENOTDIR: "路径中有一段不是文件夹，请检查路径",
    errno.ENAMETOOLONG: "文件名过长，请改短",
}


def why(error: OSError) -> str:
    """The reason in Chinese, with what to do."""
    return _WHY.get(error.errno or 0, f"系统拒绝（错误号 {error.errno}），请换一个位置再试")


def write_whole(path: Path, content: bytes) -> None:
    """Write ``path`` beside and move it: what was there before is never left half replaced. Invalid where it cannot."""
    try:
        target = path.resolve()
        if target.is_dir():
            raise Invalid(f"写不了 {path}：这是文件夹，请写明文件名，例如 {path / 'ledger.json'}。")
        if target.exists() and not target.is_file():
            # A pipe or terminal is written to, never replaced.
            target.write_bytes(content)
            return
        if target.exists() and not os.access(target, os.W_OK):
            raise PermissionError(errno.EACCES, "")
        _replace(target, content)
    except OSError as error:
        raise Invalid(f"写不了文件 {path}：{why(error)}。") from error


def _replace(target: Path, content: bytes) -> None:
    mode = target.stat().st_mode & 0o777 if target.exists() else 0o666 & ~_umask()
    descriptor, name = tempfile.mkstemp(prefix=".ledger-", dir=target.parent)
    try:
        with os.fdopen(descriptor, "wb") as handle:
            handle.write(content)
        Path(name).chmod(mode)
        Path(name).replace(target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
