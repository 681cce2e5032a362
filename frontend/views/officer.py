"""特派员 portal: what today asks for, whom I accompany, one party on one screen, and the service log."""

import uuid
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import Party
from accounts.selectors import party_by_code
from common import clock
from common.errors import DomainError, Missing, NotAllowed
from enterprises import places
from enterprises.selectors import contacts_of, need_by_code, regions_of
from frontend.desk_forms import blame, problems_of
from frontend.officer_case import need_cases, short_facts
from frontend.officer_forms import QuickLogForm, ServiceLogForm
from frontend.viewer import required_user
from matching.cases.liaison import service_log_write
from matching.cases.opening import Channel, referral_create
from matching.cases.policies import served_parties
from matching.cases.proposing import product_propose
from matching.cases.selectors import own_employer_share
from matching.cases.selectors_officer import STAGES, WAITS, agenda, case_rows, party_days
from products.selectors import version_for_page
from talents.models import LiaisonOfficer
from talents.selectors import officer_of

RECENT = 20
AHEAD = timedelta(days=14)
NOWHERE = "未说明"


def required_officer(request: HttpRequest) -> LiaisonOfficer:
    """The officer the reader serves as today; anybody else is NotAllowed."""
    officer = officer_of(required_user(request))
    if officer is None:
        raise NotAllowed("这一页给在聘的特派员使用，您的账号不在名册上。请联系金融办。")
    return officer


@require_safe
def today(request: HttpRequest) -> HttpResponse:
    """Parties that ask for something today, one card each, and the agenda."""
    officer = required_officer(request)
    days, rows = party_days(officer), case_rows(officer)
    urgent = [day.urgency for day in days]
    context = {
        "officer": officer,
        "today": clock.today(),
        "days": days,
        "overdue": urgent.count("overdue"),
        "due_today": urgent.count("today"),
        "to_push": urgent.count("new") + urgent.count("waiting"),
        "cases": rows,
        "agenda": agenda(rows, clock.today() + AHEAD),
        "share": own_employer_share(officer),
        "reachable": contacts_of([row.party.pk for row in rows]).keys(),
    }
    return render(request, "frontend/officer/today.html", context)


@require_safe
def cases(request: HttpRequest) -> HttpResponse:
    """All parties accompanied, narrowed by banner, state and whom they wait for."""
    officer = required_officer(request)
    rows = case_rows(officer)
    regions = regions_of([row.party.pk for row in rows])
    held = [(row, places.label(regions[row.party.pk]) if row.party.pk in regions else NOWHERE) for row in rows]
    chosen = {name: request.GET.get(name, "") for name in ("banner", "stage", "waits")}
    shown = [
        (row, banner)
        for row, banner in held
        if chosen["banner"] in ("", banner)
        and chosen["stage"] in ("", row.stage)
        and chosen["waits"] in ("", row.waits)
    ]
    context = {
        "officer": officer,
        "rows": shown,
        "total": len(rows),
        "own": sum(row.assignment.officer_id == officer.pk for row in rows),
        "chosen": chosen,
        "banners": sorted({banner for _, banner in held}),
        "stages": STAGES,
        "waits": WAITS,
    }
    return render(request, "frontend/officer/cases.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def case(request: HttpRequest, code: str) -> HttpResponse:
    """One party on one screen: facts, needs, tracks, offers, log; POST writes one service."""
    officer, party = required_officer(request), _served(request, code)
    form = ServiceLogForm(request.POST or None, initial=_blank())
    if request.method == "POST" and form.is_valid() and _written(request, party, form):
        messages.success(request, "已记下这次服务。")
        return redirect("frontend:officer_case", code)
    problems = problems_of(form) if form.is_bound else []
    context = {
        "party": party,
        "officer": officer,
        "assignment": party.assignments.select_related("officer__user", "backup__user").get(ended_on=None),
        "reachable": party.pk in contacts_of([party.pk]),
        "facts": short_facts(party),
        "cases": need_cases(party, officer),
        "share": own_employer_share(officer),
        "form": form,
        "problems": problems,
        "logs": party.service_logs.select_related("officer__user").order_by("-happened_on", "-pk")[:RECENT],
    }
    return render(request, "frontend/officer/case.html", context, status=422 if problems else 200)


@require_POST
def offer(request: HttpRequest, code: str) -> HttpResponse:
    """Put a need before an institution that has consent, or suggest the product to the firm."""
    required_officer(request)
    party, user = _served(request, code), required_user(request)
    need = need_by_code(request.POST.get("need", ""))
    version = version_for_page(request.POST.get("product", ""), user)
    institution = version.product.institution if version else None
    if need is None or need.party_id != party.pk or version is None or institution is None:
        raise Missing("没有这条需求或这个产品，请回到这一户重新选择。")
    try:
        if request.POST.get("action") == "dispatch":
            sent = referral_create(
                actor=user, need=need, institution=institution, version=version, channel=Channel.DISPATCHED
            )
            messages.success(request, f"已派给{institution.name}，请对方于 {sent.due_on:%Y-%m-%d} 前答复。")
        else:
            told = product_propose(actor=user, need=need, version=version)
            said = "已把建议发给企业，企业看清授权后可直接申请。" if told else "今天已经建议过这个产品。"
            messages.success(request, said)
    except DomainError as error:
        messages.error(request, error.message)
    return redirect("frontend:officer_case", code)


@require_http_methods(["GET", "HEAD", "POST"])
def log(request: HttpRequest) -> HttpResponse:
    """One service for any party of mine, from anywhere; then its case."""
    officer = required_officer(request)
    pressing = [day.party for day in party_days(officer)]
    served = [row.party for row in case_rows(officer)]
    parties = [*pressing, *(party for party in served if party not in pressing)]
    initial = {**_blank(), "party": request.GET.get("party", "")}
    form = QuickLogForm(request.POST or None, initial=initial, parties=parties)
    if request.method == "POST" and form.is_valid():
        code = form.cleaned_data["party"]
        if _written(request, _served(request, code), form):
            messages.success(request, "已记下这次服务。")
            return redirect("frontend:officer_case", code)
    problems = problems_of(form) if form.is_bound else []
    context = {"officer": officer, "form": form, "problems": problems, "none": not parties}
    return render(request, "frontend/officer/log.html", context, status=422 if problems else 200)


def _blank() -> dict[str, str]:
    return {"happened_on": clock.today().isoformat(), "client_key": uuid.uuid4().hex}


def _served(request: HttpRequest, code: str) -> Party:
    party = party_by_code(code)
    if party is None or not served_parties(required_user(request)).filter(pk=party.pk).exists():
        raise Missing("没有这一户，或不由您服务。请从“我的户”里选择。")
    return party


def _written(request: HttpRequest, party: Party, form: ServiceLogForm) -> bool:
    entry: dict[str, Any] = form.values()
    try:
        service_log_write(actor=required_user(request), party=party, **entry)
    except DomainError as error:
        blame(form, error.field, error.message)
        return False
    return True
