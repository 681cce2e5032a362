"""Log-in: lock-out, second factor, sessions, tokens of business systems, 政务统一身份认证."""

from typing import Any

from config import env

# Failures within fifteen minutes (accounts/lockout.py). An office behind one address may need more for the second.
LOGIN_FAILURES = 5
LOGIN_FAILURES_PER_ADDRESS = env.LOGIN_FAILURES_PER_ADDRESS

MFA_REQUIRED = env.MFA_REQUIRED
MFA_KEY = env.MFA_KEY
MFA_ADAPTER = "frontend.login.adapters.SecondFactorAdapter"
MFA_FORMS = {
    "activate_totp": "frontend.login.forms.SetUpForm",
    "authenticate": "frontend.login.forms.CodeForm",
    "reauthenticate": "frontend.login.forms.CodeAgainForm",
}
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
# One step to either side: phones are seldom right to the second.
MFA_TOTP_TOLERANCE = 1
MFA_RECOVERY_CODES_SHOW_ONCE = False

ALLAUTH_TRUSTED_PROXY_COUNT = env.TRUSTED_PROXIES
ACCOUNT_ADAPTER = "frontend.login.adapters.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_SESSION_COOKIE_AGE = 12 * 60 * 60
ACCOUNT_FORMS = {"change_password": "frontend.login.forms.PasswordForm"}
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False

SOCIALACCOUNT_ADAPTER = "frontend.login.adapters.OutsideAccountAdapter"
SOCIALACCOUNT_AUTO_SIGNUP = False
SOCIALACCOUNT_LOGIN_ON_GET = False
SOCIALACCOUNT_PROVIDERS: dict[str, Any] = {}
if env.OIDC_SERVER:
    SOCIALACCOUNT_PROVIDERS["openid_connect"] = {
        "OAUTH_PKCE_ENABLED": True,
        "APPS": [
            {
                "provider_id": "gov",
                "name": env.OIDC_NAME,
                "client_id": env.OIDC_CLIENT_ID,
                "secret": env.OIDC_CLIENT_SECRET,
                "settings": {"server_url": env.OIDC_SERVER, "uid_field": env.OIDC_UID_FIELD},
            }
        ],
    }

IDP_OIDC_ADAPTER = "allauth.idp.oidc.adapter.DefaultOIDCAdapter"
IDP_OIDC_ACCESS_TOKEN_EXPIRES_IN = 3600

# Only tests receive webhooks on the own machine.
WEBHOOK_LOOPBACK = False
