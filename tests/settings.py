"""Settings of the test run: the product's own, in a directory of its own, with a cheap hasher and eager tasks."""

import os
import tempfile

_directory = tempfile.TemporaryDirectory(prefix="market-tests-")
os.environ["DATA_DIR"] = _directory.name
os.environ.pop("SEARCH_URL", None)

from config.settings import *  # noqa: E402 - DATA_DIR has to be set before the product's settings read it

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
CELERY_TASK_ALWAYS_EAGER = True
CELERY_TASK_EAGER_PROPAGATES = True
# Tests of the second factor and of limits turn theirs on; all others log in with one step, as often as they like.
MFA_REQUIRED = False
RATE_LIMITED = False
WEBHOOK_LOOPBACK = True
