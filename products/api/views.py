"""Public reads of the shelf. Drafts, suspended and delisted versions are never served here."""

from collections.abc import Mapping
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework.generics import ListAPIView
from rest_framework.pagination import PageNumberPagination
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from products import selectors
from products.api.serializers import (
    ListParameters,
    ProductDetailSerializer,
    ProductSummarySerializer,
    SearchParameters,
    SearchResultSerializer,
    SuggestionSerializer,
    SuggestParameters,
)
from products.models import ProductVersion
from search.clauses import Filter, In, Overlaps, Range
from search.query import SearchQuery, SearchResult
from search.services import search, suggest

FACETS = ("category", "institution_kind", "regions", "served", "guarantees", "tags", "institution", "origin")


class ProductPagination(PageNumberPagination):
    """Twenty a page, up to a hundred with ``page_size``."""

    page_size = 20
    page_size_query_param = "page_size"
    max_page_size = 100


@extend_schema_view(
    get=extend_schema(
        operation_id="products_list",
        tags=["products"],
        summary="在架产品",
        description="在架产品，按编号排列。参考产品由公开资料整理，非实时报价。",
        parameters=[ListParameters],
    )
)
class ProductListView(ListAPIView[ProductVersion]):
    """Listed products by code."""

    permission_classes = [AllowAny]
    serializer_class = ProductSummarySerializer
    pagination_class = ProductPagination

    def get_queryset(self) -> QuerySet[ProductVersion]:
        parameters = ListParameters(data=self.request.query_params)
        parameters.is_valid(raise_exception=True)
        lookups = {"category": "category", "origin": "origin", "institution": "institution__name"}
        given = {f"product__{lookups[name]}": value for name, value in parameters.validated_data.items()}
        return selectors.listed_versions().filter(**given)


class ProductDetailView(APIView):
    """One listed product."""

    permission_classes = [AllowAny]

    @extend_schema(
        operation_id="products_retrieve",
        tags=["products"],
        summary="产品详情",
        description="在架产品的全部内容与中文规则。未上架的产品返回 404。",
        parameters=[OpenApiParameter("code", str, OpenApiParameter.PATH, description="产品编号")],
        responses=ProductDetailSerializer,
    )
    def get(self, request: Request, code: str) -> Response:
        # The public shelf only: what an institution sees of its own drafts is no matter of this address.
        version = selectors.version_for_page(code, AnonymousUser())
        return Response(ProductDetailSerializer(version).data)


class ProductSearchView(APIView):
    """Search the shelf."""

    permission_classes = [AllowAny]

    @extend_schema(
        operation_id="products_search",
        tags=["products"],
        summary="检索产品",
        description="检索在架产品：筛选、分面计数、纠错、对金额等条件的理解。",
        parameters=[SearchParameters],
        responses=SearchResultSerializer,
    )
    def get(self, request: Request) -> Response:
        parameters = SearchParameters(data=request.query_params)
        parameters.is_valid(raise_exception=True)
        values = parameters.validated_data
        query = SearchQuery(
            text=values["q"],
            filters=_filters(values),
            facets=FACETS,
            sort=values["sort"],
            size=values["size"],
            after=values.get("after"),
        )
        return Response(SearchResultSerializer(_page(search(query))).data)


class SuggestView(APIView):
    """Suggestions while typing."""

    permission_classes = [AllowAny]

    @extend_schema(
        operation_id="search_suggest",
        tags=["products"],
        summary="搜索提示",
        description="按已输入的汉字、拼音或首字母提示产品、机构、标签，最多八条。",
        parameters=[SuggestParameters],
        responses=SuggestionSerializer(many=True),
    )
    def get(self, request: Request) -> Response:
        parameters = SuggestParameters(data=request.query_params)
        parameters.is_valid(raise_exception=True)
        return Response(SuggestionSerializer(suggest(parameters.validated_data["q"]), many=True).data)


def _filters(values: Mapping[str, Any]) -> tuple[Filter, ...]:
    """Any value of one parameter suffices, every parameter given must hold."""
    found: list[Filter] = [In(name, tuple(values[name])) for name in FACETS if values.get(name)]
    if amount := values.get("amount"):
        found.append(Overlaps("amount_min", "amount_max", low=amount, high=amount, or_unknown=True))
    if term := values.get("term_months"):
        found.append(Range("term_max_months", low=term, or_unknown=True))
    if (rate := values.get("rate_max_bp")) is not None:
        found.append(Range("rate_min_bp", high=rate))
    return tuple(found)


def _page(result: SearchResult) -> dict[str, Any]:
    versions = selectors.listed_by_codes(hit.key for hit in result.hits)
    return {
        "total": result.total,
        "exact": result.exact,
        "corrected": result.corrected,
        "understood": result.understood,
        "facets": {
            name: [{"value": value, "count": count} for value, count in counts]
            for name, counts in result.facets.items()
        },
        # A product that left the shelf a moment ago may still be in the index: it is not shown.
        "hits": [
            {
                "code": hit.key,
                "score": hit.score,
                "product": versions[hit.key],
                "highlights": {name: list(segments) for name, segments in hit.highlights.items()},
            }
            for hit in result.hits
            if hit.key in versions
        ],
        "engine": result.engine,
        "next_after": result.next_after,
    }
