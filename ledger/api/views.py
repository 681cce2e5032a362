"""Reads of plans, ledgers and indicators for people with an account."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from common.errors import Missing
from ledger import policies, selectors
from ledger.api.serializers import (
    LedgerSerializer,
    PlanParameters,
    PlanSerializer,
    PlanSummarySerializer,
    QuarterIndicatorsSerializer,
)
from ledger.models import Plan


def _table(request: Request, quarter: str) -> selectors.LedgerTable:
    parameters = PlanParameters(data=request.query_params)
    parameters.is_valid(raise_exception=True)
    code = parameters.validated_data.get("plan")
    table = selectors.ledger_table(quarter, selectors.plan_by_code(code) if code else None)
    _require_view(request, table.plan)
    return table


def _require_view(request: Request, plan: Plan) -> None:
    if not policies.can(request.user, "view", plan):
        raise Missing("没有找到这个方案。")


@extend_schema_view(get=extend_schema(operation_id="plans_list", tags=["plans"], summary="已载入的方案"))
class PlanListView(ListAPIView[Plan]):
    """Loaded plans, the earliest first."""

    serializer_class = PlanSummarySerializer
    pagination_class = None

    def get_queryset(self) -> QuerySet[Plan]:
        return policies.visible_to(self.request.user)


class PlanView(APIView):
    """One plan with its measures."""

    @extend_schema(operation_id="plans_retrieve", tags=["plans"], summary="方案和各项措施", responses=PlanSerializer)
    def get(self, request: Request, code: str) -> Response:
        plan = selectors.plan_by_code(code)
        _require_view(request, plan)
        return Response(PlanSerializer(selectors.declaration(plan)).data)


class LedgerView(APIView):
    """The ledger of one quarter."""

    @extend_schema(
        operation_id="ledger_retrieve",
        tags=["plans"],
        summary="一个季度的重点任务台账",
        parameters=[PlanParameters],
        responses=LedgerSerializer,
    )
    def get(self, request: Request, quarter: str) -> Response:
        table = _table(request, quarter)
        traced = policies.traced_measures(request.user, table.plan)
        return Response(table.as_json(evidence=traced))


class IndicatorsView(APIView):
    """The indicators of one quarter."""

    @extend_schema(
        operation_id="indicators_retrieve",
        tags=["plans"],
        summary="一个季度的指标",
        parameters=[PlanParameters],
        responses=QuarterIndicatorsSerializer,
    )
    def get(self, request: Request, quarter: str) -> Response:
        content: dict[str, Any] = _table(request, quarter).as_json()
        return Response({key: content[key] for key in ("quarter", "indicators")})
