"""企业/人才 portal: today, one need followed like a parcel, applying, answering, withdrawing."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import Party
from accounts.selectors import notifications_of
from common import clock
from common.errors import Conflict, Invalid, Missing
from enterprises.models import Need
from enterprises.selectors import consents_of, need_by_code, subject_of
from enterprises.services import consent_terms
from frontend.clocks import PROMISED
from frontend.forms import Problem
from frontend.parcels import firm_day, open_of, tracks
from frontend.reasons import reasons
from frontend.suggesting import suggestions
from frontend.viewer import required_party, required_user
from matching.cases.applying import answer_request, apply_to
from matching.cases.referrals import referral_resume, referral_withdraw
from matching.cases.selectors import referral_by_code
from matching.cases.selectors_desk import desk_of, held_by
from matching.cases.states import REVOCABLE, has_consent
from matching.models import Referral
from matching.selectors import explain_product
from products.models import Product, ProductVersion
from products.selectors import version_for_page

SUGGESTED = 5
RECENT = 5


@require_safe
def today(request: HttpRequest) -> HttpResponse:
    """What the firm must do, what goes on, and the latest messages."""
    party = required_party(request)
    day = firm_day(party)
    context = {
        "party": party,
        "today": clock.today(),
        "day": day,
        "going": [(need, open_of(rows)) for need, rows in day.needs],
        "recent": notifications_of(required_user(request))[:RECENT],
    }
    return render(request, "frontend/firm/today.html", context)


@require_safe
def need(request: HttpRequest, code: str) -> HttpResponse:
    """One need: a track for every institution, consents, and local products to apply for."""
    party, found = own_need(request, code)
    if found.state == Need.State.DRAFT:
        return redirect("frontend:need_edit", found.code)
    shown = tracks(found, required_user(request))
    context = {
        "need": found,
        "tracks": shown,
        "consents": [consent for consent in consents_of(party) if consent.need_id == found.pk and consent.live],
        "suggested": suggestions(found, shown, SUGGESTED).best if found.state == Need.State.OPEN else [],
        "open": found.state == Need.State.OPEN,
    }
    return render(request, "frontend/firm/need.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def apply(request: HttpRequest, code: str) -> HttpResponse:
    """Consent in plain words, off until ticked, and the application it is for."""
    _, found = own_need(request, code)
    version, institution = _applicable(request, found)
    problems: list[Problem] = []
    if request.method == "POST":
        try:
            referral, _ = apply_to(
                actor=required_user(request), need=found, version=version, agreed=request.POST.get("agreed") == "yes"
            )
        except Invalid as error:
            problems = [Problem(error.field or "", "授权", error.message)]
        else:
            messages.success(request, _applied(referral))
            return redirect("frontend:need", found.code)
    context: dict[str, Any] = {
        "need": found,
        "version": version,
        "institution": institution,
        "terms": consent_terms(institution),
        "held": has_consent(found, institution.pk),
        "open_referral": held_by(found.pk, institution.pk),
        "reasons": reasons(explain_product(subject_of(found.party, found), version)),
        "problems": problems,
        "promised": PROMISED,
    }
    return render(request, "frontend/firm/apply.html", context, status=422 if problems else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def consent(request: HttpRequest, code: str) -> HttpResponse:
    """An institution asked for a need of the pool: say yes to it alone."""
    referral = own_referral(request, code)
    problems: list[Problem] = []
    if request.method == "POST":
        try:
            answer_request(actor=required_user(request), referral=referral, agreed=request.POST.get("agreed") == "yes")
        except Invalid as error:
            problems = [Problem(error.field or "", "授权", error.message)]
        else:
            messages.success(request, f"已授权{referral.institution.name}，对方从今天起计时答复。")
            return redirect("frontend:need", referral.need.code)
    context = {
        "referral": referral,
        "need": referral.need,
        "institution": referral.institution,
        "terms": consent_terms(referral.institution),
        "problems": problems,
    }
    return render(request, "frontend/firm/consent.html", context, status=422 if problems else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: HttpRequest, code: str) -> HttpResponse:
    """Ask once more, then take the application back."""
    referral = own_referral(request, code)
    if request.method == "POST":
        referral_withdraw(actor=required_user(request), referral=referral)
        messages.success(request, f"已撤回给{referral.institution.name}的申请；授权仍在，可在“我的授权”里撤回。")
        return redirect("frontend:need", referral.need.code)
    if referral.state not in REVOCABLE:
        raise Conflict("这项申请已经办结或已放款，不能再撤回。请回到需求页查看进度。")
    return render(request, "frontend/firm/withdraw.html", {"referral": referral, "need": referral.need})


@require_POST
def supplied(request: HttpRequest, code: str) -> HttpResponse:
    """The firm has sent what the institution waited for: its clock goes on."""
    referral = own_referral(request, code)
    referral_resume(actor=required_user(request), referral=referral)
    messages.success(request, f"已告知{referral.institution.name}，办理时限重新开始计算。")
    return redirect("frontend:need", referral.need.code)


@require_safe
def referral(request: HttpRequest, code: str) -> HttpResponse:
    """The address in messages: each side is led to its own page of the referral."""
    user = required_user(request)
    found = referral_by_code(code, user)
    if found is None:
        raise Missing("没有找到这条派单，或者它不由您办理。")
    if desk_of(user) is not None:
        return redirect("frontend:desk_referral", found.code)
    return redirect("frontend:need", found.need.code)


def own_need(request: HttpRequest, code: str) -> tuple[Party, Need]:
    """The reader's own need with that code; another's is Missing like an unknown one."""
    party = required_party(request)
    found = need_by_code(code)
    if found is None or found.party_id != party.pk:
        raise Missing("没有找到这条需求。请在“我的需求”里重新选择。")
    return party, found


def own_referral(request: HttpRequest, code: str) -> Referral:
    """The referral with that code if it is of the reader's own need."""
    party = required_party(request)
    found = referral_by_code(code, required_user(request))
    if found is None or found.need.party_id != party.pk:
        raise Missing("没有找到这项申请。请在“我的需求”里重新选择。")
    return found


def _applicable(request: HttpRequest, found: Need) -> tuple[ProductVersion, Party]:
    code = request.POST.get("product") or request.GET.get("product") or ""
    version = version_for_page(code, request.user) if code else None
    institution = version.product.institution if version else None
    if version is None or institution is None or version.product.origin != Product.Origin.LOCAL:
        raise Missing("请先选一个本地机构的产品；参考产品由公开资料整理，不能在线申请。")
    if found.state != Need.State.OPEN:
        raise Conflict(f"需求 {found.code} 已结束，不能再申请。请另登记一条需求。")
    if version.product.category not in found.kinds:
        raise Conflict(
            f"这条需求要的是{'、'.join(found.kinds)}，与产品类别“{version.product.category}”不符，请换一条需求。"
        )
    return version, institution


def _applied(referral: Referral) -> str:
    until = f"，{referral.due_on:%Y-%m-%d} 前答复" if referral.due_on else ""
    return f"申请 {referral.code} 已送到{referral.institution.name}{until}。进度在下面随时可看。"
