"""金融办's first-loan desk: what waits for checking, what contradicts, what was confirmed."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from accounts.models import Role
from common.errors import DomainError, Missing, NotAllowed
from frontend.viewer import required_user
from matching.cases import first_loans as service
from matching.cases.money_policies import claims_visible_to
from matching.cases.selectors_first import WAITING, conflicts, definitions, desk, problems
from matching.cases.states_first import State
from matching.models import FirstLoanClaim

RECENT = 20
DONE = {
    "verify": "已开始核验。",
    "confirm": "已确认首贷，计入本期指标。",
    "reject": "已驳回，并通知申报机构。",
    "doubt": "已标为存疑，并通知申报机构。",
}


@require_safe
def first_loans(request: HttpRequest) -> HttpResponse:
    """Claims by state, those that wait first; ``waiting`` holds (claim, what stands against confirming it)."""
    user = required_user(request)
    if not user.has_role(Role.OFFICE, Role.OFFICE_SIGNER):
        raise NotAllowed("首贷核验由金融办办理，您的账号不是。")
    claims = desk(user)
    context: dict[str, Any] = {
        "waiting": [(claim, problems(claim)) for state in WAITING for claim in claims[state]],
        "counts": [(State(state).label, len(found)) for state, found in claims.items()],
        "confirmed": claims[State.CONFIRMED][::-1][:RECENT],
        "disputes": conflicts(user),
        "definition": definitions().first(),
        "signer": user.has_role(Role.OFFICE_SIGNER),
    }
    return render(request, "frontend/office/first_loans.html", context)


@require_POST
def first_loan_decide(request: HttpRequest, number: str) -> HttpResponse:
    """One decision on one claim; a refusal comes back as a message on the desk."""
    user = required_user(request)
    claim = claims_visible_to(user).filter(pk=number).first() if number.isdecimal() else None
    if claim is None:
        raise Missing("没有这笔首贷申报，请回到列表重新选择。")
    action, reason = request.POST.get("action", ""), request.POST.get("reason", "")
    steps: dict[str, Callable[[FirstLoanClaim], object]] = {
        "verify": lambda claim: service.first_loan_verify(actor=user, claim=claim),
        "confirm": lambda claim: service.first_loan_confirm(actor=user, claim=claim),
        "reject": lambda claim: service.first_loan_reject(actor=user, claim=claim, reason=reason),
        "doubt": lambda claim: service.first_loan_doubt(actor=user, claim=claim, problem=reason),
    }
    if action not in steps:
        raise Missing("没有这一步，请回到列表重新选择。")
    try:
        steps[action](claim)
    except DomainError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, DONE[action])
    return redirect("frontend:first_loans")
