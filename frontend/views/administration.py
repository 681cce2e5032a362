"""The three administrators' rooms: users, roles and locks, the audit log. Each sees its own and no business."""

from collections.abc import Callable

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.dateparse import parse_date
from django.views.decorators.http import require_http_methods, require_safe

from accounts import administration
from accounts.models import Role, User
from accounts.selectors import accounts_found, organisation_by_name, users_by_number
from common import audit
from common.errors import DomainError, Invalid, Missing, NotAllowed
from common.models import AuditEvent
from frontend.account_forms import ROLE_CHOICES, NewAccountForm
from frontend.desk_forms import blame, problems_of
from frontend.viewer import required_user

A_PAGE = 30


@require_http_methods(["GET", "HEAD", "POST"])
def system(request: HttpRequest) -> HttpResponse:
    """Users: add one, close one, open it again."""
    actor = _holder(request, Role.SYSTEM_ADMIN)
    if request.method == "POST" and request.POST.get("action") in ("close", "open"):
        active = request.POST["action"] == "open"
        user = _user(request.POST.get("user", ""))
        administration.account_switch(actor=actor, user=user, active=active)
        messages.success(request, f"{user.username} 已{'启用' if active else '停用'}。")
        return redirect("frontend:system")
    form = NewAccountForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            user, password = _add(actor, form)
        except DomainError as error:
            blame(form, error.field, error.message)
        else:
            messages.success(request, f"已新建 {user.username}，初始密码 {password}（只显示这一次，请当面交给本人）。")
            return redirect("frontend:system")
    problems = problems_of(form) if form.is_bound else []
    context = {"form": form, "problems": problems, **_users(request)}
    return render(request, "frontend/administration/system.html", context, status=422 if problems else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def security(request: HttpRequest) -> HttpResponse:
    """Roles, locks and forgotten passwords."""
    actor = _holder(request, Role.SECURITY_ADMIN)
    if request.method == "POST":
        step = _STEPS.get(request.POST.get("action", ""))
        if step is None:
            raise Missing("没有这项操作，请回到列表重新选择。")
        messages.success(request, step(actor, _user(request.POST.get("user", "")), request.POST.get("role", "")))
        return redirect("frontend:security")
    context = {"roles": ROLE_CHOICES, **_users(request)}
    return render(request, "frontend/administration/security.html", context)


@require_safe
def log(request: HttpRequest) -> HttpResponse:
    """The audit log by day, action and person; reading it is on record too."""
    actor = _holder(request, Role.AUDIT_ADMIN)
    rows = AuditEvent.objects.order_by("-seq")
    asked = {name: request.GET.get(name, "").replace("\x00", "")[:60] for name in ("action", "actor", "day")}
    if asked["action"]:
        rows = rows.filter(action__startswith=asked["action"])
    if asked["actor"]:
        named = accounts_found(asked["actor"]).order_by().values("pk")
        rows = rows.filter(Q(actor_name__icontains=asked["actor"]) | Q(actor_id__in=named))
    day = _day(asked["day"])
    if day is not None:
        rows = rows.filter(at__date=day)
    page = Paginator(rows, A_PAGE).get_page(request.GET.get("page"))
    if any(asked.values()):
        audit.record("audit_read", actor=actor, asked=asked)
    whole = audit.verify()[1] if request.GET.get("verify") else None
    people = users_by_number({event.actor_id for event in page.object_list if event.actor_id})
    events = [(event, people.get(event.actor_id or 0)) for event in page.object_list]
    context = {
        "page": page,
        "events": events,
        "asked": asked,
        "broken": whole,
        "kept": "&".join(f"{k}={v}" for k, v in asked.items()),
    }
    return render(request, "frontend/administration/audit.html", context)


def _grant(actor: User, user: User, role: str) -> str:
    administration.role_grant(actor=actor, user=user, role=role)
    return f"{user.username} 已加上岗位：{Role(role).label}。"


def _revoke(actor: User, user: User, role: str) -> str:
    administration.role_revoke(actor=actor, user=user, role=role)
    return f"{user.username} 的岗位已取消，下一次操作起生效。"


def _reset(actor: User, user: User, role: str) -> str:
    password = administration.password_reset(actor=actor, user=user)
    return f"{user.username} 的新密码 {password}（只显示这一次，请当面交给本人）。"


def _factor(actor: User, user: User, role: str) -> str:
    administration.second_factor_reset(actor=actor, user=user)
    return f"{user.username} 的二次验证已重置，本人下次登录时重新启用。请先核对过身份。"


def _release(actor: User, user: User, role: str) -> str:
    administration.lock_release(actor=actor, user=user)
    return f"{user.username} 已解除锁定。"


_STEPS: dict[str, Callable[[User, User, str], str]] = {
    "grant": _grant,
    "revoke": _revoke,
    "reset": _reset,
    "factor": _factor,
    "release": _release,
}


def _holder(request: HttpRequest, role: Role) -> User:
    user = required_user(request)
    if not user.has_role(role):
        raise NotAllowed(f"这一页只给{role.label}使用。")
    return user


def _add(actor: User, form: NewAccountForm) -> tuple[User, str]:
    data = form.cleaned_data
    name = data["organisation"]
    party = organisation_by_name(name) if name else None
    if name and party is None:
        raise Invalid("没有登记这个机构或单位，请核对全称；管理员账号可以不填。", field="organisation")
    return administration.account_add(
        actor=actor, username=data["username"], display_name=data["display_name"], party=party
    )


def _users(request: HttpRequest) -> dict[str, object]:
    text = request.GET.get("q", "").replace("\x00", "")[:60]
    return {
        "page": Paginator(accounts_found(text), A_PAGE).get_page(request.GET.get("page")),
        "q": text,
    }


def _user(number: str) -> User:
    known = (
        accounts_found("").filter(pk=int(number))
        if number.isascii() and number.isdigit() and len(number) < 19
        else None
    )
    user = known.first() if known is not None else None
    if user is None:
        raise Missing("没有找到这名用户，请回到列表重新选择。")
    return user


def _day(text: str) -> object:
    try:
        return parse_date(text)
    except ValueError:
        return None
