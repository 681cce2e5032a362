"""Shapes of the products API. Amounts 元, terms months, rates basis points; null or empty = the source does not say."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from common import clock
from enterprises.facts import CATEGORIES, GUARANTEES
from products import presentation
from products.documents import SERVED
from products.models import InstitutionProfile, Product, ProductVersion
from products.rules.explain import required_text
from products.selectors import rules_for, unconfirmed
from search.query import MAX_SIZE, MAX_TEXT

# The metaclass takes declared fields off the class, so a field named label or required hides nothing.


class FigureSerializer(serializers.Serializer[presentation.Figure]):
    """One headline fact in Chinese."""

    label = serializers.CharField()  # type: ignore[assignment]
    text = serializers.CharField()
    stated = serializers.BooleanField(help_text="来源是否载明")


class PriceLabelSerializer(serializers.Serializer[presentation.PriceLabel]):
    """The shelf label."""

    amount = FigureSerializer()
    rate = FigureSerializer()
    term = FigureSerializer()
    guarantee = FigureSerializer()


class ConditionSerializer(serializers.Serializer[dict[str, str]]):
    """A condition in words, to be verified by the institution."""

    label = serializers.CharField()  # type: ignore[assignment]
    text = serializers.CharField()


class RuleSerializer(serializers.Serializer[dict[str, Any]]):
    """One condition that is judged."""

    code = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    hard = serializers.BooleanField(help_text="是否硬条件")
    weight = serializers.IntegerField(help_text="计分权重，0 为不计分")
    required = serializers.CharField(help_text="条件的中文表述")  # type: ignore[assignment]


class ProductSummarySerializer(serializers.Serializer[ProductVersion]):
    """What a list shows of a listed product."""

    code = serializers.CharField(source="product.code", help_text="产品编号")
    name = serializers.CharField()
    category = serializers.CharField(source="product.category", help_text="贷、保、险、投、租")
    origin = serializers.CharField(source="product.origin", help_text="catalogue 参考产品，local 本地产品")
    origin_label = serializers.CharField(source="product.get_origin_display")
    notice = serializers.SerializerMethodField(help_text="参考产品的提示语，本地产品为空")
    institution = serializers.SerializerMethodField(help_text="机构名称，来源未载明时为空")
    institution_kind = serializers.SerializerMethodField()
    region = serializers.CharField(source="region_text")
    price = serializers.SerializerMethodField()
    source_as_of = serializers.CharField(help_text="资料日期，可能只到年或月")

    def get_notice(self, version: ProductVersion) -> str:
        return presentation.REFERENCE_NOTE if version.product.origin == Product.Origin.CATALOGUE else ""

    def get_institution(self, version: ProductVersion) -> str:
        return version.product.institution.name if version.product.institution else ""

    def get_institution_kind(self, version: ProductVersion) -> str:
        return presentation.institution_kind(version)

    @extend_schema_field(PriceLabelSerializer)
    def get_price(self, version: ProductVersion) -> dict[str, Any]:
        return dict(PriceLabelSerializer(presentation.price_label(version)).data)


class ProductDetailSerializer(ProductSummarySerializer):
    """Everything a listed product says, its rules in Chinese included."""

    version = serializers.IntegerField(source="number")
    target = serializers.CharField()
    amount_min = serializers.IntegerField(allow_null=True)
    amount_max = serializers.IntegerField(allow_null=True)
    term_min_months = serializers.IntegerField(allow_null=True)
    term_max_months = serializers.IntegerField(allow_null=True)
    rate_min_bp = serializers.IntegerField(allow_null=True)
    rate_max_bp = serializers.IntegerField(allow_null=True)
    guarantee_methods = serializers.ListField(child=serializers.CharField())
    purposes = serializers.ListField(child=serializers.CharField())
    required_tags = serializers.ListField(child=serializers.CharField())
    rules = serializers.SerializerMethodField(help_text="参与规则匹配的条件")
    text_conditions = serializers.SerializerMethodField(help_text="须机构核实的文字条件，不参与规则匹配")
    features = serializers.CharField()
    source_url = serializers.CharField()
    source_verified = serializers.SerializerMethodField(help_text="资料核实程度")
    published_at = serializers.DateTimeField()
    confirmed_on = serializers.DateField(allow_null=True, help_text="最近一次季度确认")
    unconfirmed = serializers.SerializerMethodField(help_text="未按期确认")

    @extend_schema_field(RuleSerializer(many=True))
    def get_rules(self, version: ProductVersion) -> list[dict[str, Any]]:
        return [
            {
                "code": rule.code,
                "label": rule.label,
                "hard": rule.hard,
                "weight": rule.weight,
                "required": required_text(rule.test),
            }
            for rule in rules_for(version)
        ]

    @extend_schema_field(ConditionSerializer(many=True))
    def get_text_conditions(self, version: ProductVersion) -> list[dict[str, str]]:
        return [{"label": label, "text": text} for label, text in presentation.text_conditions(version)]

    def get_source_verified(self, version: ProductVersion) -> str:
        return presentation.VERIFIED_LABELS.get(version.source_verified, version.source_verified)

    def get_unconfirmed(self, version: ProductVersion) -> bool:
        return unconfirmed(version, clock.today())


class ListParameters(serializers.Serializer[dict[str, Any]]):
    """Filters of the plain list."""

    category = serializers.ChoiceField(choices=CATEGORIES, required=False, help_text="类别")
    origin = serializers.ChoiceField(choices=Product.Origin.choices, required=False, help_text="来源")
    institution = serializers.CharField(required=False, max_length=200, help_text="机构全称")


class SearchParameters(serializers.Serializer[dict[str, Any]]):
    """Query parameters of a search; a parameter that lists may be repeated, any of its values suffices."""

    q = serializers.CharField(required=False, default="", allow_blank=True, max_length=MAX_TEXT, help_text="检索词")
    category = serializers.ListField(child=serializers.ChoiceField(choices=CATEGORIES), required=False)
    institution_kind = serializers.ListField(
        child=serializers.ChoiceField(choices=InstitutionProfile.Kind.choices), required=False
    )
    guarantees = serializers.ListField(child=serializers.ChoiceField(choices=GUARANTEES), required=False)
    regions = serializers.ListField(child=serializers.CharField(max_length=60), required=False)
    served = serializers.ListField(
        child=serializers.ChoiceField(choices=SERVED), required=False, help_text="能否在本市办理"
    )
    tags = serializers.ListField(child=serializers.CharField(max_length=60), required=False)
    institution = serializers.ListField(child=serializers.CharField(max_length=200), required=False)
    origin = serializers.ListField(child=serializers.ChoiceField(choices=Product.Origin.choices), required=False)
    amount = serializers.IntegerField(
        required=False, min_value=1, max_value=10**12, help_text="需要的金额（元）；未载明额度的产品也保留"
    )
    term_months = serializers.IntegerField(
        required=False, min_value=1, max_value=1_200, help_text="需要的期限（月）；未载明期限的产品也保留"
    )
    rate_max_bp = serializers.IntegerField(
        required=False, min_value=0, max_value=10_000, help_text="能接受的最高利率（基点）；未载明利率的产品不保留"
    )
    sort = serializers.CharField(
        required=False, default="relevance", max_length=20, help_text="relevance、rate、amount、term"
    )
    size = serializers.IntegerField(required=False, default=20, min_value=1, max_value=MAX_SIZE)
    after = serializers.CharField(required=False, max_length=2_000, help_text="上一页的 next_after")


class SegmentSerializer(serializers.Serializer[Any]):
    """A piece of text; ``hit`` marks what was looked for."""

    text = serializers.CharField()
    hit = serializers.BooleanField()


class HitSerializer(serializers.Serializer[dict[str, Any]]):
    """One found product."""

    code = serializers.CharField()
    score = serializers.FloatField()
    product = ProductSummarySerializer()
    highlights = serializers.DictField(child=SegmentSerializer(many=True))


class FacetValueSerializer(serializers.Serializer[dict[str, Any]]):
    """One value of a facet."""

    value = serializers.CharField()
    count = serializers.IntegerField()


class UnderstoodSerializer(serializers.Serializer[Any]):
    """A condition read out of the text."""

    kind = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    value = serializers.IntegerField()


class SearchResultSerializer(serializers.Serializer[dict[str, Any]]):
    """One page of a search."""

    total = serializers.IntegerField(help_text="找到的总数")
    exact = serializers.IntegerField(help_text="完全符合检索词的数量")
    corrected = serializers.CharField(allow_null=True, help_text="纠正后的检索词")
    understood = UnderstoodSerializer(many=True)
    facets = serializers.DictField(child=FacetValueSerializer(many=True))
    hits = HitSerializer(many=True)
    engine = serializers.CharField()
    next_after = serializers.CharField(allow_null=True)


class SuggestParameters(serializers.Serializer[dict[str, Any]]):
    """What was typed so far."""

    q = serializers.CharField(required=False, default="", allow_blank=True, max_length=MAX_TEXT, help_text="已输入的字")


class SuggestionSerializer(serializers.Serializer[Any]):
    """One thing to search for."""

    text = serializers.CharField()
    kind = serializers.CharField(help_text="name、institution、value、domain")
    label = serializers.CharField(help_text="产品、机构、标签、试试")  # type: ignore[assignment]
