"""The plan and its quarterly ledger, read-only."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from common import clock
from ledger.quarters import containing
from ledger.selectors import current_plan, ledger_table


@require_safe
def plan(request: HttpRequest) -> HttpResponse:
    """Fourteen measures by section, goals and indicators with their value or why it is unknown."""
    return render(request, "frontend/plan.html", {"plan": current_plan()})


@require_safe
def ledger_now(request: HttpRequest) -> HttpResponse:
    """The current quarter's ledger."""
    return redirect("frontend:ledger_quarter", quarter=str(containing(clock.today())))


@require_safe
def ledger(request: HttpRequest, quarter: str) -> HttpResponse:
    """The official nine columns."""
    return render(request, "frontend/ledger.html", {"table": ledger_table(quarter)})


@require_safe
def ledger_xlsx(request: HttpRequest, quarter: str) -> HttpResponse:
    return HttpResponse()
