"""Translation of domain errors: one place for pages, one for the API."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views import defaults
from drf_standardized_errors.handler import ExceptionHandler
from rest_framework.exceptions import APIException, ParseError

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


class PermissionsPolicyMiddleware:
    """Turn off what no page of ours uses, so that no injected script can."""

    POLICY = ", ".join(
        f"{feature}=()"
        for feature in ("accelerometer", "camera", "geolocation", "gyroscope", "microphone", "payment", "usb")
    )

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Permissions-Policy", self.POLICY)
        return response


_BROKEN = "系统没有办成这一步，没有写入。请稍后用同一个幂等键重试；仍不行请联系金融办。"


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
        if isinstance(exc, DomainError):
            return _DomainAPIError(exc)
        if isinstance(exc, ParseError):
            return ParseError("请求内容不是有效的 JSON，请检查引号、逗号和编码（UTF-8）。")
        return super().convert_known_exceptions(exc)

    def convert_unhandled_exceptions(self, exc: Exception) -> APIException:
        if isinstance(exc, APIException):
            return exc
        return APIException(detail=_BROKEN)


def missing(request: HttpRequest, exception: Exception) -> HttpResponse:
    """No such address: the page, or the envelope for programs."""
    if not request.path.startswith("/api/"):
        return defaults.page_not_found(request, exception)
    return _envelope("client_error", "not_found", "没有这个地址，请对照接口说明 /api/v1/docs/ 检查。", 404)


def broken(request: HttpRequest) -> HttpResponse:
    """A fault of ours outside the REST framework's own views."""
    if not request.path.startswith("/api/"):
        return defaults.server_error(request)
    return _envelope("server_error", "error", _BROKEN, 500)


def _envelope(kind: str, code: str, detail: str, status: int) -> JsonResponse:
    return JsonResponse({"type": kind, "errors": [{"code": code, "detail": detail, "attr": None}]}, status=status)
