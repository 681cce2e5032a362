"""The firm's, person's or team's own pages: facts, needs, matches."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.signing import BadSignature, Signer
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import Party, User
from common import clock
from common.errors import Conflict, DomainError, Missing
from enterprises.facts import SetValue
from enterprises.models import Need
from enterprises.policies import can
from enterprises.selectors import drafts_of, fact_rows, need_by_code, open_needs, subject_of
from enterprises.services import (
    facts_declare,
    need_close,
    need_draft_save,
    need_register,
    need_submit,
    need_update,
    new_need_code,
)
from enterprises.services.facts import DeclarationInvalid
from frontend.clocks import PROMISED
from frontend.forms import DraftForm, NeedForm, Problem, fact_inputs, need_texts, typed_facts
from frontend.reasons import grouped
from frontend.viewer import required_party, viewer
from matching.advice import nearest, openings
from matching.selectors import match_subject, stored_results
from products.selectors import listed_versions

_SIGNER = Signer(salt="need code")


@require_safe
def facts(request: HttpRequest) -> HttpResponse:
    """Every field a rule may ask for, with what is known, from where and since when."""
    party = required_party(request)
    rows = fact_rows(party)
    filled = sum(1 for row in rows if row.display)
    context = {"party": party, "rows": rows, "filled": filled, "titles": _recorded_titles(party)}
    return render(request, "frontend/facts.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def facts_edit(request: HttpRequest) -> HttpResponse:
    """One form for all of it; what was typed survives every error."""
    party = required_party(request)
    rows = fact_rows(party)
    typed: dict[str, str] = {}
    errors: dict[str, str] = {}
    if request.method == "POST":
        typed = typed_facts(request.POST, rows)
        try:
            changed = facts_declare(actor=_actor(request), party=party, values=typed)
        except DeclarationInvalid as error:
            errors = error.errors
        else:
            text = f"已保存 {len(changed)} 项资料，匹配结果已按新资料更新。" if changed else "没有改动，资料保持原样。"
            messages.success(request, text)
            return redirect("frontend:facts")
    inputs = fact_inputs(rows, typed, errors)
    problems = [Problem(item.row.field, item.row.label, item.error) for item in inputs if item.error]
    context = {"party": party, "inputs": inputs, "problems": problems}
    return render(request, "frontend/facts_edit.html", context, status=422 if problems else 200)


@require_safe
def needs(request: HttpRequest) -> HttpResponse:
    """Drafts, then open needs with their last stored counts."""
    party = required_party(request)
    found = list(open_needs(party))
    stored = stored_results(found)
    context = {"needs": [(need, stored.get(need.pk)) for need in found], "drafts": drafts_of(party)}
    return render(request, "frontend/needs.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def need_new(request: HttpRequest) -> HttpResponse:
    """Register a need; the page carries the code it will have, so that sending it twice is one need."""
    party = required_party(request)
    code = _offered_code(request)

    def save(values: dict[str, Any]) -> Need:
        try:
            return need_register(actor=_actor(request), party=party, code=code, **values)
        except Conflict:
            sent = need_by_code(code)
            if sent is None or sent.party_id != party.pk:
                raise
            # Who goes back, changes the page and sends it again has changed that need.
            need_update(actor=_actor(request), need=sent, **values)
            return sent

    def keep(values: dict[str, Any]) -> Need:
        return need_draft_save(actor=_actor(request), party=party, **values)

    return _need_form(request, {}, save, title="登记融资需求", keep=keep, offered=_SIGNER.sign(code))


@require_http_methods(["GET", "HEAD", "POST"])
def need_edit(request: HttpRequest, code: str) -> HttpResponse:
    """Change an open need of one's own, or go on with a draft."""
    need = _own_need(request, code)

    def keep(values: dict[str, Any]) -> Need:
        return need_draft_save(actor=_actor(request), party=need.party, need=need, **values)

    def submit(values: dict[str, Any]) -> Need:
        return need_submit(actor=_actor(request), need=keep(values))

    def save(values: dict[str, Any]) -> Need:
        need_update(actor=_actor(request), need=need, **values)
        return need

    if need.state == Need.State.DRAFT:
        return _need_form(request, need_texts(need), submit, title=f"填写需求 {need.code}", keep=keep)
    return _need_form(request, need_texts(need), save, title=f"修改需求 {need.code}")


@require_POST
def need_end(request: HttpRequest, code: str) -> HttpResponse:
    """Close a need of one's own."""
    need = _own_need(request, code)
    need_close(actor=_actor(request), need=need, reason="企业自行结束")
    messages.success(request, f"需求 {need.code} 已结束。")
    return redirect("frontend:needs")


@require_safe
def matches(request: HttpRequest) -> HttpResponse:
    """Products for one need in three groups, each with its reasons."""
    party = required_party(request)
    reader = viewer(request)
    context: dict[str, Any] = {"party": party, "reader": reader, "groups": []}
    if reader is not None and reader.need is not None:
        found = match_subject(reader.subject, listed_versions(), seed=reader.need.code, all_verdicts=True)
        context["groups"] = grouped(found, whole=request.GET.get("all", ""))
        context["openings"] = openings(found, reader.subject)
        context["nearest"] = nearest(found, reader.subject)
    return render(request, "frontend/matches.html", context)


def _need_form(
    request: HttpRequest,
    initial: dict[str, Any],
    save: Callable[[dict[str, Any]], Need],
    *,
    title: str,
    keep: Callable[[dict[str, Any]], Need] | None = None,
    offered: str = "",
) -> HttpResponse:
    """``keep`` puts what is filled in so far aside as a draft, where that is offered."""
    held = keep if request.POST.get("save") == "draft" else None
    form = (DraftForm if held else NeedForm)(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            need = (held or save)(form.values())
        except DomainError as error:
            if error.field not in form.fields:
                raise
            form.add_error(error.field, error.message)
        else:
            if held:
                at = timezone.localtime(clock.now())
                messages.success(request, f"草稿 {need.code} 已保存（{at:%H:%M:%S}），只有本单位能看到。")
                return redirect("frontend:need_edit", need.code)
            messages.success(request, f"需求 {need.code} 已保存，下面是逐条对照的结果。")
            return redirect(f"{reverse('frontend:matches')}?need={need.code}")
    problems = form.problems() if form.is_bound else []
    rows = fact_rows(required_party(request))
    known = sum(1 for row in rows if row.display)
    context = {
        "form": form,
        "problems": problems,
        "title": title,
        "draftable": keep is not None,
        "offered": offered,
        "known": known,
        "promised": PROMISED,
        "unknown": len(rows) - known,
    }
    return render(request, "frontend/need_form.html", context, status=422 if problems else 200)


def _offered_code(request: HttpRequest) -> str:
    """The code this page was sent with, or a new one: only codes that we made are taken back."""
    try:
        return str(_SIGNER.unsign(request.POST.get("offered", "")))
    except BadSignature:
        return new_need_code()


def _own_need(request: HttpRequest, code: str) -> Need:
    required_party(request)
    need = need_by_code(code)
    if need is None or not can(_actor(request), "edit", need):
        raise Missing("没有找到这条需求。请在“我的需求”里重新选择。")
    return need


def _recorded_titles(party: Party) -> list[str]:
    """Talent titles that count for ``party`` from the roster, stated by itself or not."""
    held = subject_of(party).values.get("leader_titles")
    return sorted(held.yes) if isinstance(held, SetValue) else []


def _actor(request: HttpRequest) -> User:
    if not isinstance(request.user, User):
        raise TypeError("a page behind the log-in was reached without a user")
    return request.user
