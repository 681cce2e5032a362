"""金融办's pages on search: what people look for, what they do not find, and the words the office adds."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from accounts.small_counts import SMALLEST_SHOWN
from common.errors import DomainError, Missing
from frontend.viewer import required_user
from search import popular
from search import synonyms as service
from search.policies import require_office
from search.selectors import office_word, office_words

DAYS = 30


@require_safe
def office_search(request: HttpRequest) -> HttpResponse:
    """The last thirty days, without whatever was asked too seldom to be shown."""
    require_office(required_user(request))
    context = {
        "asked": popular.most_asked(DAYS),
        "missed": popular.found_nothing(DAYS),
        "days": DAYS,
        "floor": SMALLEST_SHOWN,
    }
    return render(request, "frontend/office/search.html", context)


@require_safe
def synonyms(request: HttpRequest) -> HttpResponse:
    """The office's words; ``left`` in the address fills the form, coming from a text that found nothing."""
    require_office(required_user(request))
    context = {"rows": office_words(), "left": request.GET.get("left", "")[:20]}
    return render(request, "frontend/office/synonyms.html", context)


@require_POST
def synonym_add(request: HttpRequest) -> HttpResponse:
    """One line more; a refusal comes back as a message."""
    form, user = request.POST, required_user(request)
    require_office(user)
    try:
        added = service.synonym_add(
            actor=user,
            left=form.get("left", ""),
            right=form.get("right", ""),
            both=form.get("both") == "1",
        )
    except DomainError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, f"已加“{added.left}”与“{added.right}”，索引随后自动重建。")
    return redirect("frontend:synonyms")


@require_POST
def synonym_remove(request: HttpRequest, number: str) -> HttpResponse:
    """One line less."""
    user = required_user(request)
    require_office(user)
    if (row := office_word(number)) is None:
        raise Missing("没有这一条近义词，请回到列表重新选择。")
    service.synonym_remove(actor=user, synonym=row)
    messages.success(request, f"已删除“{row.left}”与“{row.right}”，索引随后自动重建。")
    return redirect("frontend:synonyms")
