"""Products of one's own institution: draft, edit, hand to the second person. Approval is a person's, on the page."""

from dataclasses import fields as fields_of
from typing import Any

from django.urls import re_path
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.calls import KEY_PARAMETER, body_as, idempotent
from accounts.api.desks import CODE, DeskView, Pages
from common.errors import Missing
from enterprises.facts import CATEGORIES, GUARANTEES, TAX_GRADES
from products import services
from products.content import VersionContent
from products.models import ProductVersion
from products.selectors import shelf_of
from products.states import State

_BIG, _MONTHS, _BP = 10**12, 1_200, 10_000


def _number(limit: int, low: int = 0) -> Any:
    return serializers.IntegerField(min_value=low, max_value=limit, allow_null=True, required=False, default=None)


def _text(limit: int) -> Any:
    return serializers.CharField(max_length=limit, allow_blank=True, required=False, default="")


class ContentSerializer(serializers.Serializer[VersionContent]):
    """What a product says: amounts 元, terms months, rates basis points; left out or null is unstated."""

    name = serializers.CharField(max_length=120)
    region_text = _text(200)
    target = _text(300)
    amount_min, amount_max, min_revenue = _number(_BIG), _number(_BIG), _number(_BIG)
    term_min_months, term_max_months, min_age_months = _number(_MONTHS), _number(_MONTHS), _number(_MONTHS)
    rate_min_bp, rate_max_bp, max_debt_ratio_bp = _number(_BP), _number(_BP), _number(_BP)
    guarantee_methods = serializers.ListField(
        child=serializers.ChoiceField(choices=GUARANTEES), required=False, max_length=20
    )
    tax_grades = serializers.ListField(child=serializers.ChoiceField(choices=TAX_GRADES), required=False, max_length=20)
    purposes = serializers.ListField(child=serializers.CharField(max_length=60), required=False, max_length=20)
    required_tags = serializers.ListField(child=serializers.CharField(max_length=60), required=False, max_length=20)
    other_conditions = _text(2_000)
    features = _text(2_000)

    def content(self) -> VersionContent:
        """The value the services take."""
        names = {field.name for field in fields_of(VersionContent)}
        said: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value
            for name, value in self.validated_data.items()
            if name in names
        }
        return VersionContent(**said)


class NewProductSerializer(ContentSerializer):
    """A first draft also says its category."""

    category = serializers.ChoiceField(choices=CATEGORIES)


class OwnVersionSerializer(serializers.ModelSerializer[ProductVersion]):
    """One version and where it stands."""

    class Meta:
        model = ProductVersion
        fields = ["code", "category", "number", "name", "state", "state_label", "published_at", "confirmed_on"]

    code = serializers.CharField(source="product.code")
    category = serializers.CharField(source="product.category")
    state_label = serializers.CharField(source="get_state_display")


class OwnProductListView(DeskView):
    """Every version of the institution's products."""

    pagination_class = Pages
    scopes = {"GET": "products:read", "POST": "products:write"}

    @extend_schema(
        operation_id="own_products_list",
        tags=["own products"],
        summary="本机构产品",
        responses=OwnVersionSerializer(many=True),
    )
    def get(self, request: Request) -> Response:
        return self.paged(request, shelf_of(self.desk.pk), OwnVersionSerializer)

    @extend_schema(
        operation_id="own_products_create",
        tags=["own products"],
        summary="起草新产品",
        parameters=[KEY_PARAMETER],
        request=NewProductSerializer,
        responses={201: OwnVersionSerializer},
    )
    @idempotent
    def post(self, request: Request) -> Response:
        asked = body_as(NewProductSerializer, request)
        version = services.draft_create(
            actor=self.user,
            institution=self.desk,
            category=asked.validated_data["category"],
            content=asked.content(),
        )
        return Response(OwnVersionSerializer(version).data, 201)


class OwnProductView(DeskView):
    """The open draft of one product, or its next version."""

    scopes = {"PUT": "products:write"}

    @extend_schema(
        operation_id="own_products_update",
        tags=["own products"],
        summary="修改草稿，或由最新版另起草稿",
        parameters=[KEY_PARAMETER],
        request=ContentSerializer,
        responses=OwnVersionSerializer,
    )
    @idempotent
    def put(self, request: Request, code: str) -> Response:
        newest = _newest(self.desk.pk, code)
        asked = body_as(ContentSerializer, request)
        if newest.state == State.DRAFT:
            version = services.draft_edit(actor=self.user, version=newest, content=asked.content())
        else:
            version = services.revision_create(actor=self.user, product=newest.product, content=asked.content())
        return Response(OwnVersionSerializer(version).data)


class OwnProductSubmitView(DeskView):
    """To the second person."""

    scopes = {"POST": "products:write"}

    @extend_schema(
        operation_id="own_products_submit",
        tags=["own products"],
        summary="提交复核",
        parameters=[KEY_PARAMETER],
        request=None,
        responses=OwnVersionSerializer,
    )
    @idempotent
    def post(self, request: Request, code: str) -> Response:
        version = services.submit_for_review(actor=self.user, version=_newest(self.desk.pk, code))
        return Response(OwnVersionSerializer(version).data)


def _newest(institution_id: int, code: str) -> ProductVersion:
    version = shelf_of(institution_id).filter(product__code=code).first()
    if version is None:
        raise Missing("没有找到这个产品，或者它不是本机构的。")
    return version


urlpatterns = [
    re_path(r"^own-products/$", OwnProductListView.as_view(), name="own-products"),
    re_path(rf"^own-products/{CODE}/$", OwnProductView.as_view(), name="own-product"),
    re_path(rf"^own-products/{CODE}/submit/$", OwnProductSubmitView.as_view(), name="own-product-submit"),
]
