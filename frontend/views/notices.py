"""Messages of whoever is logged in."""

from django.contrib import messages as flash
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from accounts.selectors import notifications_of
from accounts.services import notifications_read
from frontend.viewer import required_user

A_PAGE = 30


@require_safe
def messages(request: HttpRequest) -> HttpResponse:
    """Newest first, unread ones marked; reading changes nothing."""
    rows = notifications_of(required_user(request))
    page = Paginator(rows, A_PAGE).get_page(request.GET.get("page"))
    return render(request, "frontend/messages.html", {"page": page})


@require_POST
def messages_read(request: HttpRequest) -> HttpResponse:
    """Mark all of them read."""
    count = notifications_read(actor=required_user(request))
    flash.success(request, f"{count} 条消息已标为已读。" if count else "没有未读消息。")
    return redirect("frontend:messages")
