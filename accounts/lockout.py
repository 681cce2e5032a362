"""Five failures in fifteen minutes close an account, a second factor or an address until the first is that old.

The place is taken before the password is looked at, so a burst cannot get more tries than the limit. A refused try does
not count: nobody can keep another's account closed longer than the window by going on.
"""

import hashlib
import hmac
import ipaddress
from datetime import datetime, timedelta

from django.conf import settings

from accounts.models import LoginFailure
from common import audit, clock

WINDOW = timedelta(minutes=15)
KEPT = timedelta(days=1)
# Codes of a second factor are counted apart: whoever guesses passwords cannot close them.
CODE = "code"


class Attempt:
    """One try. Call :meth:`refused_until` first, then :meth:`succeeded` when the password (or code) was right."""

    def __init__(self, username: str, address: str, what: str = "account") -> None:
        self._limits = {
            _account_key(username, what): settings.LOGIN_FAILURES,
            _address_key(address): settings.LOGIN_FAILURES_PER_ADDRESS,
        }
        self._rows = [LoginFailure.objects.create(key=key) for key in self._limits]

    def refused_until(self) -> datetime | None:
        """None when the try may be made; else the moment from which another may, and this one is forgotten."""
        opens = [moment for row in self._rows if (moment := self._opens(row))]
        if not opens:
            return None
        self._forget()
        return max(opens)

    def succeeded(self) -> None:
        """Take the place back; earlier failures stay until they are old."""
        self._forget()

    def failed(self) -> None:
        """Leave the failure standing and put it on record."""
        audit.record("login_failed", account=self._rows[0].key, address=self._rows[1].key)

    def _opens(self, row: LoginFailure) -> datetime | None:
        earlier = LoginFailure.objects.filter(key=row.key, pk__lt=row.pk, at__gt=row.at - WINDOW)
        times = list(earlier.order_by("-at").values_list("at", flat=True)[: self._limits[row.key]])
        return times[-1] + WINDOW if len(times) == self._limits[row.key] else None

    def _forget(self) -> None:
        LoginFailure.objects.filter(pk__in=[row.pk for row in self._rows]).delete()


def release(username: str) -> int:
    """Open an account again; how many failures were forgotten."""
    keys = [_account_key(username, what) for what in ("account", CODE)]
    return LoginFailure.objects.filter(key__in=keys).delete()[0]


def sweep() -> int:
    """Forget failures older than a day."""
    return LoginFailure.objects.filter(at__lt=clock.now() - KEPT).delete()[0]


def _account_key(username: str, what: str) -> str:
    # Keyed: people type their password into the wrong field, and it must not stand here in clear.
    digest = hmac.new(settings.SECRET_KEY.encode(), username.strip().lower().encode(), hashlib.sha256).hexdigest()
    return f"{what}:{digest[:40]}"


def _address_key(address: str) -> str:
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return f"address:{address[:60]}"
    # One household or office of IPv6 has a whole /64 to try from.
    wide = found.version == 6 and found.ipv4_mapped is None
    return f"address:{ipaddress.ip_network(f'{found}/64', strict=False) if wide else found}"
