"""Forms of the log-in in plain Chinese."""

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.forms import ChangePasswordForm
from allauth.account.forms import LoginForm as LibraryLoginForm
from allauth.core import context
from allauth.mfa.base.forms import AuthenticateForm, BaseAuthenticateForm, ReauthenticateForm
from allauth.mfa.totp.forms import ActivateTOTPForm
from django import forms
from django.utils import timezone

from accounts.lockout import CODE, Attempt


class LoginForm(LibraryLoginForm):
    """The library's form under the field names that browsers and people know."""

    username = forms.CharField(label="用户名", max_length=150, error_messages={"required": "请填写用户名"})

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["login"]
        self.fields["password"].label = "密码"
        self.fields["password"].error_messages["required"] = "请填写密码"

    def user_credentials(self) -> dict[str, str]:
        return {"username": self.cleaned_data["username"].strip(), "password": self.cleaned_data["password"]}

    def clean(self) -> Any:
        self.cleaned_data["login"] = self.cleaned_data.get("username", "")
        try:
            return super().clean()
        except forms.ValidationError as error:
            if error.code == "locked":
                raise
            raise forms.ValidationError("用户名或密码不对，请重新填写；密码区分大小写。") from error


class _CountedCode(BaseAuthenticateForm):
    """Wrong codes are counted in the database like wrong passwords; the library's own count is a cache's."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].label = "验证码"
        self.fields["code"].error_messages["required"] = "请填写验证码。"

    def clean_code(self) -> str:
        address = get_adapter().get_client_ip(context.request)
        attempt = Attempt(self.user.get_username(), address, CODE)
        if until := attempt.refused_until():
            opens = timezone.localtime(until)
            raise forms.ValidationError(
                f"验证码填错次数过多，暂时锁定，请在 {opens:%H:%M} 之后再试。换了手机请联系金融办的安全管理员。",
                code="locked",
            )
        try:
            code: str = super().clean_code()
        except forms.ValidationError:
            attempt.failed()
            raise
        attempt.succeeded()
        return code


class CodeForm(_CountedCode, AuthenticateForm):
    """The code after the password."""


class CodeAgainForm(_CountedCode, ReauthenticateForm):
    """The code of somebody who is in already."""


class SetUpForm(ActivateTOTPForm):
    """The first code of a new authenticator app, when there is no recovery code yet."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].label = "验证码"
        self.fields["code"].error_messages["required"] = "请填写验证器上的 6 位数字。"

    def clean_code(self) -> str:
        try:
            code: str = super().clean_code()
        except forms.ValidationError as error:
            if error.code != "incorrect_code":
                raise
            said = "验证码不对。请看验证器上现在的 6 位数字，并确认手机时间准确；不行就删掉这一项重新扫码。"
            raise forms.ValidationError(said, code=error.code) from error
        return code


class PasswordForm(ChangePasswordForm):
    """Change of one's own password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, label in (("oldpassword", "现在的密码"), ("password1", "新密码"), ("password2", "再填一次新密码")):
            self.fields[name].label = label
            self.fields[name].error_messages["required"] = f"请填写{label}"
