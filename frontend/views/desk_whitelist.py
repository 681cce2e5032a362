"""白名单 at the institution's desk: what was pushed to it, and its answer for each firm."""

from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import Party
from common import clock
from common.errors import DomainError, Missing
from enterprises.models import WhitelistFeedback, WhitelistPush
from enterprises.policies import pushes_visible_to
from enterprises.selectors import PushLine, push_lines, tallies, told_party
from enterprises.services import whitelist_answer
from frontend.desk_forms import blame, problems_of
from frontend.office_forms import AnswerForm
from frontend.viewer import required_user
from frontend.views.desk import required_desk
from frontend.views.whitelist import push_of

A_PAGE = 30
TABS = (("open", "未答复"), ("answered", "已答复"), ("all", "全部"))
TONES = {
    WhitelistFeedback.Answer.APPROVED: "grass",
    WhitelistFeedback.Answer.CONTACTED: "ink",
    WhitelistFeedback.Answer.TALKING: "ink",
    WhitelistFeedback.Answer.UNREACHABLE: "clay",
}


@require_safe
def pushes(request: HttpRequest) -> HttpResponse:
    """Batches pushed to the institution, newest first, with what is still unanswered."""
    required_desk(request)
    found = tallies(pushes_visible_to(required_user(request)))
    context = {"tallies": found, "owed": sum(item.told - item.answered for item in found)}
    return render(request, "frontend/desk/whitelist.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def push(request: HttpRequest, number: str) -> HttpResponse:
    """One push: POST answers one firm, GET lists them."""
    required_desk(request)
    user = required_user(request)
    found = push_of(user, number)
    posted = request.POST if request.method == "POST" else None
    party = _told(found, posted.get("party", "")) if posted is not None else None
    form = AnswerForm(posted)
    if party is not None and form.is_valid():
        data: dict[str, Any] = form.cleaned_data
        try:
            whitelist_answer(actor=user, push=found, party=party, **{**data, "note": data["note"] or ""})
        except DomainError as error:
            blame(form, error.field, error.message)
        else:
            messages.success(request, f"已记下{party.name}的答复。")
            kept = f"?{request.GET.urlencode()}" if request.GET else ""
            return redirect(f"{reverse('frontend:desk_push', args=[found.pk])}{kept}")
    return _page(request, found, form, party)


def _page(request: HttpRequest, found: WhitelistPush, form: AnswerForm, party: Party | None) -> HttpResponse:
    tab = request.GET.get("tab", "open")
    lines = push_lines(found)
    groups = {
        "open": [line for line in lines if line.feedback is None],
        "answered": [line for line in lines if line.feedback is not None],
        "all": lines,
    }
    if tab not in groups:
        raise Missing("没有这一栏，请从上面的栏目里选。")
    shown = groups[tab]
    if party is not None and all(line.party_id != party.pk for line in shown):
        shown = [line for line in lines if line.party_id == party.pk] + shown
    page = Paginator(shown, A_PAGE).get_page(request.GET.get("page"))
    blank = AnswerForm(initial={"answered_on": clock.today().isoformat()})
    context = {
        "push": found,
        "tab": tab,
        "tabs": [(name, label, len(groups[name])) for name, label in TABS],
        "page": page,
        "rows": [(line, form if party and line.party_id == party.pk else blank, tone(line)) for line in page],
        # Every firm has the same fields, so their names carry its number.
        "problems": [replace(item, field=f"{item.field}_{party.pk}") for item in problems_of(form)] if party else [],
        "wrong": party.pk if party is not None else 0,
    }
    return render(request, "frontend/desk/whitelist_push.html", context, status=422 if form.errors else 200)


def _told(found: WhitelistPush, number: str) -> Party:
    party = told_party(found, number)
    if party is None:
        raise Missing("这一户不在这次推送里，请回到名单重新选择。")
    return party


def tone(line: PushLine) -> str:
    """The tone of an answer's tag."""
    return TONES.get(WhitelistFeedback.Answer(line.feedback.answer), "") if line.feedback else ""
