"""记账: what has no records of its own, through one form, looked at before it is saved, reversed with a reason."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import Party, Role, User
from accounts.selectors import organisations
from common import clock
from common.errors import Conflict, DomainError, Invalid, Missing, NotAllowed
from frontend.desk_forms import blame, problems_of
from frontend.posting_forms import PostingForm, ReverseForm, new_key
from frontend.viewer import required_user
from frontend.views.officers import status_of
from journal.models import Posting
from journal.registry import Kind
from ledger import quarters
from ledger.entries import (
    counted_in,
    kinds_for,
    posting_check,
    posting_enter,
    posting_reverse,
    postings_visible_to,
    units_visible_to,
)
from products.selectors import local_institutions

A_PAGE = 30
FORM = ["GET", "HEAD", "POST"]


def required_poster(request: HttpRequest) -> tuple[User, dict[str, Kind]]:
    """The reader and the kinds it may post; NotAllowed for anybody but the office and lead units."""
    user = required_user(request)
    if not user.has_role(Role.OFFICE, Role.OFFICE_SIGNER, Role.LEAD_UNIT):
        raise NotAllowed("记账由金融办和牵头单位办理，您的账号不是。")
    return user, {kind.code: kind for kind in kinds_for(user)}


@require_safe
def postings(request: HttpRequest) -> HttpResponse:
    """Entries by kind, quarter and unit, latest first; reversed ones struck."""
    user, kinds = required_poster(request)
    kind, quarter, unit = (request.GET.get(name, "").strip() for name in ("kind", "quarter", "unit"))
    rows = postings_visible_to(user)
    if kind:
        rows = rows.filter(kind=kind)
    if quarter:
        chosen = quarters.parse(quarter)
        rows = rows.filter(occurred_on__range=(chosen.start, chosen.end))
    units = units_visible_to(user)
    if unit:
        known = unit.isascii() and unit.isdecimal() and len(unit) < 19
        rows = rows.filter(organisation_id=int(unit)) if known else rows.none()
    page = Paginator(rows, A_PAGE).get_page(request.GET.get("page"))
    kept = request.GET.copy()
    kept.pop("page", None)
    context: dict[str, Any] = {
        "page": page,
        "rows": [(row, kinds[row.kind], _said(row, kinds[row.kind]), hasattr(row, "reversed_by")) for row in page],
        "kinds": kinds.values(),
        "units": units,
        "quarters": _recent_quarters(),
        "kind": kind,
        "quarter": quarter,
        "unit": unit,
        "query": f"{kept.urlencode()}&" if kept else "",
        "filtered": bool(kind or quarter or unit),
    }
    return render(request, "frontend/office/postings.html", context)


@require_http_methods(FORM)
def posting_new(request: HttpRequest) -> HttpResponse:
    """Choose a kind; fill in its form; look at what it will count for; save."""
    user, kinds = required_poster(request)
    code = request.POST.get("kind") or request.GET.get("kind", "")
    if not code:
        return render(request, "frontend/office/posting_kinds.html", {"kinds": kinds.values()})
    if code not in kinds:
        raise NotAllowed("这一类不在本单位牵头的措施里，请回到记账页重新选择。")
    kind = kinds[code]
    by_number = _units(user, kind)
    form = PostingForm(
        kind,
        [(pk, party.name) for pk, party in by_number.items()],
        request.POST or None,
        initial={"occurred_on": clock.today().isoformat()},
    )
    context: dict[str, Any] = {"kind": kind, "form": form, "client_key": request.POST.get("client_key") or new_key()}
    conflict = ""
    if request.method == "POST" and form.is_valid():
        try:
            return _step(request, user, form, by_number, context)
        except Conflict as error:
            conflict = error.message
        except DomainError as error:
            blame(form, error.field, error.message)
    context |= {"problems": problems_of(form), "conflict": conflict, "mode": _modes(kind)}
    return render(request, "frontend/office/posting_form.html", context, status=status_of(form, conflict))


@require_http_methods(FORM)
def posting_reversal(request: HttpRequest, number: str) -> HttpResponse:
    """Reverse one entry with a reason."""
    user, kinds = required_poster(request)
    known = number.isascii() and number.isdecimal() and len(number) < 19
    found = postings_visible_to(user).filter(pk=number).first() if known else None
    if found is None:
        raise Missing("没有找到这一笔，请回到记账页重新选择。")
    form = ReverseForm(request.POST or None)
    conflict = ""
    if request.method == "POST" and form.is_valid():
        try:
            posting_reverse(actor=user, posting=found, reason=form.cleaned_data["reason"])
        except Conflict as error:
            conflict = error.message
        except Invalid as error:
            blame(form, error.field, error.message)
        else:
            messages.success(request, "已冲正：原记账保留并划去，不再计入指标。")
            return redirect("frontend:postings")
    kind = kinds[found.kind]
    context = {
        "posting": found,
        "kind": kind,
        "said": _said(found, kind),
        "form": form,
        "problems": problems_of(form),
        "conflict": conflict,
    }
    return render(request, "frontend/office/posting_reverse.html", context, status=status_of(form, conflict))


def _step(
    request: HttpRequest, user: User, form: PostingForm, by_number: dict[int, Party], context: dict[str, Any]
) -> HttpResponse:
    new = form.posting(by_number)
    if request.POST.get("action") == "save":
        posting = posting_enter(actor=user, new=new, client_key=request.POST.get("client_key", ""))
        messages.success(request, f"已记账（{posting.source_key}）。有误只能冲正，不能修改。")
        return redirect("frontend:postings")
    posting_check(actor=user, new=new)
    shown = [(bound.label, _shown(bound)) for bound in form]
    hidden = [(name, value) for name in request.POST for value in request.POST.getlist(name) if name in form.fields]
    counted = counted_in(new.kind, new.fields, new.occurred_on)
    context |= {"shown": shown, "hidden": hidden, "counted": counted}
    return render(request, "frontend/office/posting_preview.html", context)


def _units(user: User, kind: Kind) -> dict[int, Party]:
    if kind.entry is None or kind.entry.unit == "firm":
        return {}
    if kind.entry.unit == "institution":
        return {party.pk: party for party in local_institutions()}
    if not user.has_role(Role.OFFICE, Role.OFFICE_SIGNER) and user.party is not None:
        return {user.party.pk: user.party}
    return {party.pk: party for party in organisations(Party.Kind.DEPARTMENT)}


def _modes(kind: Kind) -> tuple[str, ...]:
    entry = kind.entry
    return ("quantity", "amount", *(entry.numbers if entry else ()))


def _shown(bound: Any) -> str:
    """What was filled in, a choice by its label."""
    value = str(bound.value() or "")
    labels = {str(choice): str(label) for choice, label in getattr(bound.field, "choices", ())}
    return labels.get(value, value) or "—"


def _said(posting: Posting, kind: Kind) -> list[tuple[str, str]]:
    """Filled-in fields under their labels; a field the kind no longer has keeps its name."""
    return [
        (kind.fields.get(name, name).partition("（")[0], str(value))
        for name, value in posting.fields.items()
        if value not in ("", None)
    ]


def _recent_quarters() -> list[quarters.Quarter]:
    """From 2022 to now, newest first."""
    now = quarters.containing(clock.today())
    found = [quarters.Quarter(year, number) for year in range(2021, now.year + 1) for number in (1, 2, 3, 4)]
    return [item for item in reversed(found) if item <= now]
