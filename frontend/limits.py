"""How often one reader may ask: counted by user, or by address for visitors, in windows of a minute or an hour.

Counts live in the ``limits`` cache: shared where CACHE_URL names Redis, else a process's own, so that two workers
together let up to twice as much through. Log-ins are counted exactly, in the database (accounts/lockout.py).
"""

from collections.abc import Callable
from typing import Any

from allauth.core.internal.httpkit import get_client_ip
from django.conf import settings
from django.core.cache import caches
from django.http import HttpRequest, HttpResponse

from common import clock
from common.errors import TooMany
from frontend.refusals import refusal

MINUTE, HOUR = 60, 3600
# Name of the page → (how often, seconds, only when something is sent).
LIMITS: dict[str, tuple[int, int, bool]] = {
    "products": (120, MINUTE, False),
    "suggest": (300, MINUTE, False),
    "account_claim": (10, HOUR, True),
    "account_claim_status": (20, HOUR, True),
    "mfa_authenticate": (20, HOUR, True),
    "ledger_file": (30, MINUTE, False),
}


def spend(name: str, who: str, limit: int, seconds: int) -> None:
    """Count one; TooMany when ``who`` has had ``limit`` in this window."""
    window = int(clock.now().timestamp()) // seconds
    key = f"limit:{name}:{who}:{window}"
    cache = caches["limits"]
    cache.add(key, 0, seconds * 2)
    if cache.incr(key) > limit:
        unit = "一分钟" if seconds == MINUTE else "一小时"
        raise TooMany(f"{unit}内请求太多，请过{unit}再试。")


class RateLimitMiddleware:
    """Spend before the page is made."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        """The page that says so, when the reader asked too often."""
        name = request.resolver_match.url_name if request.resolver_match else None
        limit = LIMITS.get(name or "")
        if limit is None or not settings.RATE_LIMITED or (limit[2] and request.method != "POST"):
            return None
        who = f"user:{request.user.pk}" if request.user.is_authenticated else f"address:{get_client_ip(request)}"
        try:
            spend(name or "", who, limit[0], limit[1])
        except TooMany as error:
            return refusal(request, error)
        return None
