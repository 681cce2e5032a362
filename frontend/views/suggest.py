"""Suggestions while typing, for everybody."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from search.services import suggest as suggested


@login_not_required
@require_safe
def suggest(request: HttpRequest) -> HttpResponse:
    """Options of the list under the search box; empty when there is nothing to suggest."""
    found = suggested(request.GET.get("q", ""))
    return render(request, "frontend/parts/suggestions.html", {"suggestions": found})
