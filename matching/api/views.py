"""Which listed products fit a need."""

from typing import cast

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.models import User
from common.errors import Invalid
from matching import selectors, services
from matching.api.serializers import ProductMatchSerializer, matches_as_json

MOST_MATCHES = 500


class NeedMatches(APIView):
    """Listed products for one need, best first, each rule with its reason."""

    @extend_schema(
        operation_id="need_matches",
        parameters=[
            OpenApiParameter("all_verdicts", bool, description="也列出不符合的产品"),
            OpenApiParameter("limit", int, description=f"最多几个产品，1～{MOST_MATCHES}"),
        ],
        responses=ProductMatchSerializer(many=True),
    )
    def get(self, request: Request, code: str) -> Response:
        need = services.open_matches(actor=cast(User, request.user), code=code)
        limit = _limit(request.query_params.get("limit", ""))
        all_verdicts = request.query_params.get("all_verdicts", "") in ("1", "true")
        matches = selectors.match_need(need, all_verdicts=all_verdicts)
        return Response(matches_as_json(matches[:limit]))


def _limit(text: str) -> int:
    if not text:
        return MOST_MATCHES
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:9]) <= MOST_MATCHES):
        raise Invalid(f"limit 请填 1 到 {MOST_MATCHES} 的整数。", field="limit")
    return int(text)
