"""A session ends after half an hour of silence and after twelve hours; some roles need a second factor; administrators
stay in their own rooms.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import quote

from allauth.account.authentication import get_authentication_records
from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import auth, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from accounts.models import ADMINISTRATORS, Role, User
from common import audit, clock
from common.errors import NotAllowed
from frontend.refusals import refusal

IDLE, WHOLE, GRAIN = timedelta(minutes=30), timedelta(hours=12), timedelta(minutes=1)
SECOND_FACTOR_ROLES = (
    Role.BANK_MAKER,
    Role.BANK_CHECKER,
    Role.OFFICER,
    Role.OFFICE,
    Role.OFFICE_SIGNER,
    Role.LEAD_UNIT,
    *ADMINISTRATORS,
)
# What one may do before the second factor stands.
_SETTING_UP = {
    "mfa_index",
    "mfa_activate_totp",
    "mfa_view_recovery_codes",
    "mfa_reauthenticate",
    "account_reauthenticate",
    "account_change_password",
    "logout",
}
# 三员 see their own room and their own account, nothing of the business.
ROOMS = {
    Role.SYSTEM_ADMIN: "/system/",
    Role.SECURITY_ADMIN: "/security/",
    Role.AUDIT_ADMIN: "/audit/",
}
_OWN = ("/me/security/", "/me/sessions/", "/me/password/", "/me/reauthenticate/", "/messages/", "/logout/", "/static/")

_ELSEWHERE = "管理员账号不能查看业务资料，请用业务账号登录；您可以办理的在上面的菜单里。"

_STARTED, _SEEN = "session_started", "session_seen"


def begin(sender: Any, request: HttpRequest, user: User, **kwargs: Any) -> None:
    """Note when a session was opened; called on every log-in."""
    request.session[_STARTED] = request.session[_SEEN] = clock.now().timestamp()


def second_factor_set(request: HttpRequest, user: User) -> None:
    """Setting up an authenticator app took a code from it: this session is verified."""
    record_authentication(request, user, "mfa", type="totp", reauthenticated=True)
    audit.record("second_factor_set", actor=user)


def needs_second_factor(user: User) -> bool:
    """True for roles that may not work with a password alone, where the installation asks for it."""
    return settings.MFA_REQUIRED and user.has_role(*SECOND_FACTOR_ROLES)


class SessionGuard:
    """Middleware behind the authentication."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        """Let the request pass, lead it where the session has to go first, or refuse it."""
        user = request.user
        if not isinstance(user, User):
            return None
        if words := _ended(request):
            auth.logout(request)
            messages.info(request, words)
            return redirect(f"{reverse('frontend:login')}?next={quote(request.get_full_path())}")
        name = request.resolver_match.url_name if request.resolver_match else ""
        if name not in _SETTING_UP and needs_second_factor(user) and not _verified(request, user):
            return redirect("mfa_reauthenticate" if is_mfa_enabled(user) else "mfa_activate_totp")
        return None if _in_own_room(request, user) else refusal(request, NotAllowed(_ELSEWHERE))


def _ended(request: HttpRequest) -> str:
    now = clock.now().timestamp()
    started, seen = request.session.get(_STARTED, now), request.session.get(_SEEN, now)
    if now - started > WHOLE.total_seconds():
        return "这次登录已满 12 小时，请重新登录。"
    if now - seen > IDLE.total_seconds():
        return "超过 30 分钟没有操作，为了安全已经退出，请重新登录。"
    # Written once a minute at most, so that reading pages does not write all the time.
    if _STARTED not in request.session or now - seen > GRAIN.total_seconds():
        request.session[_STARTED], request.session[_SEEN] = started, now
    return ""


def _verified(request: HttpRequest, user: User) -> bool:
    records = get_authentication_records(request, user)
    return any(record.get("method") == "mfa" for record in records)


def _in_own_room(request: HttpRequest, user: User) -> bool:
    rooms = [room for role, room in ROOMS.items() if user.has_role(role)]
    return not rooms or request.path.startswith((*rooms, *_OWN))
