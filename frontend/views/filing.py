"""台账填报: a quarter's report as a board of measures, and one measure to fill in, answer, check or return."""

from collections.abc import Callable, Mapping
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from accounts.models import User
from common import clock
from common.errors import Conflict, Invalid, Missing, NotAllowed
from frontend.desk_forms import blame, problems_of
from frontend.filing_forms import ObjectionForm, ReturnForm, WordsForm
from frontend.viewer import required_user
from frontend.views.officers import FORM, status_of
from ledger import filing, filing_rows, quarters
from ledger.models import Plan, QuarterlyReport, ReportRow
from ledger.policies import may_file
from ledger.selectors import LedgerRow, plan_on, recorded
from ledger.standing import TO_WRITE, VERBS, RowStanding, count_in, reports_of, standings, to_sign, turn

WITH_REASON = ("correct", "withdraw")
_STATE, _OPEN = ReportRow.State, QuarterlyReport.State.OPEN


@require_http_methods(FORM)
def report(request: HttpRequest, quarter: str) -> HttpResponse:
    """How far the quarter has come, whose turn it is; opening, signing, correcting."""
    user = _reporter(request)
    chosen = quarters.parse(quarter)
    plan = plan_on(chosen.end)
    versions = reports_of(plan, chosen)
    newest = versions[0] if versions else None
    form, conflict = ReturnForm(request.POST if request.POST.get("action") in WITH_REASON else None), ""
    if request.method == "POST":
        try:
            messages.success(request, _move(request, user, str(chosen), newest, form))
            return redirect("frontend:filing", quarter=str(chosen))
        except (Conflict, NotAllowed) as error:
            conflict = error.message
        except Invalid as error:
            if not form.is_bound:
                conflict = error.message
            else:
                blame(form, error.field, error.message)
    context = _board(user, plan, chosen, versions) | {"form": form, "problems": problems_of(form), "conflict": conflict}
    return render(request, "frontend/office/filing.html", context, status=status_of(form, conflict))


@require_http_methods(FORM)
def row(request: HttpRequest, quarter: str, number: str) -> HttpResponse:
    """One measure: what the records say, what the unit writes, what others say of it."""
    user = _reporter(request)
    standing, drafted = _row(quarter, number)
    found = standing.row
    action = request.POST.get("action", "")
    forms = _forms(request, action, found, drafted)
    form, conflict = forms.get(action), ""
    if request.method == "POST" and (form is None or form.is_valid()):
        try:
            messages.success(request, _act(user, found, action, form, request.POST.get("seen", "")))
            return redirect("frontend:filing", quarter=found.report.quarter)
        except (Conflict, NotAllowed) as error:
            conflict = error.message
        except Invalid as error:
            if form is None:
                conflict = error.message
            else:
                blame(form, error.field, error.message)
    shown = form or forms["fill"]
    may = {name: may_file(user, name, found.measure) for name in ("fill", "answer", "check")}
    opened = found.report.state == _OPEN
    context = {
        "standing": standing,
        "row": found,
        "drafted": drafted,
        "words": forms["fill"],
        "answer": forms["disagree"],
        "reason": forms["return"],
        "may": may,
        "open": opened,
        # What waits to be checked the office returns rather than rewrites.
        "fillable": opened and _fillable(found, may),
        "own": found.filled_by_id == user.pk,
        "problems": problems_of(shown),
        "conflict": conflict,
    }
    return render(request, "frontend/office/filing_row.html", context, status=status_of(shown, conflict))


def _board(user: User, plan: Plan, chosen: quarters.Quarter, versions: list[QuarterlyReport]) -> dict[str, Any]:
    """What the board of a quarter shows to ``user``."""
    newest = versions[0] if versions else None
    rows = standings(newest) if newest else []
    due, today = quarters.due(chosen), clock.today()
    return {
        "quarter": chosen,
        "inside": plan.covers(chosen.end),
        "over": today >= chosen.end,
        "report": newest,
        "versions": versions,
        "rows": [(item, VERBS.get(turn(user, item), "")) for item in rows],
        "steps": [(str(state.label), count_in(rows, state)) for state in _STATE],
        "to_check": len(rows) - count_in(rows, _STATE.CHECKED),
        "due": due,
        "left": quarters.working_days_between(today, due.day),
        "late": today > due.day,
        "correcting": newest is not None and newest.number > 1,
        "may": {action: may_file(user, action) for action in ("open", "check")},
        "signable": to_sign(user, rows),
        "mark": filing.mark_of(newest) if newest else "",
        "withdrawable": newest is not None and newest.state == _OPEN and filing.loses_no_words(newest),
    }


