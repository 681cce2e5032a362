"""One party and its officer: assign, hand over, end, and who it was before."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from accounts.codes import plain_code
from accounts.models import Party, User
from accounts.selectors import party_by_code
from common.errors import Conflict, DomainError, Invalid, Missing
from frontend.desk_forms import blame, problems_of
from frontend.office_forms import AssignForm, EndForm
from frontend.views.officers import required_office, status_of
from matching.cases.liaison import liaison_assign, liaison_end, liaison_hand_over
from matching.cases.selectors_roster import (
    PROPOSAL_RULE,
    SERVED_KINDS,
    Load,
    current_of,
    history_of,
    loads,
    proposals,
)
from matching.models import LiaisonAssignment
from talents.services import team_bearer_set


@require_http_methods(["GET", "HEAD", "POST"])
def assignment(request: HttpRequest, code: str) -> HttpResponse:
    """Assign or hand over (``action`` assign), or end (``end``). ``seen`` says which assignment the page showed."""
    user, party = required_office(request), _party(code)
    current = current_of(party)
    ending = request.POST.get("action") == "end"
    form, end_form = _forms(request, current, ending=ending)
    chosen, conflict = (end_form if ending else form), ""
    if request.method == "POST" and chosen.is_valid():
        try:
            _require_seen(request, current)
            done = _end(user, current, end_form) if ending else _assign(user, party, current, form)
        except Conflict as error:
            conflict = error.message
            current = current_of(party)
            form = _form(current, proposals(loads()), loads(), None)
        except Invalid as error:
            blame(chosen, "end_reason" if ending else error.field, error.message)
        else:
            messages.success(request, done)
            return redirect("frontend:assignment", party.code)
    return _page(request, party, current, form, end_form, conflict, status_of(chosen, conflict))


@require_POST
def bearer(request: HttpRequest, code: str) -> HttpResponse:
    """Record who borrows for a team; a refusal comes back as a message on the page."""
    user, team = required_office(request), _party(code)
    found = party_by_code(plain_code(request.POST.get("bearer", "")))
    try:
        if found is None:
            raise Invalid("没有这个编码的企业或个人，请核对后再登记承贷人。", field="bearer")
        team_bearer_set(actor=user, team=team, bearer=found)
    except DomainError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, f"已登记承贷人：{found.name}。")
    return redirect("frontend:assignment", team.code)


def _party(code: str) -> Party:
    party = party_by_code(plain_code(code))
    if party is None or party.kind not in SERVED_KINDS:
        raise Missing("没有这一户，请回到列表重新选择。")
    return party


def _forms(request: HttpRequest, current: LiaisonAssignment | None, *, ending: bool) -> tuple[AssignForm, EndForm]:
    serving = loads()
    posted = request.POST if request.method == "POST" else None
    form = _form(current, proposals(serving), serving, None if ending else posted)
    return form, EndForm(posted if ending else None)


def _form(current: LiaisonAssignment | None, proposed: list[Load], serving: list[Load], posted: Any) -> AssignForm:
    others = [load for load in proposed if current is None or load.officer.pk != current.officer_id]
    choices = [(load.officer.pk, str(load.officer.user)) for load in serving]
    first = others[0].officer.pk if others else None
    return AssignForm(choices, posted, initial={"officer": first}, handing_over=current is not None)


def _require_seen(request: HttpRequest, current: LiaisonAssignment | None) -> None:
    """What the page offered was for the officer it showed; another one in the meantime is a conflict."""
    if request.POST.get("seen", "") != (str(current.pk) if current else ""):
        raise Conflict("刚刚有人更换了这一户的特派员，请看下面最新的情况再办。")


def _assign(user: User, party: Party, current: LiaisonAssignment | None, form: AssignForm) -> str:
    by_number = {load.officer.pk: load.officer for load in loads()}
    data = form.cleaned_data
    officer, backup = by_number.get(data["officer"]), by_number.get(data["backup"]) if data["backup"] else None
    if officer is None:
        raise Conflict("所选的特派员刚刚离岗，请另选。")
    if current is None:
        liaison_assign(actor=user, party=party, officer=officer, backup=backup)
        return f"已指派{officer.user}，双方已收到消息。"
    liaison_hand_over(actor=user, assignment=current, officer=officer, backup=backup, reason=data["reason"] or "")
    return f"已移交给{officer.user}；{current.officer.user}从现在起不能再查看这一户。"


def _end(user: User, current: LiaisonAssignment | None, form: EndForm) -> str:
    if current is None:
        raise Conflict("这一户现在没有特派员，不必结束。")
    liaison_end(actor=user, assignment=current, reason=form.cleaned_data["end_reason"])
    return f"已结束；{current.officer.user}从现在起不能再查看这一户。"


def _page(
    request: HttpRequest,
    party: Party,
    current: LiaisonAssignment | None,
    form: AssignForm,
    end_form: EndForm,
    conflict: str,
    status: int,
) -> HttpResponse:
    serving = loads()
    willing = [load for load in proposals(serving) if current is None or load.officer.pk != current.officer_id]
    picked = str(form["officer"].value() or "")
    context = {
        "party": party,
        "current": current,
        "options": willing,
        "full": [load for load in serving if load.full],
        "picked": picked,
        "rule": PROPOSAL_RULE,
        "form": form,
        "end_form": end_form,
        "problems": [*problems_of(form), *problems_of(end_form)],
        "conflict": conflict,
        "history": history_of(party),
    }
    return render(request, "frontend/office/assignment.html", context, status=status)
