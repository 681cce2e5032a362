"""What can be wrong with an index, on disk or on a server, and how a person is told."""

import errno

from common.errors import DomainError

_CAUSES = {
    errno.EACCES: "没有读写权限",
    errno.EPERM: "没有读写权限",
    errno.EROFS: "磁盘只读",
    errno.ENOSPC: "磁盘已满",
    errno.EDQUOT: "磁盘配额已满",
    errno.EEXIST: "被同名文件占用",
    errno.ENOTDIR: "被同名文件占用",
    errno.EISDIR: "被同名目录占用",
}


class Damaged(Exception):
    """The current generation cannot be read as it was written. It can be built again."""


class Unreachable(Exception):
    """The search server does not answer, or not as it should. The embedded engine answers instead."""


class Behind(Unreachable):
    """The search server answers from an older generation than the embedded one."""


class IndexUnusable(DomainError):
    """Neither read nor built: the place on disk needs an administrator."""

    status, code, title = 503, "index_unusable", "检索暂不可用"

    def __init__(self, document: str, error: OSError) -> None:
        cause = _CAUSES.get(error.errno or 0, "不能读写")
        super().__init__(
            f"检索索引暂不可用：DATA_DIR 下的 index/{document} {cause}。"
            "请管理员移走占用它的文件，或改正权限、腾出空间，再运行 manage.py rebuild_index。"
        )
