"""What the log-in library asks of this house: lock-out, landing pages, secrets at rest, accounts from outside."""

import base64
import hashlib
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.utils import is_mfa_enabled
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from cryptography.fernet import Fernet
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.shortcuts import render
from django.utils import timezone

from accounts.lockout import Attempt
from accounts.models import User
from common import audit
from frontend.context import landing
from frontend.login.guard import needs_second_factor

# The page already shows who is in; saying so again helps nobody.
_SILENT = ("account/messages/logged_in.txt", "account/messages/logged_out.txt")


class AccountAdapter(DefaultAccountAdapter):
    """Passwords are looked at only while neither account nor address is closed; nobody signs up by himself."""

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Take a place under the limits; ValidationError naming the moment when the next try may be made."""
        self._attempt = Attempt(str(credentials.get("username", "")), self.get_client_ip(request))
        until = self._attempt.refused_until()
        if until is not None:
            opens = timezone.localtime(until)
            raise ValidationError(
                f"登录失败次数过多，暂时锁定，请在 {opens:%H:%M} 之后再试。忘记密码请联系金融办的安全管理员重置。",
                code="locked",
            )

    def authenticate(self, request: HttpRequest, **credentials: Any) -> Any:
        user = super().authenticate(request, **credentials)
        if user is not None:
            self._attempt.succeeded()
        return user

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        self._attempt.failed()

    def login(self, request: HttpRequest, user: Any) -> None:
        super().login(request, user)
        audit.record("login", actor=user)

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        user = request.user
        return landing(user) if isinstance(user, User) else "/"

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return "/me/security/"

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Whoever sets up the first second factor came in with the password; later changes ask again."""
        user = context.request.user
        if app == "allauth.mfa" and isinstance(user, User) and not is_mfa_enabled(user):
            return False
        return bool(super().is_reauthentication_required(app=app, **kwargs))

    def add_message(
        self, request: HttpRequest, level: int, message_template: str | None = None, *a: Any, **k: Any
    ) -> None:
        if message_template not in _SILENT:
            super().add_message(request, level, message_template, *a, **k)


class SecondFactorAdapter(DefaultMFAAdapter):
    """Keys of authenticator apps are stored encrypted; who must have one cannot put it off."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": "验证码不对。请看验证器上现在的 6 位数字，并确认手机时间准确；也可以用一个恢复码。",
        "cannot_delete_authenticator": "您的岗位必须使用二次验证，不能停用。换手机请用恢复码登录后联系安全管理员。",
    }

    def get_totp_issuer(self) -> str:
        return "金融超市"

    def encrypt(self, text: str) -> str:
        return _cipher().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return _cipher().decrypt(encrypted_text.encode()).decode()

    def can_delete_authenticator(self, authenticator: Any) -> bool:
        return not needs_second_factor(authenticator.user)


class OutsideAccountAdapter(DefaultSocialAccountAdapter):
    """政务统一身份认证 opens accounts that were tied to it from inside; it never makes one."""

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        if not sociallogin.is_existing and request.user.is_anonymous:
            raise ImmediateHttpResponse(render(request, "frontend/login/not_tied.html", status=403))

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        return False


def _cipher() -> Fernet:
    return Fernet(base64.urlsafe_b64encode(hashlib.sha256(f"mfa:{settings.MFA_KEY}".encode()).digest()))
