"""Addresses of the pages."""

from django.urls import path, register_converter

from frontend.views import health, home, me, plan, products, session


class CodeConverter:
    """A public code: no slash, no control character, at most 40 characters."""

    regex = r"[^/\x00-\x1f\x7f]{1,40}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(CodeConverter, "code")

app_name = "frontend"

urlpatterns = [
    path("", home.home, name="home"),
    path("products/", products.products, name="products"),
    path("products/<code:code>/", products.product, name="product"),
    path("me/facts/", me.facts, name="facts"),
    path("me/facts/edit/", me.facts_edit, name="facts_edit"),
    path("me/needs/", me.needs, name="needs"),
    path("me/needs/new/", me.need_new, name="need_new"),
    path("me/needs/<code:code>/edit/", me.need_edit, name="need_edit"),
    path("me/needs/<code:code>/end/", me.need_end, name="need_end"),
    path("me/matches/", me.matches, name="matches"),
    path("plan/", plan.plan, name="plan"),
    path("ledger/", plan.ledger_now, name="ledger"),
    path("ledger/<code:quarter>/", plan.ledger, name="ledger_quarter"),
    path("ledger/<code:quarter>/xlsx/", plan.ledger_xlsx, name="ledger_xlsx"),
    path("login/", session.Login.as_view(), name="login"),
    path("logout/", session.Logout.as_view(), name="logout"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
]
