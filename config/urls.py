"""Composition of every floor's addresses."""

from django.contrib import admin
from django.contrib.auth.decorators import login_not_required
from django.urls import include, path
from django.views.generic import RedirectView
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

api = [
    path("", include("products.api.urls")),
    path("", include("matching.api.urls")),
    path("", include("ledger.api.urls")),
]

urlpatterns = [
    # The administration has no door of its own: one log-in, with its lock-out and second factor.
    path("admin/login/", login_not_required(RedirectView.as_view(pattern_name="frontend:login", query_string=True))),
    path("admin/", admin.site.urls),
    path("api/v1/schema/", login_not_required(SpectacularAPIView.as_view(permission_classes=[])), name="schema"),
    path(
        "api/v1/docs/",
        login_not_required(SpectacularSwaggerSplitView.as_view(url_name="schema", permission_classes=[])),
        name="docs",
    ),
    path("api/v1/", include((api, "v1"))),
    path("", include("frontend.urls")),
    path("", include("config.login_urls")),
]
