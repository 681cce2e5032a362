"""The mark of a restore under way: while it lies in DATA_DIR nothing but ``restore`` goes on."""

import json
import os
from pathlib import Path

_NAME = "restore-unfinished.json"


def put(data: Path, archive: Path) -> Path:
    """Write the mark to disk, naming the archive; returns where it is."""
    marker = data / _NAME
    with marker.open("w", encoding="utf-8") as handle:
        json.dump({"file": str(archive.absolute())}, handle, ensure_ascii=False)
        handle.flush()
        os.fsync(handle.fileno())
    return marker


def unfinished(data: Path) -> str:
    """Why nothing may start: the sentence about a restore that was cut off; empty when there was none."""
    marker = data / _NAME
    if not marker.exists():
        return ""
    return (
        "上一次恢复没有做完，数据库、密钥与上传文件可能不配套。"
        f"请重新运行：manage.py restore {json.loads(marker.read_text('utf-8'))['file']} --force"
    )
