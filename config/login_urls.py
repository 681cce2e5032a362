"""The log-in library's pages that this house offers, at its own addresses, under the names the library looks up."""

from allauth.account.views import password_change, reauthenticate
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as totp
from allauth.socialaccount import views as outside
from allauth.socialaccount.providers.openid_connect import views as oidc
from allauth.usersessions.views import list_usersessions
from django.contrib.auth.decorators import login_not_required
from django.urls import path
from django.views.generic import RedirectView

from frontend.views.session import Login, Logout, SetUpSecondFactor

_claim = login_not_required(RedirectView.as_view(pattern_name="frontend:account_claim"))

urlpatterns = [
    path("login/", Login.as_view(), name="account_login"),
    path("logout/", Logout.as_view(), name="account_logout"),
    path("signup/", _claim, name="account_signup"),
    path("login/verify/", mfa.authenticate, name="mfa_authenticate"),
    path("me/reauthenticate/", reauthenticate, name="account_reauthenticate"),
    path("me/password/", password_change, name="account_change_password"),
    path("me/password/set/", password_change, name="account_set_password"),
    path("me/sessions/", list_usersessions, name="usersessions_list"),
    path("me/security/", mfa.index, name="mfa_index"),
    path("me/security/verify/", mfa.reauthenticate, name="mfa_reauthenticate"),
    path("me/security/totp/", SetUpSecondFactor.as_view(), name="mfa_activate_totp"),
    path("me/security/totp/off/", totp.deactivate_totp, name="mfa_deactivate_totp"),
    path("me/security/codes/", codes.view_recovery_codes, name="mfa_view_recovery_codes"),
    path("me/security/codes/new/", codes.generate_recovery_codes, name="mfa_generate_recovery_codes"),
    path("me/security/outside/", outside.connections, name="socialaccount_connections"),
    path("login/outside/cancelled/", outside.login_cancelled, name="socialaccount_login_cancelled"),
    path("login/outside/error/", outside.login_error, name="socialaccount_login_error"),
    path("login/outside/signup/", _claim, name="socialaccount_signup"),
    path("login/oidc/<slug:provider_id>/", oidc.login, name="openid_connect_login"),
    path("login/oidc/<slug:provider_id>/callback/", oidc.callback, name="openid_connect_callback"),
]
