"""Every command, run so that what a person can mend ends in one Chinese sentence and exit code 1."""

import os
import sys
from collections.abc import Sequence

from django.core.management import execute_from_command_line
from django.db import DatabaseError, OperationalError

from common.errors import DomainError
from config.emptiness import fill_if_empty


def execute(arguments: Sequence[str]) -> None:
    """Run the command in ``arguments``; ``--traceback`` shows where it failed instead."""
    try:
        fill_if_empty(arguments)
        execute_from_command_line(list(arguments))
    except BrokenPipeError:
        # The reader (head, less) left. Python would complain once more when it flushes at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except DomainError as error:
        _end(error, error.message, arguments)
    except DatabaseError as error:
        # Plain DatabaseError: the file is no database. The other kinds are mistakes of the program.
        if not (isinstance(error, OperationalError) or type(error) is DatabaseError):
            raise
        _end(
            error,
            "数据库不能访问。请检查 DATABASE_URL 的主机、端口、库名、用户和口令，并确认数据库已启动、磁盘未满。"
            f"原始信息：{' '.join(str(error).split())}",
            arguments,
        )


def _end(error: Exception, message: str, arguments: Sequence[str]) -> None:
    if "--traceback" in arguments:
        raise error
    sys.exit(message)
