"""我的授权: who may see which need, until when; one press and one question take it back."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from common.errors import Conflict, Missing
from enterprises.models import Consent
from enterprises.selectors import consents_of
from enterprises.services import consent_withdraw
from frontend.viewer import required_party, required_user


@require_safe
def consents(request: HttpRequest) -> HttpResponse:
    """Live ones first, then the history."""
    found = list(consents_of(required_party(request)))
    live = [consent for consent in found if consent.live]
    context = {"live": live, "ended": [consent for consent in found if not consent.live]}
    return render(request, "frontend/firm/consents.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: HttpRequest, code: str) -> HttpResponse:
    """Ask once, then end the consent at once."""
    consent = _own(request, code)
    if request.method == "POST":
        consent_withdraw(actor=required_user(request), consent=consent)
        messages.success(request, f"已撤回，{consent.institution.name}从现在起看不到这条需求。")
        return redirect("frontend:consents")
    if not consent.live:
        raise Conflict("这项授权已经撤回或到期，对方已不能查看。")
    return render(request, "frontend/firm/consent_withdraw.html", {"consent": consent})


def _own(request: HttpRequest, number: str) -> Consent:
    party = required_party(request)
    found = (
        consents_of(party).filter(pk=int(number)).first()
        if number.isascii() and number.isdigit() and len(number) < 16
        else None
    )
    if found is None:
        raise Missing("没有找到这项授权。请在“我的授权”里重新选择。")
    return found
