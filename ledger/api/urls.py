"""Addresses of the plan API, under /api/v1/."""

from django.urls import path

from ledger.api.views import IndicatorsView, LedgerView, PlanListView, PlanView

urlpatterns = [
    path("plans/", PlanListView.as_view(), name="plans"),
    path("plans/<slug:code>/", PlanView.as_view(), name="plan"),
    path("ledger/<str:quarter>/", LedgerView.as_view(), name="ledger"),
    path("ledger/<str:quarter>/indicators/", IndicatorsView.as_view(), name="indicators"),
]
