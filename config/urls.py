"""Composition of every floor's addresses."""

from allauth.idp.oidc import views as oidc
from django.contrib import admin
from django.contrib.auth.decorators import login_not_required
from django.urls import include, path
from django.views.generic import RedirectView
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

api = [
    path("", include("products.api.urls")),
    path("", include("matching.api.urls")),
    path("", include("ledger.api.urls")),
    path("", include("products.api.desk")),
    path("", include("matching.api.referrals")),
    path("", include("matching.api.financings")),
    path("", include("enterprises.api.whitelist")),
    path("", include("accounts.api.webhooks")),
]

urlpatterns = [
    # The administration has no door of its own: one log-in, with its lock-out and second factor.
    path(
        "admin/login/",
        login_not_required(RedirectView.as_view(pattern_name="frontend:login", query_string=True)),
        name="admin_login",
    ),
    path("admin/", admin.site.urls),
    path("api/v1/schema/", login_not_required(SpectacularAPIView.as_view(permission_classes=[])), name="schema"),
    path(
        "api/v1/docs/",
        login_not_required(
            # Our own frame: the library's has a style element that the content policy stops.
            SpectacularSwaggerSplitView.as_view(
                url_name="schema", permission_classes=[], template_name="frontend/api_docs.html"
            )
        ),
        name="docs",
    ),
    # OAuth 2.0 client credentials: client number and secret for a token of an hour.
    path("api/v1/token", login_not_required(oidc.token), name="api_token"),
    path("api/v1/token/revoke", login_not_required(oidc.revoke), name="api_token_revoke"),
    path("api/v1/", include((api, "v1"))),
    path("", include("frontend.urls")),
    path("", include("config.login_urls")),
]

handler404 = "config.http.missing"
handler500 = "config.http.broken"
