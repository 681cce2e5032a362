"""WSGI entry point."""

import os
import sys

from django.core.wsgi import get_wsgi_application

from config import env
from config.backup import marker

if problem := marker.unfinished(env.DATA_DIR):
    sys.exit(problem)
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
application = get_wsgi_application()

from search.services import warm  # noqa: E402 - apps have to be loaded first

# Loaded once before the workers fork, so that nobody waits for the dictionary and they share its memory.
warm().join()
