"""Endpoints of an institution and what was sent to them."""

from django.urls import re_path
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.calls import KEY_PARAMETER, body_as, idempotent
from accounts.api.desks import NUMBER, DeskView, Pages
from accounts.models import WebhookDelivery, WebhookEndpoint
from accounts.webhooks.endpoints import (
    EVENTS,
    deliveries_visible_to,
    delivery_resend,
    endpoint_add,
    endpoint_end,
    endpoints_visible_to,
)
from common.errors import Missing


class WebhookSerializer(serializers.ModelSerializer[WebhookEndpoint]):
    """An endpoint without its secret."""

    class Meta:
        model = WebhookEndpoint
        fields = ["id", "url", "events", "created_at", "ended_at"]

    events = serializers.ListField(child=serializers.CharField())


class NewWebhookSerializer(serializers.Serializer[WebhookEndpoint]):
    """An address and what it wants to be told."""

    url = serializers.CharField(max_length=500)
    events = serializers.ListField(child=serializers.ChoiceField(choices=sorted(EVENTS)), max_length=20)


class CreatedWebhookSerializer(WebhookSerializer):
    """The answer to the registration, the only one with the secret."""

    class Meta(WebhookSerializer.Meta):
        fields = [*WebhookSerializer.Meta.fields, "secret"]


class DeliverySerializer(serializers.ModelSerializer[WebhookDelivery]):
    """One message and how it fared."""

    class Meta:
        model = WebhookDelivery
        fields = [
            "id",
            "message_id",
            "event",
            "created_at",
            "attempts",
            "last_status",
            "last_error",
            "due_at",
            "delivered_at",
        ]


class WebhookListView(DeskView):
    """Endpoints of one's own institution."""

    scopes = {"GET": "webhooks:manage", "POST": "webhooks:manage"}

    @extend_schema(
        operation_id="webhooks_list", tags=["webhooks"], summary="推送地址", responses=WebhookSerializer(many=True)
    )
    def get(self, request: Request) -> Response:
        return Response(WebhookSerializer(endpoints_visible_to(self.user).filter(ended_at=None), many=True).data)

    @extend_schema(
        operation_id="webhooks_create",
        tags=["webhooks"],
        summary="登记推送地址",
        description="应答里的 secret 只出现这一次，用来核验 webhook-signature（Standard Webhooks）。",
        parameters=[KEY_PARAMETER],
        request=NewWebhookSerializer,
        responses={201: CreatedWebhookSerializer},
    )
    @idempotent
    def post(self, request: Request) -> Response:
        asked = body_as(NewWebhookSerializer, request)
        endpoint = endpoint_add(actor=self.user, **asked.validated_data)
        return Response(CreatedWebhookSerializer(endpoint).data, 201)


class WebhookView(DeskView):
    """One endpoint."""

    scopes = {"DELETE": "webhooks:manage"}

    @extend_schema(
        operation_id="webhooks_end",
        tags=["webhooks"],
        summary="停用推送地址",
        parameters=[KEY_PARAMETER],
        responses=WebhookSerializer,
    )
    @idempotent
    def delete(self, request: Request, number: str) -> Response:
        endpoint = endpoints_visible_to(self.user).filter(pk=int(number), ended_at=None).first()
        if endpoint is None:
            raise Missing("没有找到这个推送地址，或已停用。")
        endpoint_end(actor=self.user, endpoint=endpoint)
        endpoint.refresh_from_db()
        return Response(WebhookSerializer(endpoint).data)


class DeliveryListView(DeskView):
    """What was sent, newest first."""

    pagination_class = Pages
    scopes = {"GET": "webhooks:manage"}

    @extend_schema(
        operation_id="deliveries_list", tags=["webhooks"], summary="推送记录", responses=DeliverySerializer(many=True)
    )
    def get(self, request: Request) -> Response:
        return self.paged(request, deliveries_visible_to(self.user), DeliverySerializer)


class DeliveryResendView(DeskView):
    """One message again."""

    scopes = {"POST": "webhooks:manage"}

    @extend_schema(
        operation_id="deliveries_resend",
        tags=["webhooks"],
        summary="重发一条",
        parameters=[KEY_PARAMETER],
        request=None,
        responses=DeliverySerializer,
    )
    @idempotent
    def post(self, request: Request, number: str) -> Response:
        delivery = deliveries_visible_to(self.user).filter(pk=int(number)).first()
        if delivery is None:
            raise Missing("没有找到这条推送。")
        delivery_resend(actor=self.user, delivery=delivery)
        delivery.refresh_from_db()
        return Response(DeliverySerializer(delivery).data)


urlpatterns = [
    re_path(r"^webhooks/$", WebhookListView.as_view(), name="webhooks"),
    re_path(rf"^webhooks/{NUMBER}/$", WebhookView.as_view(), name="webhook"),
    re_path(r"^webhook-deliveries/$", DeliveryListView.as_view(), name="deliveries"),
    re_path(rf"^webhook-deliveries/{NUMBER}/resend/$", DeliveryResendView.as_view(), name="delivery-resend"),
]
