"""Translation of domain errors: one place for pages, one for the API."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from drf_standardized_errors.handler import ExceptionHandler
from rest_framework.exceptions import APIException

from common import audit
from common.errors import DomainError, Missing, NotAllowed


class DomainErrorMiddleware:
    """Render a domain error raised by a page as its designed error page."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, DomainError):
            return None
        if isinstance(exception, NotAllowed | Missing):
            _record_refusal(request, exception)
        return render(request, "error.html", {"error": exception}, status=exception.status)


def _record_refusal(request: HttpRequest, error: DomainError) -> None:
    """Whoever is logged in and was refused a page that needs a log-in stands in the trail, by route and code."""
    match = request.resolver_match
    if match is None or not request.user.is_authenticated or not getattr(match.func, "login_required", True):
        return
    code = next(iter(match.kwargs.values()), "")
    audit.record("denied_read", actor=request.user, page=match.view_name, code=str(code), status=error.status)


class _DomainAPIError(APIException):
    def __init__(self, error: DomainError) -> None:
        self.status_code = error.status
        super().__init__({error.field: error.message} if error.field else error.message, code=error.code)


class DomainExceptionHandler(ExceptionHandler):
    """Put domain errors into the framework's envelope: ``{"type", "errors": [{"code", "detail", "attr"}]}``."""

    def convert_known_exceptions(self, exc: Exception) -> Exception:
        return _DomainAPIError(exc) if isinstance(exc, DomainError) else super().convert_known_exceptions(exc)
