"""金融机构 portal: today, inbox with its clock, pool of masked needs."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from accounts.models import Party, Role
from accounts.selectors import notifications_of
from common import clock
from common.errors import Missing, NotAllowed
from enterprises.selectors import open_pool
from frontend.clocks import Due, WorkClock, stage_of, stage_tone
from frontend.viewer import required_user
from matching.cases.referrals import referral_grab
from matching.cases.selectors_desk import TABS, desk_counts, desk_of, desk_rows
from matching.models import Referral
from products.models import ProductVersion
from products.selectors import shelf_of, unconfirmed

A_PAGE = 30
RECENT = 5
URGENT = 8


def required_desk(request: HttpRequest) -> Party:
    """The reader's own institution; anybody else is NotAllowed."""
    party = desk_of(request.user)
    if party is None:
        raise NotAllowed("这一页给金融机构的经办和复核使用，您的账号不是。请用机构账号登录。")
    return party


@require_safe
def today(request: HttpRequest) -> HttpResponse:
    """What the institution owes today, products to review and confirm, latest messages."""
    party = required_desk(request)
    user = required_user(request)
    counts = desk_counts(user)
    shelf = list(shelf_of(party.pk))
    day = clock.today()
    stale = [version for version in shelf if version.state == ProductVersion.State.LISTED and unconfirmed(version, day)]
    to_review = [version for version in shelf if version.state == ProductVersion.State.IN_REVIEW]
    owed = desk_rows(user).filter(paused_since=None, due_on__isnull=False, closed_at=None)[:URGENT]
    context = {
        "party": party,
        "today": day,
        "counts": counts,
        "stale": stale,
        "to_review": to_review if user.has_role(Role.BANK_CHECKER) else [],
        "rows": with_clock(owed),
        "recent": notifications_of(user)[:RECENT],
    }
    return render(request, "frontend/desk/today.html", context)


@require_safe
def inbox(request: HttpRequest) -> HttpResponse:
    """Referrals by tab, most urgent first."""
    required_desk(request)
    user = required_user(request)
    tab = request.GET.get("tab", "pending")
    if tab not in TABS:
        raise Missing("没有这一栏，请从上面的栏目里选。")
    counts = desk_counts(user)
    page = Paginator(desk_rows(user, tab), A_PAGE).get_page(request.GET.get("page"))
    context: dict[str, Any] = {
        "tab": tab,
        "tabs": [(name, label, counts.tabs[name]) for name, (label, _) in TABS.items()],
        "label": TABS[tab][0],
        "page": page,
        "rows": with_clock(page.object_list),
    }
    return render(request, "frontend/desk/inbox.html", context)


@require_safe
def pool(request: HttpRequest) -> HttpResponse:
    """Needs without names, to be asked for."""
    party = required_desk(request)
    asked = set(desk_rows(required_user(request)).values_list("need__code", flat=True))
    masked = [need for need in open_pool(party) if need.code not in asked]
    page = Paginator(masked, A_PAGE).get_page(request.GET.get("page"))
    return render(request, "frontend/desk/pool.html", {"page": page})


@require_POST
def grab(request: HttpRequest, code: str) -> HttpResponse:
    """Ask for one of them."""
    party = required_desk(request)
    referral = referral_grab(actor=required_user(request), need_code=code, institution=party)
    messages.success(request, f"已请企业授权（{referral.code}）。企业同意后开始计时，您会收到消息。")
    return redirect("frontend:desk_pool")


def with_clock(rows: Any) -> list[tuple[Referral, Due, str, str]]:
    """Each referral with its deadline in words, its stage and the tone of it."""
    works = WorkClock()
    return [(row, works.due(row), stage_of(row), stage_tone(row)) for row in rows]
