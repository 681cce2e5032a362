"""A firm claims its account; the office decides."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import claims, selectors
from accounts.models import AccountClaim, User
from accounts.policies import OFFICE_ROLES
from common import audit
from common.errors import DomainError, Missing, NotAllowed
from enterprises.services import claim_approve
from frontend.account_forms import ClaimForm, ClaimStatusForm
from frontend.desk_forms import blame, problems_of
from frontend.viewer import required_user

A_PAGE = 30


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def account_claim(request: HttpRequest) -> HttpResponse:
    """The form; what it answers is the same for a firm that is known and one that is not."""
    form = ClaimForm(request.POST, request.FILES) if request.method == "POST" else ClaimForm()
    if form.is_bound and form.is_valid():
        try:
            claim = claims.claim_open(**form.values())
        except DomainError as error:
            blame(form, error.field, error.message)
        else:
            return render(request, "frontend/login/claim_sent.html", {"claim": claim}, status=201)
    problems = problems_of(form) if form.is_bound else []
    context = {"form": form, "problems": problems}
    return render(request, "frontend/login/claim.html", context, status=422 if problems else 200)


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def account_claim_status(request: HttpRequest) -> HttpResponse:
    """How a claim stands, for whoever has its number and password."""
    form = ClaimStatusForm(request.POST if request.method == "POST" else None)
    claim = None
    if form.is_bound and form.is_valid():
        claim = claims.claim_status(**form.cleaned_data)
        if claim is None:
            form.add_error(None, "受理号或密码不对，请核对提交后页面上的受理号。")
    problems = problems_of(form) if form.is_bound else []
    context = {"form": form, "problems": problems, "claim": claim}
    return render(request, "frontend/login/claim_status.html", context, status=422 if problems else 200)


@require_safe
def account_claims(request: HttpRequest) -> HttpResponse:
    """What waits for a decision, then what was decided."""
    _office(request)
    rows = selectors.account_claims()
    waiting = rows.filter(state=AccountClaim.State.PENDING).order_by("pk")
    decided = Paginator(rows.exclude(state=AccountClaim.State.PENDING).order_by("-decided_at"), A_PAGE)
    context = {"waiting": waiting, "page": decided.get_page(request.GET.get("page"))}
    return render(request, "frontend/office/account_claims.html", context)


@require_POST
def account_claim_decide(request: HttpRequest, code: str) -> HttpResponse:
    """Open the account, or send it back with the reason."""
    user, claim = _office(request), _claim(code)
    if request.POST.get("action") == "approve":
        made = claim_approve(actor=user, claim=claim)
        messages.success(request, f"已开通：{claim.firm_name}，用户名 {made.username}。请电话告知申领人。")
    else:
        claims.claim_refuse(actor=user, claim=claim, reason=request.POST.get("reason", ""))
        messages.success(request, f"{claim.code} 已退回，申领人查询时能看到原因。")
    return redirect("frontend:account_claims")


@require_safe
def account_claim_document(request: HttpRequest, code: str) -> FileResponse:
    """The document, as a download only: it comes from strangers."""
    user, claim = _office(request), _claim(code)
    path = claims.document_path(claim)
    if not path.is_file():
        raise Missing("材料已随退回删除，或不在本机。")
    audit.record("claim_document_read", actor=user, obj=claim, code=claim.code)
    name = f"{claim.code}{path.suffix}"
    return FileResponse(path.open("rb"), as_attachment=True, filename=name, content_type="application/octet-stream")


def _office(request: HttpRequest) -> User:
    user = required_user(request)
    if not user.has_role(*OFFICE_ROLES):
        raise NotAllowed("账号申领由金融办审核，您的账号不是金融办的。")
    return user


def _claim(code: str) -> AccountClaim:
    claim = selectors.account_claims().filter(code=code).first()
    if claim is None:
        raise Missing("没有找到这份申领，请回到列表重新选择。")
    return claim
