"""Our commands work on a database that does not exist yet: an empty one gets its tables first."""

import sys
from collections.abc import Sequence

import django
from django.core.management import call_command, get_commands
from django.db import connection

from config import env


def fill_if_empty(arguments: Sequence[str]) -> None:
    """Create the tables when ``arguments`` name one of the product's own commands and the database has none at all.

    A database that has tables is left alone: its migrations are the administrator's decision.
    """
    django.setup()
    owner = get_commands().get(arguments[1]) if len(arguments) > 1 else None
    ours = isinstance(owner, str) and (env.BASE_DIR / owner).is_dir()
    if not ours or arguments[1] == "run" or connection.introspection.table_names():
        return
    sys.stderr.write("数据库是空的，正在建表……\n")
    call_command("migrate", verbosity=0, interactive=False)
    call_command("createcachetable", verbosity=0)
