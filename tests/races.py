"""Work begun by many at once, in threads with connections of their own."""

import threading
from concurrent.futures import ThreadPoolExecutor

from django.db import connection

from common.errors import Conflict


def at_once(work, racers, together):
    """What each ``work(number)`` came to, the first ``together`` begun as one: a conflict is an outcome too, and so is
    an unexpected error."""
    barrier = threading.Barrier(together)

    def attempt(number):
        try:
            if number < together:
                barrier.wait(timeout=60)
            return work(number)
        except Conflict:
            return "conflict"
        except Exception as error:  # noqa: BLE001 - kept as a result, which the assertion then shows
            return repr(error)
        finally:
            connection.close()

    with ThreadPoolExecutor(together) as pool:
        return list(pool.map(attempt, range(racers)))
