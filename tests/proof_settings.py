"""The product's settings with a mail gateway that keeps count, and workers that die; used by the delivery proof."""

import os

from config.settings import *

CHANNELS = {"mail": "tests.proof_gateway.Gateway", "sms": "tests.proof_gateway.Gateway"}
CELERY_TASK_DEFAULT_QUEUE = os.environ.get("PROOF_QUEUE", "celery")
CELERY_IMPORTS = ["tests.proof_gateway"]
# How long the pool holds a dead child's message back: with the usual 10 s a proof of thousands of deaths only waits.
CELERY_WORKER_LOST_WAIT = 0.2
