"""显示号码: why first, then the number; each look is written down."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.selectors import party_by_code
from common.errors import Invalid, Missing
from frontend.forms import Problem
from frontend.viewer import required_user
from matching.cases.contacts import REASONS, contact_show
from matching.cases.policies import can


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def contact(request: HttpRequest, code: str) -> HttpResponse:
    """Ask for the reason; POST shows name and telephone. Another's party is Missing like an unknown one."""
    user, party = required_user(request), party_by_code(code)
    if party is None or not can(user, "contact", party):
        raise Missing("没有这一户的联系方式，或您现在不能查看。")
    shown, problems = None, list[Problem]()
    if request.method == "POST":
        try:
            shown = contact_show(actor=user, party=party, reason=request.POST.get("reason", ""))
        except Invalid as error:
            problems = [Problem("reason", "事由", error.message)]
    context = {"party": party, "contact": shown, "reasons": REASONS.items(), "problems": problems}
    return render(request, "frontend/contact.html", context, status=422 if problems else 200)
