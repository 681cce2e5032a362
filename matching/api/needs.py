"""Needs of the caller's own party: those whose matches it may read, and registering one."""

from typing import Any, cast

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.calls import KEY_PARAMETER, body_as, idempotent
from accounts.models import Role, User
from common.errors import NotAllowed
from enterprises.facts import CATEGORIES, GUARANTEES
from enterprises.models import Need
from enterprises.services import need_register
from matching import policies
from matching.api.serializers import NeedSerializer


class NewNeedSerializer(serializers.Serializer[Any]):
    """What the party looks for. Amounts in 元, terms in months; null or left out is unknown."""

    kinds = serializers.ListField(child=serializers.ChoiceField(choices=CATEGORIES), min_length=1, max_length=10)
    amount = serializers.IntegerField(min_value=1, max_value=10**12, allow_null=True, required=False, default=None)
    term_months = serializers.IntegerField(min_value=1, max_value=600, allow_null=True, required=False, default=None)
    purpose = serializers.CharField(max_length=200, allow_blank=True, required=False, default="")
    guarantees = serializers.ListField(
        child=serializers.ChoiceField(choices=GUARANTEES), max_length=20, allow_null=True, required=False, default=None
    )
    needed_by = serializers.DateField(allow_null=True, required=False, default=None)


class NeedList(generics.ListAPIView[Need]):
    """Needs whose matches the user may read, newest first."""

    serializer_class = NeedSerializer

    def get_queryset(self) -> QuerySet[Need]:
        return policies.visible_to(self.request.user).order_by("-pk")

    @extend_schema(
        operation_id="needs_create",
        tags=["needs"],
        summary="登记一项融资需求",
        description="企业、人才和团队为本单位登记；同一个幂等键只登记一项。",
        parameters=[KEY_PARAMETER],
        request=NewNeedSerializer,
        responses={201: NeedSerializer},
    )
    @idempotent
    def post(self, request: Request) -> Response:
        asked = body_as(NewNeedSerializer, request)
        user = cast(User, request.user)
        if user.party is None or not user.has_role(Role.FIRM, Role.TALENT):
            raise NotAllowed("需求由企业、人才或团队的账号登记。")
        need = need_register(actor=user, party=user.party, **asked.validated_data)
        return Response(NeedSerializer(need).data, 201)
