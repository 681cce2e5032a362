"""Log-in and log-out."""

from typing import Any

from django.contrib.auth import views
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.forms import AuthenticationForm
from django.utils.decorators import method_decorator

from accounts.models import User
from frontend.context import landing


class LoginForm(AuthenticationForm):
    """The framework's form in plain Chinese."""

    error_messages = {
        "invalid_login": "用户名或密码不对，请重新填写；密码区分大小写。",
        "inactive": "这个账号已停用，请联系金融办。",
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, message in (("username", "请填写用户名"), ("password", "请填写密码")):
            self.fields[name].error_messages["required"] = message
        self.fields["username"].label = "用户名"
        self.fields["password"].label = "密码"


class Login(views.LoginView):
    """Log in and go on to the page that asked for it."""

    template_name = "frontend/login.html"
    authentication_form = LoginForm
    redirect_authenticated_user = True

    def get_default_redirect_url(self) -> str:
        user = self.request.user
        return landing(user) if isinstance(user, User) else super().get_default_redirect_url()


@method_decorator(login_not_required, name="dispatch")
class Logout(views.LogoutView):
    """Log out (POST) and go home."""
