"""One referral at the institution's desk: facts, evidence, timeline, and every answer it may give."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from accounts.models import User
from common.errors import Conflict, DomainError, Invalid, Missing, NotAllowed
from enterprises.selectors import masked_need
from frontend.clocks import WorkClock, stage_of, stage_tone
from frontend.desk_forms import AmountForm, FinancingForm, FirstLoanForm, PauseForm, RefusalForm, blame, problems_of
from frontend.forms import Problem, cells_wan
from frontend.viewer import required_user
from frontend.views.desk import required_desk
from matching.cases.applying import disbursement_record
from matching.cases.clock import PAUSABLE
from matching.cases.labels import labels
from matching.cases.money_policies import financings_visible_to
from matching.cases.policies import discloses
from matching.cases.referrals import referral_advance, referral_pause, referral_refuse, referral_resume
from matching.cases.selectors import referral_by_code, timeline
from matching.cases.states import ENDS, PROGRESS, State, moves
from matching.models import Referral

PAYING = {"贷": "登记放款", "租": "登记放款", "保": "登记担保", "险": "登记保单", "投": "登记出资"}


@require_http_methods(["GET", "HEAD", "POST"])
def referral(request: HttpRequest, code: str) -> HttpResponse:
    """Read it, or take one step."""
    user, found = _own(request, code)
    if request.method != "POST":
        return _page(request, user, found)
    action = request.POST.get("action", "")
    step = STEPS.get(action)
    if step is None:
        raise Missing("没有这项操作，请回到派单页重新选择。")
    make, act = step
    form = make(request.POST)
    if form.is_valid():
        try:
            done = act(user, found, form, request.POST)
        except Conflict as error:
            found.refresh_from_db()
            return _page(request, user, found, conflict=error.message, status=409)
        except Invalid as error:
            blame(form, error.field, error.message)
        else:
            messages.success(request, done)
            return redirect("frontend:desk_referral", found.code)
    return _page(request, user, found, bound={action: form}, status=422)


@require_http_methods(["GET", "HEAD", "POST"])
def financing(request: HttpRequest, code: str) -> HttpResponse:
    """Record money paid out, with the first-loan claim where it is one."""
    user, found = _own(request, code)
    _require_payable(user, found)
    posted = request.POST if request.method == "POST" else None
    money = FinancingForm(posted, initial=_prefilled(found))
    claim = FirstLoanForm(posted)
    problems: list[Problem] = []
    if posted is not None:
        money_fine, claim_fine = money.is_valid(), claim.is_valid()
        if money_fine and claim_fine and _record(request, user, found, money, claim):
            return redirect("frontend:desk_referral", found.code)
        problems = problems_of(money) + problems_of(claim)
    context = {
        "referral": found,
        "need": found.need,
        "money": money,
        "claim": claim,
        "problems": problems,
        "stage": labels(found.kind)[State.DISBURSED],
        "paying": PAYING[found.kind],
    }
    return render(request, "frontend/desk/financing.html", context, status=422 if problems else 200)


def _record(request: HttpRequest, user: User, found: Referral, money: FinancingForm, claim: FirstLoanForm) -> bool:
    """True when it is written; a refusal is put beside its field."""
    attested = claim.attestation() if found.kind == "贷" else None
    try:
        record = disbursement_record(actor=user, referral=found, attested=attested, **money.values())
    except DomainError as error:
        blame(claim if error.field in claim.fields else money, error.field, error.message)
        return False
    extra = "，首贷申报已送金融办核验" if attested else ""
    messages.success(request, f"业务 {record.serial} 已登记，已计入台账{extra}。")
    return True


def _require_payable(user: User, found: Referral) -> None:
    if not discloses(user, found):
        raise NotAllowed("企业尚未授权或已撤回授权，不能在这里登记业务。")
    if found.state in ENDS or found.state == State.PENDING:
        raise Conflict(f"当前为“{stage_of(found)}”，请先接单，办结的不再登记业务。")


def _own(request: HttpRequest, code: str) -> tuple[User, Referral]:
    party = required_desk(request)
    user = required_user(request)
    found = referral_by_code(code, user)
    if found is None or found.institution_id != party.pk:
        raise Missing("没有找到这条派单，或者它不由本机构办理。")
    return user, found


def _page(
    request: HttpRequest,
    user: User,
    found: Referral,
    *,
    bound: dict[str, forms.Form] | None = None,
    conflict: str = "",
    status: int = 200,
) -> HttpResponse:
    held: dict[str, forms.Form] = {
        "approve": AmountForm(),
        "refuse": RefusalForm(),
        "pause": PauseForm(),
        **(bound or {}),
    }
    open_to, shown = moves(user, found), discloses(user, found)
    context: dict[str, Any] = {
        "referral": found,
        "need": found.need,
        "disclosed": shown,
        "masked": None if shown else masked_need(found.need),
        "steps": timeline(found, at_desk=True),
        "stage": stage_of(found),
        "tone": stage_tone(found),
        "due": WorkClock().due(found),
        "next": _next(found, open_to),
        "paying": PAYING[found.kind],
        "payable": shown and found.state in PROGRESS[1:7],
        "refusable": State.REFUSED in open_to,
        "pausable": found.state in PAUSABLE and found.paused_since is None and shown,
        "resumable": found.state in PAUSABLE and found.paused_since is not None,
        "forms": held,
        "opened": next(iter(bound or {}), ""),
        "problems": [problem for form in (bound or {}).values() for problem in problems_of(form)],
        "conflict": conflict,
        "financings": _financings(user, found),
    }
    return render(request, "frontend/desk/referral.html", context, status=status)


def _next(found: Referral, open_to: tuple[str, ...]) -> dict[str, str] | None:
    """The one step forward: its state, its verb, and whether it asks for an amount; money has a form of its own."""
    ahead = [state for state in open_to if state in PROGRESS and state != State.DISBURSED]
    if not ahead:
        return None
    state = ahead[0]
    action = "approve" if state == State.APPROVED else "advance"
    verb = "接单" if state == State.ACCEPTED else f"记为“{labels(found.kind)[state]}”"
    return {"to": state, "verb": verb, "action": action}


def _financings(user: User, found: Referral) -> list[Any]:
    rows = financings_visible_to(user).filter(need_id=found.need_id, institution_id=found.institution_id)
    return list(rows.select_related("first_loan_claim").order_by("disbursed_on", "pk"))


def _prefilled(found: Referral) -> dict[str, str]:
    months = found.need.term_months
    return {"amount": cells_wan(found.approved_amount), "term_months": "" if months is None else str(months)}


def _advance(user: User, found: Referral, form: forms.Form, posted: QueryDict) -> str:
    referral_advance(actor=user, referral=found, to=posted.get("to", ""))
    return f"已记为“{stage_of(found)}”，企业已收到消息。"


def _approve(user: User, found: Referral, form: forms.Form, posted: QueryDict) -> str:
    amount = form.cleaned_data["approved_amount"]
    referral_advance(actor=user, referral=found, to=State.APPROVED, approved_amount=amount)
    return f"批复 {cells_wan(amount)} 万元已登记，企业已收到消息。"


def _refuse(user: User, found: Referral, form: forms.Form, posted: QueryDict) -> str:
    data = form.cleaned_data
    referral_refuse(actor=user, referral=found, reason=data["reason"], note=data["note"] or "")
    return "已答复企业：未能承接，原因已一并告知。"


def _pause(user: User, found: Referral, form: forms.Form, posted: QueryDict) -> str:
    referral_pause(actor=user, referral=found, reason=form.cleaned_data["reason"])
    return "已请企业补材料，计时从今天起停止。"


def _resume(user: User, found: Referral, form: forms.Form, posted: QueryDict) -> str:
    referral_resume(actor=user, referral=found)
    return "计时已恢复，停的工作日已顺延。"


STEPS: dict[str, tuple[type[forms.Form], Callable[[User, Referral, Any, QueryDict], str]]] = {
    "advance": (forms.Form, _advance),
    "approve": (AmountForm, _approve),
    "refuse": (RefusalForm, _refuse),
    "pause": (PauseForm, _pause),
    "resume": (forms.Form, _resume),
}
