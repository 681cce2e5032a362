"""Our commands never meet missing tables: an empty database gets its tables, an old one is named with the remedy."""

import sys
from collections.abc import Sequence

import django
from django.core.management import call_command, get_commands
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from config import env
from config.backup import marker


def fill_if_empty(arguments: Sequence[str]) -> None:
    """Before one of the product's own commands: create the tables when there are none; exit 1 when some are missing.

    A database that has tables is otherwise left alone: its migrations are the administrator's decision. A restore that
    was cut off is told before anything else; ``restore`` needs no tables, ``backup`` takes them as they are.
    """
    django.setup()
    owner = get_commands().get(arguments[1]) if len(arguments) > 1 else None
    if not (isinstance(owner, str) and (env.BASE_DIR / owner).is_dir()) or arguments[1] == "restore":
        return
    if problem := marker.unfinished(env.DATA_DIR):
        sys.exit(problem)
    if arguments[1] == "run":
        return
    if not connection.introspection.table_names():
        sys.stderr.write("数据库是空的，正在建表……\n")
        call_command("migrate", verbosity=0, interactive=False)
        call_command("createcachetable", verbosity=0)
        return
    executor = MigrationExecutor(connection)
    if arguments[1] != "backup" and executor.migration_plan(executor.loader.graph.leaf_nodes()):
        sys.exit("数据库结构比程序旧，请先备份，再运行 manage.py migrate。")
