"""Log-in and log-out."""

from typing import Any

from allauth.account.views import LoginView
from allauth.mfa.totp.views import ActivateTOTPView
from django.contrib.auth import views
from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse
from django.utils.decorators import method_decorator

from frontend.login.forms import LoginForm
from frontend.login.guard import second_factor_set
from frontend.viewer import required_user


class Login(LoginView):
    """Log in and go on to the page that asked for it, on this site only."""

    template_name = "frontend/login.html"
    form_class = LoginForm

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        found: dict[str, Any] = super().get_context_data(**kwargs)
        asked = self.request.POST.get("next") or self.request.GET.get("next", "")
        return {**found, "next": asked}


class SetUpSecondFactor(ActivateTOTPView):
    """Activate an authenticator app; the code given for it counts for this session."""

    def form_valid(self, form: Any) -> HttpResponse:
        answer: HttpResponse = super().form_valid(form)
        second_factor_set(self.request, required_user(self.request))
        return answer


@method_decorator(login_not_required, name="dispatch")
class Logout(views.LogoutView):
    """Log out (POST) and go home."""