def _fillable(found: ReportRow, may: Mapping[str, bool]) -> bool:
    """What waits to be checked the office returns rather than rewrites."""
    waits = found.state == _STATE.FILLED and not may["check"]
    return may["fill"] and (found.state in TO_WRITE or waits)


def _reporter(request: HttpRequest) -> User:
    user = required_user(request)
    if not may_file(user, "see"):
        raise NotAllowed("台账填报由金融办和各责任单位办理，您的账号不是。")
    return user


def _row(quarter: str, number: str) -> tuple[RowStanding, LedgerRow]:
    chosen = quarters.parse(quarter)
    versions = reports_of(plan_on(chosen.end), chosen)
    rows = standings(versions[0]) if versions else []
    standing = next((item for item in rows if str(item.row.measure.number) == number), None)
    if standing is None:
        raise Missing("这一季度的台账还没有开启，或者没有这一项。请回到台账页。")
    table = recorded(chosen, versions[0].plan)
    return standing, next(item for item in table.rows if item.number == standing.row.measure.number)


def _move(request: HttpRequest, user: User, quarter: str, newest: QuarterlyReport | None, form: ReturnForm) -> str:
    action = request.POST.get("action", "")
    if action == "open":
        filing.report_open(actor=user, quarter=quarter)
        return "已开启，并通知各牵头单位填报。"
    if newest is None:
        raise Conflict("这一季度的台账还没有开启，请先开启。")
    if action == "sign":
        filing.report_sign(actor=user, report=newest, seen=request.POST.get("seen", ""))
        return "已审签，内容不再变动，可以导出报送。"
    if action not in WITH_REASON:
        raise Invalid("没有这一步，请用页面上的按钮。")
    if not form.is_valid():
        raise Invalid("请写明原因。", field="reason")
    if action == "withdraw":
        filing.report_withdraw(actor=user, report=newest, reason=form.cleaned_data["reason"])
        return "已撤回，原因记入审计。"
    filing.report_correct(actor=user, report=newest, reason=form.cleaned_data["reason"])
    return "已另开一版：请退回要改的各项，改好、审核后再审签。"


def _forms(request: HttpRequest, action: str, found: ReportRow, drafted: LedgerRow) -> dict[str, Form]:
    """The forms of the page; the one that was sent is bound."""
    written = found.state != _STATE.TO_FILL
    words = {
        "progress": found.progress if written else drafted.progress,
        "problems": found.problems,
        "next_steps": found.next_steps,
    }

    def sent(name: str) -> Any:
        return request.POST if action == name else None

    return {
        "fill": WordsForm(sent("fill"), initial=words),
        "disagree": ObjectionForm(sent("disagree")),
        "return": ReturnForm(sent("return")),
    }


def _act(user: User, found: ReportRow, action: str, form: Form | None, seen: str) -> str:
    """Do what was asked for; the sentence that says so. ``seen``: when the words were written that the reader saw."""
    data = form.cleaned_data if form is not None else {}
    number = found.measure.number
    acts: dict[str, tuple[Callable[[], Any], str]] = {
        "fill": (
            lambda: filing_rows.row_fill(actor=user, row=found, words=filing_rows.Words(**data), seen=seen),
            f"第 {number} 项已提交，等金融办审核。",
        ),
        "agree": (
            lambda: filing_rows.row_answer(actor=user, row=found, agreed=True, seen=seen),
            f"第 {number} 项已确认。",
        ),
        "disagree": (
            lambda: filing_rows.row_answer(actor=user, row=found, agreed=False, comment=data["comment"], seen=seen),
            f"第 {number} 项的意见已告知牵头单位。",
        ),
        "check": (lambda: filing_rows.row_check(actor=user, row=found, seen=seen), f"第 {number} 项已审核。"),
        "return": (
            lambda: filing_rows.row_return(actor=user, row=found, reason=data["reason"]),
            f"第 {number} 项已退回牵头单位。",
        ),
    }
    if action not in acts:
        raise Invalid("没有这一步，请用页面上的按钮。")
    act, said = acts[action]
    act()
    return said
