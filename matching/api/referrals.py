"""Referrals at the institution's desk: read, and every answer a person could give on the page."""

from collections.abc import Callable
from typing import Any

from django.urls import re_path
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.calls import KEY_PARAMETER, body_as, idempotent
from accounts.api.desks import CODE, DeskView, Pages
from common import clock
from common.errors import Invalid, Missing
from enterprises.selectors import masked_need
from matching.cases import policies
from matching.cases.referrals import referral_advance, referral_pause, referral_refuse, referral_resume
from matching.cases.selectors_desk import TABS, desk_rows
from matching.cases.stages import due_now
from matching.cases.states import PROGRESS, moves
from matching.models import Referral

STEPS = [(state.value, state.label) for state in PROGRESS[1:]]


class DisclosedNeedSerializer(serializers.Serializer[Any]):
    """Who asks and for what. Amount 元, term months; null is unsaid."""

    code = serializers.CharField()
    party_code = serializers.CharField()
    party = serializers.CharField()
    amount = serializers.IntegerField(allow_null=True)
    term_months = serializers.IntegerField(allow_null=True)
    purpose = serializers.CharField(allow_blank=True)
    guarantees = serializers.ListField(child=serializers.CharField(), allow_null=True)


class MaskedNeedSerializer(serializers.Serializer[Any]):
    """What may be known without consent."""

    amount_band = serializers.CharField()
    term_band = serializers.CharField()
    industry = serializers.CharField()
    banner = serializers.CharField()
    tags = serializers.ListField(child=serializers.CharField())


class ReferralSerializer(serializers.Serializer[Referral]):
    """One referral. Who asks is told only while the firm's consent lives; else ``masked`` stands for ``need``."""

    code = serializers.CharField()
    kind = serializers.CharField(help_text="贷、保、险、投、租")
    channel = serializers.CharField()
    state = serializers.CharField()
    state_label = serializers.CharField(source="get_state_display")
    product = serializers.CharField(source="version.product.code", default=None, allow_null=True)
    due_on = serializers.SerializerMethodField(help_text="这一环节应办结日，暂停期间顺延")
    paused_since = serializers.DateField(allow_null=True)
    pause_reason = serializers.CharField(allow_blank=True)
    approved_amount = serializers.IntegerField(allow_null=True, help_text="元")
    refusal = serializers.CharField(allow_blank=True)
    dispatched_at = serializers.DateTimeField()
    closed_at = serializers.DateTimeField(allow_null=True)
    need = serializers.SerializerMethodField()
    masked = serializers.SerializerMethodField()

    @extend_schema_field(serializers.DateField(allow_null=True))
    def get_due_on(self, referral: Referral) -> str | None:
        due = due_now(referral, clock.today())
        return due.isoformat() if due else None

    @extend_schema_field(DisclosedNeedSerializer(allow_null=True))
    def get_need(self, referral: Any) -> dict[str, Any] | None:
        if not referral.disclosed:
            return None
        need = referral.need
        return {
            "code": need.code,
            "party_code": need.party.code,
            "party": need.party.name,
            "amount": need.amount,
            "term_months": need.term_months,
            "purpose": need.purpose,
            "guarantees": need.guarantees,
        }

    @extend_schema_field(MaskedNeedSerializer(allow_null=True))
    def get_masked(self, referral: Any) -> dict[str, Any] | None:
        if referral.disclosed:
            return None
        masked = masked_need(referral.need)
        return {
            "amount_band": masked.amount_band,
            "term_band": masked.term_band,
            "industry": masked.industry,
            "banner": masked.banner,
            "tags": list(masked.tags),
        }


class ReferralDetailSerializer(ReferralSerializer):
    """The same with what may be done next."""

    moves = serializers.SerializerMethodField(help_text="现在可以办到的状态")

    def get_moves(self, referral: Referral) -> list[str]:
        return [str(state) for state in moves(self.context["user"], referral)]


