"""特派员 portal: what today asks for, whom I accompany, and the service log."""

import uuid
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import Party
from accounts.selectors import party_by_code
from common import clock
from common.errors import DomainError, Missing, NotAllowed
from enterprises.selectors import open_needs
from frontend.viewer import required_user
from matching.cases.liaison import service_log_write
from matching.cases.policies import served_parties
from matching.cases.selectors import referrals_of
from matching.cases.selectors_liaison import cases_of, today_of_officer
from matching.models import ServiceLog
from talents.models import LiaisonOfficer
from talents.selectors import officer_of

RECENT = 20


class ServiceLogForm(forms.Form):
    """One service in the officer's words; ``client_key`` makes a page sent twice one entry."""

    happened_on = forms.DateField(label="哪一天")
    way = forms.ChoiceField(label="方式", choices=ServiceLog.Way.choices)
    content = forms.CharField(label="做了什么", max_length=1000, widget=forms.Textarea(attrs={"rows": 3}))
    next_step = forms.CharField(label="下一步", max_length=300, required=False)
    next_on = forms.DateField(label="约在哪一天", required=False)
    client_key = forms.CharField(max_length=40, widget=forms.HiddenInput)


def required_officer(request: HttpRequest) -> LiaisonOfficer:
    """The officer the reader serves as today; anybody else is NotAllowed."""
    officer = officer_of(required_user(request))
    if officer is None:
        raise NotAllowed("这一页给在聘的特派员使用，您的账号不在名册上。请联系金融办。")
    return officer


@require_safe
def today(request: HttpRequest) -> HttpResponse:
    """Agenda and cases of the day."""
    officer = required_officer(request)
    context = {"officer": officer, "today": clock.today(), "day": today_of_officer(officer), "cases": cases_of(officer)}
    return render(request, "frontend/officer/today.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def case(request: HttpRequest, code: str) -> HttpResponse:
    """One party on one screen: needs, progress, log; POST writes one service."""
    required_officer(request)
    party = _served(request, code)
    form = ServiceLogForm(
        request.POST or None, initial={"happened_on": clock.today().isoformat(), "client_key": uuid.uuid4().hex}
    )
    if request.method == "POST" and form.is_valid() and _written(request, party, form):
        messages.success(request, "已记下这次服务。")
        return redirect("frontend:officer_case", code)
    context = {
        "party": party,
        "form": form,
        "needs": open_needs(party),
        "referrals": referrals_of(party),
        "logs": party.service_logs.select_related("officer__user").order_by("-happened_on", "-pk")[:RECENT],
    }
    return render(request, "frontend/officer/case.html", context, status=422 if form.is_bound else 200)


def _served(request: HttpRequest, code: str) -> Party:
    party = party_by_code(code)
    if party is None or not served_parties(required_user(request)).filter(pk=party.pk).exists():
        raise Missing("没有这一户，或不由您服务。请从“今日”里选择。")
    return party


def _written(request: HttpRequest, party: Party, form: ServiceLogForm) -> bool:
    entry: dict[str, Any] = form.cleaned_data
    try:
        service_log_write(actor=required_user(request), party=party, **entry)
    except DomainError as error:
        form.add_error(error.field if error.field in form.fields else None, error.message)
        return False
    return True
