"""A domain error raised before any page is reached, as the page or the JSON the reader expects."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from common.errors import DomainError


def refusal(request: HttpRequest, error: DomainError) -> HttpResponse:
    """The designed error page, or the API's envelope."""
    if not request.path.startswith("/api/"):
        return render(request, "error.html", {"error": error}, status=error.status)
    problem = {"code": error.code, "detail": error.message, "attr": error.field}
    return JsonResponse({"type": "client_error", "errors": [problem]}, status=error.status)
