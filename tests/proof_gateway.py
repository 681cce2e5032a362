"""The other side of the delivery proof: writes down every attempt, and kills its worker at the worst moments.

Three moments: before the effect, after the effect and before the receipt, after the receipt and before the
acknowledgement. A worker of Celery's pool is killed by SIGKILL from inside, as a machine would.
"""

import gc
import os
import random
import signal
from datetime import timedelta

from celery.signals import task_postrun, worker_before_create_process

from accounts import deliveries

# So that the proof need not wait five minutes for each sender that died.
deliveries.LEASE = timedelta(seconds=2)
# A third of the deaths at each moment.
SHARE = float(os.environ.get("PROOF_KILLS", "0")) / 3


def _note(name: str, text: str) -> None:
    """One line, appended whole: writes this short are atomic."""
    descriptor = os.open(os.path.join(os.environ["PROOF_FOLDER"], name), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.write(descriptor, f"{text}\n".encode())
    os.close(descriptor)


def _perhaps_die(moment: str) -> None:
    if random.random() < SHARE:
        _note("deaths", moment)
        os.kill(os.getpid(), signal.SIGKILL)


class Gateway:
    """Counts by the identity of the effect, as a gateway does that honours Idempotency-Key."""

    def send(self, *, address: str, title: str, text: str, effect: str) -> None:
        _perhaps_die("before")
        _note("effects", effect)
        _perhaps_die("between")


@worker_before_create_process.connect
def _nothing_to_collect(**_: object) -> None:
    """Celery collects garbage before each child: over thousands of deaths that was 40 % of the time."""
    gc.freeze()


@task_postrun.connect
def _before_the_acknowledgement(**_: object) -> None:
    _perhaps_die("after")
