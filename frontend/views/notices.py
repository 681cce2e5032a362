"""Messages of whoever is logged in."""

from django.contrib import messages as flash
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from accounts.deliveries import channels_choose
from accounts.selectors import channels_of, notifications_of
from accounts.services import notifications_read
from common.errors import DomainError
from frontend.viewer import required_user

A_PAGE = 30


@require_safe
def messages(request: HttpRequest) -> HttpResponse:
    """Newest first, unread ones marked; reading changes nothing."""
    return _listed(request, channels_of(required_user(request)))


@require_POST
def channels(request: HttpRequest) -> HttpResponse:
    """Set through which ways outside the site the reader gets messages too."""
    wanted = {"mail": request.POST.get("mail", ""), "sms": request.POST.get("sms", "")}
    try:
        channels_choose(actor=required_user(request), **wanted)
    except DomainError as error:
        return _listed(request, wanted, error)
    flash.success(request, "已保存。站内消息照常保留。")
    return redirect("frontend:messages")


@require_POST
def messages_read(request: HttpRequest) -> HttpResponse:
    """Mark all of them read."""
    count = notifications_read(actor=required_user(request))
    flash.success(request, f"{count} 条消息已标为已读。" if count else "没有未读消息。")
    return redirect("frontend:messages")


def _listed(request: HttpRequest, chosen: dict[str, str], error: DomainError | None = None) -> HttpResponse:
    page = Paginator(notifications_of(required_user(request)), A_PAGE).get_page(request.GET.get("page"))
    ways = [("mail", "邮箱", "例：name@example.com"), ("sms", "手机号", "例：13800000000")]
    context = {
        "page": page,
        "ways": [(name, label, hint, chosen.get(name, "")) for name, label, hint in ways],
        "problem": error,
    }
    return render(request, "frontend/messages.html", context, status=error.status if error else 200)
