"""The product's settings with a mail gateway that keeps count, and workers that die; used by the delivery proof."""

import os

from config.settings import *

CHANNELS = {"mail": "tests.proof_gateway.Gateway", "sms": "tests.proof_gateway.Gateway"}
CELERY_TASK_DEFAULT_QUEUE = os.environ.get("PROOF_QUEUE", "celery")
CELERY_IMPORTS = ["tests.proof_gateway"]
