"""Searches a person keeps an eye on."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from common.errors import DomainError, Missing
from frontend.listing import listing
from frontend.viewer import required_user
from search import saved as service


@require_safe
def saved_searches(request: HttpRequest) -> HttpResponse:
    """The reader's own."""
    return render(request, "frontend/saved_searches.html", {"rows": service.saved_searches_of(required_user(request))})


@require_POST
def saved_search_add(request: HttpRequest) -> HttpResponse:
    """Keep the search whose address was sent; nothing else of that address is trusted."""
    page = listing(QueryDict(request.POST.get("address", "")[:2000].lstrip("?"))).first_page()
    try:
        service.saved_search_add(
            actor=required_user(request),
            document="products",
            text=page.text,
            ticks=page.ticks,
            path=reverse("frontend:products") + page.address(),
        )
    except DomainError as error:
        messages.error(request, error.message)
        return redirect(reverse("frontend:products") + page.address())
    messages.success(request, "已保存。有新结果时，会在“消息”里告诉您。")
    return redirect("frontend:saved_searches")


@require_POST
def saved_search_remove(request: HttpRequest, number: str) -> HttpResponse:
    """Stop watching one."""
    user = required_user(request)
    own = service.saved_searches_of(user)
    row = own.filter(pk=number).first() if number.isdecimal() and len(number) < 19 else None
    if row is None:
        raise Missing("没有这个已存检索，请回到列表重新选择。")
    service.saved_search_remove(actor=user, saved=row)
    messages.success(request, "已删除，不再提醒。")
    return redirect("frontend:saved_searches")
