"""Money recorded by the institution's system: the same rules as the file and the page."""

from typing import Any

from django.urls import re_path
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.calls import KEY_PARAMETER, body_as, idempotent
from accounts.api.desks import NUMBER, DeskView, Pages
from accounts.selectors import party_by_code
from common import clock
from common.errors import Invalid, Missing
from common.tabular import Outcome
from enterprises.facts import CATEGORIES, GUARANTEES
from enterprises.models import Need
from matching.cases.financings import financing_record, financing_reverse, version_for
from matching.cases.first_loans import first_loan_claim
from matching.cases.money_policies import claims_visible_to, financings_visible_to
from matching.cases.policies import needs_visible_to
from matching.models import Financing

_MONEY = 10**12


class AttestationSerializer(serializers.Serializer[Any]):
    """首贷申报: what the credit report showed before the loan, when it was asked for and by whom."""

    query_on = serializers.DateField()
    operator = serializers.CharField(max_length=60)
    prior_credit_kinds = serializers.ListField(
        child=serializers.CharField(max_length=40), max_length=20, help_text="经查询没有任何记录时为空列表"
    )


class NewFinancingSerializer(serializers.Serializer[Any]):
    """One loan, guarantee, policy, investment or lease. Amounts 元, rates basis points, terms months."""

    serial = serializers.RegexField(r"^[^#\s][^#]{0,59}$", max_length=60, help_text="本机构流水号，不含 #")
    party_code = serializers.CharField(max_length=40)
    kind = serializers.ChoiceField(choices=CATEGORIES)
    amount = serializers.IntegerField(min_value=1, max_value=_MONEY)
    disbursed_on = serializers.DateField()
    due_on = serializers.DateField(allow_null=True, required=False)
    settled_on = serializers.DateField(allow_null=True, required=False)
    product = serializers.CharField(max_length=40, allow_null=True, required=False)
    need_code = serializers.CharField(max_length=40, allow_null=True, required=False)
    credit_kind = serializers.CharField(max_length=40, allow_blank=True, required=False, default="")
    rate_bp = serializers.IntegerField(min_value=0, max_value=10_000, allow_null=True, required=False)
    fee = serializers.IntegerField(min_value=0, max_value=_MONEY, allow_null=True, required=False)
    premium = serializers.IntegerField(min_value=0, max_value=_MONEY, allow_null=True, required=False)
    term_months = serializers.IntegerField(min_value=1, max_value=1_200, allow_null=True, required=False)
    guarantees = serializers.ListField(child=serializers.ChoiceField(choices=GUARANTEES), required=False, max_length=20)
    ip_registration_no = serializers.CharField(max_length=60, allow_blank=True, required=False, default="")
    first_loan = AttestationSerializer(required=False, allow_null=True)


class FinancingSerializer(serializers.ModelSerializer[Financing]):
    """A recorded financing."""

    class Meta:
        model = Financing
        fields = [
            "id",
            "serial",
            "party_code",
            "kind",
            "amount",
            "disbursed_on",
            "settled_on",
            "rate_bp",
            "reversal_of",
            "recorded_at",
        ]

    party_code = serializers.CharField(source="party.code")
    reversal_of = serializers.CharField(source="reversal_of.serial", default=None, allow_null=True)


class ReverseSerializer(serializers.Serializer[Any]):
    """Why and when."""

    reason = serializers.CharField(max_length=200)
    on = serializers.DateField()
    serial = serializers.RegexField(r"^[^#\s][^#]{0,59}$", max_length=60, required=False)


class FinancingListView(DeskView):
    """What the institution recorded, newest first."""

    pagination_class = Pages
    scopes = {"GET": "financings:read", "POST": "financings:write"}

    @extend_schema(
        operation_id="financings_list",
        tags=["financings"],
        summary="本机构登记的业务",
        responses=FinancingSerializer(many=True),
    )
    def get(self, request: Request) -> Response:
        rows = financings_visible_to(self.user).filter(institution=self.desk).select_related("reversal_of")
        return self.paged(request, rows.order_by("-pk"), FinancingSerializer)

    @extend_schema(
        operation_id="financings_create",
        tags=["financings"],
        summary="登记一笔业务，可同时申报首贷",
        description="同一流水号、同样内容再来一次不会重复登记；内容不同会被拒绝：请先冲正。",
        parameters=[KEY_PARAMETER],
        request=NewFinancingSerializer,
        responses={201: FinancingSerializer, 200: FinancingSerializer},
    )
    @idempotent
    def post(self, request: Request) -> Response:
        asked = body_as(NewFinancingSerializer, request)
        values = dict(asked.validated_data)
        attested = values.pop("first_loan", None)
        financing, outcome = self._record(values)
        if attested and not claims_visible_to(self.user).filter(financing=financing).exists():
            first_loan_claim(actor=self.user, financing=financing, **attested)
        return Response(FinancingSerializer(financing).data, 201 if outcome is Outcome.CREATED else 200)

    def _record(self, values: dict[str, Any]) -> tuple[Financing, Outcome]:
        code, product, need_code = values.pop("party_code"), values.pop("product", None), values.pop("need_code", None)
        need = self._need(need_code) if need_code else None
        party = party_by_code(code)
        # Of parties one may not read, only that the code names one: the same as the file says.
        if party is None:
            raise Missing(f"没有编码为“{code}”的企业或人才，请核对；新客户请先由金融办登记。", field="party_code")
        version = version_for(product, self.desk, values["disbursed_on"]) if product else None
        if values["disbursed_on"] > clock.today():
            raise Invalid(f"发放日期不能晚于今天（{clock.today()}）。", field="disbursed_on")
        return financing_record(
            actor=self.user, institution=self.desk, party=party, need=need, version=version, **values
        )

    def _need(self, code: str) -> Need:
        need = needs_visible_to(self.user).filter(code=code).first()
        if need is None:
            raise Missing(f"没有编号为“{code}”的需求，或企业尚未授权给本机构；没有就不填。", field="need_code")
        return need


class FinancingReverseView(DeskView):
    """The opposite entry."""

    scopes = {"POST": "financings:write"}

    @extend_schema(
        operation_id="financings_reverse",
        tags=["financings"],
        summary="冲正一笔",
        parameters=[KEY_PARAMETER],
        request=ReverseSerializer,
        responses={201: FinancingSerializer},
    )
    @idempotent
    def post(self, request: Request, number: str) -> Response:
        rows = financings_visible_to(self.user).filter(institution=self.desk)
        financing = rows.filter(pk=int(number)).first()
        if financing is None:
            raise Missing("没有找到这笔业务，或者它不是本机构登记的。")
        asked = body_as(ReverseSerializer, request)
        opposite = financing_reverse(actor=self.user, financing=financing, **asked.validated_data)
        return Response(FinancingSerializer(opposite).data, 201)


urlpatterns = [
    re_path(r"^financings/$", FinancingListView.as_view(), name="financings"),
    re_path(rf"^financings/{NUMBER}/reverse/$", FinancingReverseView.as_view(), name="financing-reverse"),
]
