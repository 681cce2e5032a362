"""``follow_changes [--parent PID]``."""

import os
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from search import following


class Command(BaseCommand):
    """Bring changes into the index as they are committed. The worker starts it and names itself as the parent."""

    help = "把改动随时编入检索索引（后台任务进程会自动启动它）；Ctrl-C 停止"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--parent", type=int, default=os.getppid(), help="该进程结束后即停止")

    def handle(self, *, parent: int, **_: Any) -> None:
        try:
            following.follow(lambda: os.getppid() == parent)
        except KeyboardInterrupt:
            # Every step is a transaction or can be repeated.
            return