class AdvanceSerializer(serializers.Serializer[Any]):
    """The next stage; ``approved_amount`` with ``approved`` only."""

    to = serializers.ChoiceField(choices=STEPS)
    approved_amount = serializers.IntegerField(min_value=1, max_value=10**12, allow_null=True, required=False)


class RefuseSerializer(serializers.Serializer[Any]):
    """Why not; ``other`` with a note."""

    reason = serializers.ChoiceField(choices=Referral.Refusal.choices)
    note = serializers.CharField(max_length=300, allow_blank=True, required=False, default="")


class PauseSerializer(serializers.Serializer[Any]):
    """What the firm owes."""

    reason = serializers.CharField(max_length=200)


class ReferralListView(DeskView):
    """Referrals of one's own institution, most urgent first."""

    pagination_class = Pages
    scopes = {"GET": "referrals:read"}

    @extend_schema(
        operation_id="referrals_list",
        tags=["referrals"],
        summary="派给本机构的需求",
        parameters=[OpenApiParameter("tab", str, enum=sorted(TABS), description="栏目，不填为全部")],
        responses=ReferralSerializer(many=True),
    )
    def get(self, request: Request) -> Response:
        tab = request.query_params.get("tab", "")
        if tab and tab not in TABS:
            raise Invalid(f"栏目请填：{'、'.join(TABS)}；不填为全部。", field="tab")
        return self.paged(request, desk_rows(self.user, tab), ReferralSerializer)


class _ReferralView(DeskView):
    def answer(self, code: str) -> Response:
        """The referral as it stands now."""
        found = self.referral(code)
        return Response(ReferralDetailSerializer(found, context={"user": self.user}).data)

    def referral(self, code: str) -> Any:
        """One of the own institution's; Missing for any other."""
        found = desk_rows(self.user).filter(code=code).first()
        if found is None or not policies.can(self.user, "view", found):
            raise Missing("没有找到这条派单，或者它不由本机构办理。")
        return found


class ReferralView(_ReferralView):
    """One referral."""

    scopes = {"GET": "referrals:read"}

    @extend_schema(
        operation_id="referrals_retrieve", tags=["referrals"], summary="一条派单", responses=ReferralDetailSerializer
    )
    def get(self, request: Request, code: str) -> Response:
        return self.answer(code)


def _step(
    name: str, summary: str, shape: type[serializers.Serializer[Any]] | None, act: Callable[..., Any]
) -> type[_ReferralView]:
    """A view that takes one step by the service a person's button calls."""

    class StepView(_ReferralView):
        scopes = {"POST": "referrals:write"}

        @extend_schema(
            operation_id=f"referrals_{name}",
            tags=["referrals"],
            summary=summary,
            parameters=[KEY_PARAMETER],
            request=shape,
            responses=ReferralDetailSerializer,
        )
        @idempotent
        def post(self, request: Request, code: str) -> Response:
            found = self.referral(code)
            values: dict[str, Any] = {}
            if shape is not None:
                values = body_as(shape, request).validated_data
            act(actor=self.user, referral=found, **values)
            return self.answer(code)

    StepView.__doc__ = summary
    return StepView


_VIEWS = {
    "advance": _step(
        "advance", "推进到下一环节：接单、联系、尽调、授信、签约、结清", AdvanceSerializer, referral_advance
    ),
    "refuse": _step("refuse", "拒绝并说明原因", RefuseSerializer, referral_refuse),
    "pause": _step("pause", "等企业补材料，停止计时", PauseSerializer, referral_pause),
    "resume": _step("resume", "恢复计时", None, referral_resume),
}

urlpatterns = [
    re_path(r"^referrals/$", ReferralListView.as_view(), name="referrals"),
    re_path(rf"^referrals/{CODE}/$", ReferralView.as_view(), name="referral"),
    *(
        re_path(rf"^referrals/{CODE}/{name}/$", view.as_view(), name=f"referral-{name}")
        for name, view in _VIEWS.items()
    ),
]
