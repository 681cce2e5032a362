"""Forms of the log-in in plain Chinese."""

from typing import Any

from allauth.account.forms import ChangePasswordForm
from allauth.account.forms import LoginForm as LibraryLoginForm
from django import forms


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


class PasswordForm(ChangePasswordForm):
    """Change of one's own password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, label in (("oldpassword", "现在的密码"), ("password1", "新密码"), ("password2", "再填一次新密码")):
            self.fields[name].label = label
            self.fields[name].error_messages["required"] = f"请填写{label}"
