"""注销账号: what would be deleted, what stays and why, what has to end first; asked for after proving who asks."""

from collections.abc import Callable

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts.erasures import erasure_of
from common.errors import Conflict
from frontend.viewer import required_party, required_user
from matching.cases import erasing


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def erase(request: HttpRequest) -> HttpResponse:
    """Show what would happen; POST asks for it, from whoever read it and proves who asks."""
    required_party(request)
    if request.method == "POST":
        return _proved(request) if request.POST.get("read") == "yes" else _page(request, _UNREAD)
    return _page(request)


def _ask(request: HttpRequest) -> HttpResponse:
    try:
        asked = erasing.erasure_ask(actor=required_user(request))
    except Conflict as error:
        return _page(request, error.message)
    until = timezone.localtime(asked.due_at)
    messages.success(request, f"已受理。{until:%m月%d日 %H:%M} 之前可以取消，到期自动删除，之后不能再登录。")
    return redirect("frontend:erase")


def _page(request: HttpRequest, problem: str = "") -> HttpResponse:
    user = required_user(request)
    found = erasing.prospect(user)
    context = {
        "party": required_party(request),
        "found": found,
        "going": [(label, count) for label, count in found.counts.items() if count],
        "waiting": erasure_of(user),
        "problem": problem,
    }
    return render(request, "frontend/erase.html", context, status=409 if problem else 200)


_UNREAD = "请先看完下面的说明，再勾选“我已看过”。"
_proved: Callable[[HttpRequest], HttpResponse] = reauthentication_required(allow_get=True)(_ask)


@require_POST
def keep(request: HttpRequest) -> HttpResponse:
    """Take the request back."""
    required_party(request)
    erasing.erasure_cancel(actor=required_user(request))
    messages.success(request, "已取消注销，账号和数据照旧。")
    return redirect("frontend:erase")
