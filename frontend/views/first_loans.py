"""金融办's first-loan desk: what waits for checking, what contradicts, what was confirmed, and the definition."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from accounts.models import Role, User
from common import clock
from common.errors import DomainError, Missing, NotAllowed
from frontend.claims import claims_by_number, confirmed_in, judged, sides, waiting_claims
from frontend.viewer import required_user
from matching.cases import first_loans as service
from matching.cases.first_loan_checks import definition_on
from matching.cases.first_loan_disputes import dispute_settle
from matching.cases.money_policies import claims_visible_to
from matching.cases.selectors_first import counts, definitions, years_confirmed
from matching.cases.states_first import State
from matching.models import FirstLoanClaim

WAITING_PAGE, CONFIRMED_PAGE = 10, 20
SHOWN = (
    (State.DECLARED, "待核验"),
    (State.VERIFYING, "待另一人确认"),
    (State.DOUBTFUL, "存疑"),
    (State.CONFIRMED, "已确认"),
)
DONE = {
    "verify": "已开始核验，请另一位审签人确认。",
    "confirm": "已确认首贷，计入本期指标。",
    "reject": "已驳回，并通知申报机构。",
    "doubt": "已标为存疑，并通知申报机构。",
    "settle": "已认定，其余申报已驳回并通知机构；这一笔进入核验。",
}


def required_office(request: HttpRequest) -> User:
    """The reader, when of the finance office; anybody else is NotAllowed."""
    user = required_user(request)
    if not user.has_role(Role.OFFICE, Role.OFFICE_SIGNER):
        raise NotAllowed("首贷核验由金融办办理，您的账号不是。")
    return user


@require_safe
def first_loans(request: HttpRequest) -> HttpResponse:
    """Disputes, claims that wait with every condition, confirmed ones by year and banner, the definition in force."""
    user = required_office(request)
    numbers = counts(user)
    page = Paginator(waiting_claims(user), WAITING_PAGE).get_page(request.GET.get("waiting"))
    context: dict[str, Any] = {
        "page": page,
        "waiting": judged(list(page.object_list), user),
        "disputes": sides(user),
        "counts": [(label, numbers[state], state) for state, label in SHOWN],
        "to_do": sum(numbers[state] for state in (State.DECLARED, State.VERIFYING, State.DOUBTFUL)),
        "definition": definition_on(clock.today()),
        "definitions": definitions(),
        "signer": user.has_role(Role.OFFICE_SIGNER),
        **_confirmed(user, request.GET),
    }
    return render(request, "frontend/office/first_loans.html", context)


@require_POST
def first_loan_decide(request: HttpRequest, number: str) -> HttpResponse:
    """One decision on one claim; a refusal comes back as a message on the desk."""
    user = required_office(request)
    claim = claims_visible_to(user).filter(pk=number).first() if number.isdecimal() else None
    if claim is None:
        raise Missing("没有这笔首贷申报，请回到列表重新选择。")
    action, reason = request.POST.get("action", ""), request.POST.get("reason", "")
    steps: dict[str, Callable[[FirstLoanClaim], object]] = {
        "verify": lambda claim: service.first_loan_verify(actor=user, claim=claim),
        "confirm": lambda claim: service.first_loan_confirm(actor=user, claim=claim),
        "reject": lambda claim: service.first_loan_reject(actor=user, claim=claim, reason=reason),
        "doubt": lambda claim: service.first_loan_doubt(actor=user, claim=claim, problem=reason),
        "settle": lambda claim: dispute_settle(actor=user, keep=claim, reason=reason),
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


def _confirmed(user: User, asked: QueryDict) -> dict[str, Any]:
    """The page of confirmed claims that the address asks for."""
    year, banner = asked.get("year", ""), asked.get("banner", "")
    rows, banners = confirmed_in(user, year, banner)
    page = Paginator(rows, CONFIRMED_PAGE).get_page(asked.get("page"))
    claims = claims_by_number(user, [number for number, _ in page.object_list])
    kept = QueryDict(mutable=True)
    kept.update({name: value for name, value in (("year", year), ("banner", banner)) if value})
    return {
        "confirmed_page": page,
        "confirmed": [(claims[number], place) for number, place in page.object_list],
        "year": year,
        "banner": banner,
        "years": [str(found) for found in years_confirmed(user)],
        "banners": banners,
        "query": f"{kept.urlencode()}&" if kept else "",
    }
