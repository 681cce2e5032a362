"""Prepare DATA_DIR for the browser: the demo, one of each thing a page is about, a session a user.

``python -m tests.journeys.browser.stage`` prints ``{"sessions": {username: key}, "codes": {name: code}}``.
"""

import json
import os
import sys

import django


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    from django.core.management import call_command

    from config.demo import load
    from search.services import ensure_current
    from tests.journeys.browser.scene import set_out

    call_command("migrate", verbosity=0, interactive=False)
    call_command("createcachetable", verbosity=0)
    load.load(progress=lambda text: None)
    codes = set_out()
    ensure_current()
    json.dump({"sessions": _sessions(), "codes": codes}, sys.stdout)


def _sessions() -> dict[str, str]:
    from importlib import import_module

    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY

    from accounts.models import User
    from tests.journeys.browser.scene import NEWCOMERS

    store = import_module(settings.SESSION_ENGINE).SessionStore
    found = {}
    for user in User.objects.filter(username__in=[*_usernames(), *NEWCOMERS.values()]):
        session = store()
        session[SESSION_KEY] = str(user.pk)
        session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
        session[HASH_SESSION_KEY] = user.get_session_auth_hash()
        session.create()
        found[user.username] = session.session_key
    return found


def _usernames() -> tuple[str, ...]:
    from config.demo.people import USERNAMES

    return USERNAMES


if __name__ == "__main__":
    main()
