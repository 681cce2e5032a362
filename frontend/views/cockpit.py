"""驾驶舱 of the finance office and the lead units: what to do, how far the plan is, and the records behind it."""

from datetime import date
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from accounts.models import Role, User
from accounts.policies import OFFICE_ROLES
from common.errors import Missing, NotAllowed
from frontend.cockpit import balance_chart, first_loan_map, funnel_chart, goal_tiles, money_choices
from frontend.drilling import breakdowns, formula_of, record_rows
from frontend.todo import WAITING, todos, waiting_rows
from frontend.viewer import required_user
from ledger import policies
from ledger.board import board, indicator_declared, quarter_shown, quarters_of
from ledger.drill import Part, Wanted, members, parts_of, records
from ledger.indicators import PlanPeriod, evaluate
from ledger.models import Plan
from ledger.money import LABELS, totals
from ledger.quarters import Quarter, parse
from ledger.selectors import current_plan
from matching.cases.selectors_funnel import funnel_counts

PAGE = 25


@require_safe
def cockpit(request: HttpRequest) -> HttpResponse:
    """What waits for this reader, the plan's indicators in one quarter, and four charts."""
    user, plan = _reader(request)
    quarter = _quarter(request, plan)
    shown = board(plan, quarter)
    start = date(quarter.year, 1, 1)
    money = request.GET.get("money", "贷")
    context = _frame(plan, quarter) | {
        "board": shown,
        "todos": todos(user, plan),
        "tiles": goal_tiles(shown),
        "balance": balance_chart(shown),
        "funnel": funnel_chart(funnel_counts(start, shown.as_of)),
        "map": first_loan_map(shown, policies.traced_measures(user, plan)),
        "money": money_choices(totals(start, shown.as_of), money if money in LABELS else "贷"),
    }
    return render(request, "frontend/office/cockpit.html", context)


@require_safe
def indicator(request: HttpRequest, code: str) -> HttpResponse:
    """One indicator: definition, its parts, each part by institution, banner and month, and the records."""
    user, plan = _reader(request)
    declared = indicator_declared(plan, code)
    if declared is None:
        raise Missing("这份方案没有这个指标，请回到驾驶舱重新选择。")
    quarter, period = _quarter(request, plan), PlanPeriod(plan.starts_on, plan.ends_on)
    parts = parts_of(declared, period, quarter)
    part = _part(request, parts)
    traced = declared.measure in policies.traced_measures(user, plan) or user.has_role(*OFFICE_ROLES)
    value = evaluate(declared, period, quarter)
    address = {"quarter": str(quarter), "part": part.code}
    context = _frame(plan, quarter) | {
        "declared": declared,
        "value": value,
        "formula": formula_of(declared, value),
        "parts": parts,
        "part": part,
        "breakdowns": breakdowns(part, address, exact=traced),
        "traced": traced,
    }
    if traced:
        context |= _records(request, part, address)
    return render(request, "frontend/office/indicator.html", context)


@require_safe
def waiting(request: HttpRequest, kind: str) -> HttpResponse:
    """The list behind one count of the strip."""
    user, _ = _reader(request)
    if not user.has_role(*OFFICE_ROLES):
        raise NotAllowed("这份清单由金融办办理，您的账号不是。")
    if kind not in WAITING:
        raise Missing("没有这份清单，请回到驾驶舱重新选择。")
    listed = WAITING[kind]
    page = Paginator(listed.read(user), PAGE).get_page(request.GET.get("page"))
    context = {"listed": listed, "page": page, "rows": waiting_rows(listed, page), "query": ""}
    return render(request, "frontend/office/waiting.html", context)


def _reader(request: HttpRequest) -> tuple[User, Plan]:
    user = required_user(request)
    if not user.has_role(*OFFICE_ROLES, Role.LEAD_UNIT):
        raise NotAllowed("驾驶舱给金融办和牵头单位使用，您的账号不是。")
    return user, current_plan()


def _quarter(request: HttpRequest, plan: Plan) -> Quarter:
    asked = request.GET.get("quarter", "")
    return parse(asked) if asked else quarter_shown(plan)


def _frame(plan: Plan, quarter: Quarter) -> dict[str, Any]:
    """What both pages say about time. ``later`` holds the newest quarter to choose once the plan is over."""
    known = quarters_of(plan)
    newest = known[0]
    return {
        "plan": plan,
        "quarter": quarter,
        "quarters": sorted({*known, quarter}, reverse=True),
        "later": newest if newest.start > plan.ends_on else None,
    }


def _part(request: HttpRequest, parts: tuple[Part, ...]) -> Part:
    asked = request.GET.get("part", parts[0].code)
    found = next((part for part in parts if part.code == asked), None)
    if found is None:
        raise Missing("这个指标没有这一部分，请从指标页重新选择。")
    return found


def _records(request: HttpRequest, part: Part, address: dict[str, str]) -> dict[str, Any]:
    """Records of the part, narrowed as the address says; a population has members instead."""
    if part.counting is None:
        people = Paginator(members(part), PAGE).get_page(request.GET.get("page"))
        return {
            "page": people,
            "rows": [],
            "members": people.object_list,
            "query": f"{urlencode(address)}&",
            "chosen": "",
        }
    wanted, chosen = _wanted(request)
    page = Paginator(records(part, wanted), PAGE).get_page(request.GET.get("page"))
    kept = {name: request.GET[name] for name in ("org", "banner", "month") if request.GET.get(name)}
    return {
        "page": page,
        "rows": record_rows(page.object_list, part),
        "members": [],
        "query": f"{urlencode(address | kept)}&",
        "chosen": chosen,
        "whole": f"?{urlencode(address)}#records",
    }


def _wanted(request: HttpRequest) -> tuple[Wanted, str]:
    """What narrows the records, and in words; an address nobody could have clicked on is Missing."""
    org, banner, month = (request.GET.get(name, "") for name in ("org", "banner", "month"))
    if org and not (org.isascii() and org.isdecimal() and len(org) < 12):
        raise Missing("没有这家单位，请从分机构表里重新选择。")
    try:
        first = date.fromisoformat(f"{month}-01") if month else None
    except ValueError as error:
        raise Missing("没有这个月份，请从分月表里重新选择。") from error
    words = "、".join(word for word in ("所选单位" if org else "", banner, month) if word)
    return Wanted(int(org) if org else None, banner or None, first), words
