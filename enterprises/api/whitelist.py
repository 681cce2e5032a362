"""Whitelist pushes at the institution: what was sent, and its answer for each party."""

from typing import Any

from django.urls import re_path
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.calls import KEY_PARAMETER, body_as, idempotent
from accounts.api.desks import NUMBER, DeskView, Pages
from accounts.selectors import party_by_code
from common.errors import Missing
from enterprises.models import WhitelistFeedback, WhitelistPush
from enterprises.policies import pushes_visible_to
from enterprises.selectors import PushLine, push_lines
from enterprises.services import whitelist_answer


class PushSerializer(serializers.ModelSerializer[WhitelistPush]):
    """One push."""

    class Meta:
        model = WhitelistPush
        fields = ["id", "batch", "department", "pushed_on", "basis_doc", "parties"]

    batch = serializers.CharField(source="batch.code")
    department = serializers.CharField(source="batch.department.name")
    parties = serializers.SerializerMethodField(help_text="户数")

    def get_parties(self, push: WhitelistPush) -> int:
        return len(push.parties)


class PushedPartySerializer(serializers.Serializer[PushLine]):
    """One party as released, with the answer in force."""

    party_code = serializers.CharField(source="code")
    name = serializers.CharField()
    tags = serializers.ListField(child=serializers.CharField())
    answer = serializers.CharField(source="feedback.answer", default=None, allow_null=True)
    answered_on = serializers.DateField(source="feedback.answered_on", default=None, allow_null=True)
    note = serializers.CharField(source="feedback.note", default="", allow_blank=True)


class FeedbackSerializer(serializers.Serializer[WhitelistFeedback]):
    """The institution's answer for one party."""

    party_code = serializers.CharField(max_length=40)
    answer = serializers.ChoiceField(choices=WhitelistFeedback.Answer.choices)
    answered_on = serializers.DateField()
    note = serializers.CharField(max_length=200, allow_blank=True, required=False, default="")


class OutcomeSerializer(serializers.Serializer[dict[str, str]]):
    """created, updated or unchanged."""

    outcome = serializers.CharField()


class PushListView(DeskView):
    """Pushes to one's own institution, newest first."""

    pagination_class = Pages
    scopes = {"GET": "whitelist:read"}

    @extend_schema(
        operation_id="pushes_list", tags=["whitelist"], summary="白名单推送", responses=PushSerializer(many=True)
    )
    def get(self, request: Request) -> Response:
        return self.paged(request, pushes_visible_to(self.user).select_related("batch__department"), PushSerializer)


class PushView(DeskView):
    """Parties of one push."""

    scopes = {"GET": "whitelist:read", "POST": "whitelist:write"}

    @extend_schema(
        operation_id="pushes_parties",
        tags=["whitelist"],
        summary="一次推送的各户",
        responses=PushedPartySerializer(many=True),
    )
    def get(self, request: Request, number: str) -> Response:
        lines: Any = push_lines(self._push(number))
        return Response(PushedPartySerializer(lines, many=True).data)

    @extend_schema(
        operation_id="pushes_answer",
        tags=["whitelist"],
        summary="答复一户",
        parameters=[KEY_PARAMETER],
        request=FeedbackSerializer,
        responses=OutcomeSerializer,
    )
    @idempotent
    def post(self, request: Request, number: str) -> Response:
        push = self._push(number)
        asked = body_as(FeedbackSerializer, request)
        values = dict(asked.validated_data)
        code = values.pop("party_code")
        party = party_by_code(code)
        if party is None or party.pk not in push.parties:
            raise Missing(f"“{code}”不在这次推送里，请核对编码。", field="party_code")
        outcome = whitelist_answer(actor=self.user, push=push, party=party, **values)
        return Response({"outcome": outcome.value})

    def _push(self, number: str) -> WhitelistPush:
        push = pushes_visible_to(self.user).filter(pk=int(number)).first()
        if push is None:
            raise Missing("没有找到这次推送，或者它不是给本机构的。")
        return push


urlpatterns = [
    re_path(r"^whitelist/pushes/$", PushListView.as_view(), name="pushes"),
    re_path(rf"^whitelist/pushes/{NUMBER}/parties/$", PushView.as_view(), name="push-parties"),
]
