"""What unsafe endpoints share: one answer per Idempotency-Key, and limits of how often one may call."""

import hashlib
import json
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from django.conf import settings
from django.core.cache import caches
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import AnonRateThrottle, UserRateThrottle

from accounts.sealed import seal, unseal
from common import idempotency

KEY_PARAMETER = OpenApiParameter(
    "Idempotency-Key",
    str,
    OpenApiParameter.HEADER,
    required=True,
    description="每次写入一个唯一的键，1～200 个英文字符。网络断开后用同一个键重发，不会重复办理。",
)

Handler = Callable[..., Response]
Form = TypeVar("Form", bound=serializers.Serializer[Any])


def idempotent(handler: Handler) -> Handler:
    """A handler of a view that writes: the same key and call again gets the first answer and writes nothing.

    The answer is kept encrypted: it may hold what is shown only once, such as a secret that signs.
    """

    @wraps(handler)
    def handled(view: Any, request: Request, *args: Any, **kwargs: Any) -> Response:
        asked = b"\n".join([(request.method or "").encode(), request.path.encode(), request.body])

        def act() -> idempotency.Answer:
            response = handler(view, request, *args, **kwargs)
            return response.status_code, seal(json.dumps(response.data, ensure_ascii=False))

        status, body, replayed = idempotency.once(
            client_id=int(request.user.pk or 0),
            key=request.headers.get("Idempotency-Key", ""),
            digest=hashlib.sha256(asked).hexdigest(),
            act=act,
        )
        answer = json.loads(unseal(body)) if isinstance(body, str) else body
        return Response(answer, status, headers={"Idempotent-Replayed": "true"} if replayed else None)

    return handled


def body_as(form: type[Form], request: Request) -> Form:
    """The body of ``request`` read by ``form``; what is wrong with it is answered by field."""
    read = form(data=request.data)
    read.is_valid(raise_exception=True)
    return read


class _Counted:
    cache = caches["limits"]

    def allow_request(self, request: Request, view: Any) -> bool:
        return not settings.RATE_LIMITED or bool(super().allow_request(request, view))  # type: ignore[misc]


class CallerThrottle(_Counted, UserRateThrottle):
    """Calls of one user or client."""


class VisitorThrottle(_Counted, AnonRateThrottle):
    """Calls of one address without log-in."""
