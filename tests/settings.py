"""Settings of the test run: the product's own, with a cheap hasher and eager tasks."""

import tempfile
from pathlib import Path

from config.settings import *

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
CELERY_TASK_ALWAYS_EAGER = True
CELERY_TASK_EAGER_PROPAGATES = True
DATA_DIR = Path(tempfile.mkdtemp(prefix="market-tests-"))
