"""``follow_changes [--parent PID]``."""

import os
import signal
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from search import following


class Command(BaseCommand):
    """Bring changes into the index as they are committed. The worker starts it and names itself as the parent."""

    help = "把改动随时编入检索索引（后台任务进程会自动启动它）；Ctrl-C 停止"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--parent", type=int, help="由该进程启动：它结束后即停止")

    def handle(self, *, parent: int | None, **_: Any) -> None:
        if parent is not None:
            # A signal to the group is meant for the parent, which may take a while; this process ends when that has.
            for number in (signal.SIGINT, signal.SIGTERM):
                signal.signal(number, signal.SIG_IGN)
        started_by = parent or os.getppid()
        try:
            following.follow(lambda: os.getppid() == started_by)
        except KeyboardInterrupt:
            # Every step is a transaction or can be repeated.
            return
