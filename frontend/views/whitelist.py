"""白名单 at the office and the lead units: batches, the list of any day, publishing, leaving, pushing."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import User
from common import clock
from common.errors import Conflict, Invalid, Missing, NotAllowed
from common.tabular import cells
from enterprises.models import WhitelistBatch, WhitelistEntry, WhitelistPush
from enterprises.policies import REGISTRAR_ROLES, acts_for, entries_visible_to, lists_visible_to, pushes_visible_to
from enterprises.selectors import batches, entries_of, push_lines, tallies, whitelist_on
from enterprises.services import whitelist_exit, whitelist_push
from frontend.desk_forms import blame, problems_of
from frontend.office_forms import ExitForm, PushForm
from frontend.viewer import required_user
from products.selectors import local_institutions

A_PAGE = 50
FORM = ["GET", "HEAD", "POST"]


def required_registrar(request: HttpRequest) -> User:
    """The reader, when it keeps lists; anybody else is NotAllowed."""
    user = required_user(request)
    if not user.has_role(*REGISTRAR_ROLES):
        raise NotAllowed("白名单由推荐单位和金融办使用，您的账号不是。")
    return user


@require_safe
def whitelist(request: HttpRequest) -> HttpResponse:
    """Batches, latest pushes, and the list as it stood on ``?on=`` (today)."""
    user = required_registrar(request)
    asked = request.GET.get("on", "")
    day, wrong = _day(asked)
    listed = whitelist_on(day)
    page = Paginator(listed, A_PAGE).get_page(request.GET.get("page"))
    context: dict[str, Any] = {
        "batches": batches().filter(pk__in=lists_visible_to(user).order_by().values("pk")),
        "pushes": tallies(pushes_visible_to(user))[:10],
        "own": user.party_id,
        "today": clock.today(),
        "day": day,
        "asked": asked,
        "wrong": wrong,
        "page": page,
        "query": f"on={day}&" if asked else "",
    }
    return render(request, "frontend/office/whitelist.html", context, status=422 if wrong else 200)


@require_safe
def batch(request: HttpRequest, number: str) -> HttpResponse:
    """One batch: its members, those who left, and what institutions answered."""
    user = required_registrar(request)
    found = _batch(user, number)
    entries = entries_of(found)
    context = {
        "batch": found,
        "acts": acts_for(user, found.department),
        "page": Paginator(entries, A_PAGE).get_page(request.GET.get("page")),
        "gone": entries.filter(exit_on__isnull=False).count(),
        "pushes": tallies(pushes_visible_to(user).filter(batch=found)),
    }
    return render(request, "frontend/office/whitelist_batch.html", context)


@require_http_methods(FORM)
def leave(request: HttpRequest, number: str) -> HttpResponse:
    """Take one member off one batch."""
    user = required_registrar(request)
    entry = _entry(user, number)
    form = ExitForm(request.POST or None, initial={"exit_on": clock.today().isoformat()})
    conflict = ""
    if request.method == "POST" and form.is_valid():
        try:
            whitelist_exit(actor=user, party=entry.party, batch=entry.batch, **form.cleaned_data)
        except Conflict as error:
            conflict = error.message
        except Invalid as error:
            blame(form, error.field, error.message)
        else:
            messages.success(request, f"{entry.party.name} 自 {form.cleaned_data['exit_on']} 起不在这一批名单上。")
            return redirect("frontend:whitelist_batch", entry.batch_id)
    context = {"entry": entry, "form": form, "problems": problems_of(form), "conflict": conflict}
    return render(request, "frontend/office/whitelist_exit.html", context, status=_status(form, conflict))


@require_http_methods(FORM)
def push(request: HttpRequest, number: str) -> HttpResponse:
    """Send a batch to chosen institutions."""
    user = required_registrar(request)
    found = _batch(user, number)
    if not acts_for(user, found.department):
        raise NotAllowed(f"这一批由{found.department.name}推荐，只能由该单位或金融办推送。")
    by_number = {party.pk: party for party in local_institutions()}
    choices = [(party.pk, party.name) for party in by_number.values()]
    form = PushForm(choices, request.POST or None, initial={"basis_doc": found.basis_doc})
    conflict = ""
    if request.method == "POST" and form.is_valid():
        chosen = [by_number[pk] for pk in form.cleaned_data["institutions"]]
        try:
            sent = whitelist_push(
                actor=user, batch=found, institutions=chosen, basis_doc=form.cleaned_data["basis_doc"]
            )
        except Conflict as error:
            conflict = error.message
        except Invalid as error:
            blame(form, error.field, error.message)
        else:
            messages.success(request, f"已推送给 {len(sent)} 家机构，机构已收到消息；推送已记入台账第 2 项的依据。")
            return redirect("frontend:whitelist_batch", found.pk)
    context = {
        "batch": found,
        "form": form,
        "problems": problems_of(form),
        "conflict": conflict,
        "staying": entries_of(found).filter(exit_on=None).count(),
        "chosen": [str(pk) for pk in (form["institutions"].value() or [])],
    }
    return render(request, "frontend/office/whitelist_push.html", context, status=_status(form, conflict))


@require_safe
def pushed(request: HttpRequest, number: str) -> HttpResponse:
    """One push and the answer of each party."""
    user = required_registrar(request)
    found = push_of(user, number)
    context = {
        "push": found,
        "lines": push_lines(found),
        "tally": tallies(pushes_visible_to(user).filter(pk=found.pk))[0],
    }
    return render(request, "frontend/office/whitelist_pushed.html", context)


def push_of(user: User, number: str) -> WhitelistPush:
    """The push with that number, as far as ``user`` may read it."""
    readable = pushes_visible_to(user).select_related("batch__department", "institution", "pushed_by")
    found = readable.filter(pk=number).first() if _is_number(number) else None
    if found is None:
        raise Missing("没有找到这次推送，请回到列表重新选择。")
    return found


def _batch(user: User, number: str) -> WhitelistBatch:
    readable = lists_visible_to(user).select_related("department", "published_by")
    found = readable.filter(pk=number).first() if _is_number(number) else None
    if found is None:
        raise Missing("没有找到这个批次，请回到白名单重新选择。")
    return found


def _entry(user: User, number: str) -> WhitelistEntry:
    rows = entries_visible_to(user).select_related("batch__department", "party")
    found = rows.filter(pk=number).first() if _is_number(number) else None
    if found is None:
        raise Missing("没有找到这名成员，请回到批次重新选择。")
    if not acts_for(user, found.batch.department):
        raise NotAllowed(f"这一批由{found.batch.department.name}推荐，退出只能由该单位或金融办登记。")
    return found


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 19


def _day(asked: str) -> tuple[date, str]:
    """The day asked for, or today and why the text is no day."""
    try:
        return cells.iso_date()(asked.strip()) or clock.today(), ""
    except ValueError as error:
        return clock.today(), f"{error}。下面是今天的名单。"


def _status(form: Any, conflict: str) -> int:
    if conflict:
        return 409
    return 422 if form.errors else 200
