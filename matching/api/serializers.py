"""The one JSON shape of matches, for the API and the command."""

from collections.abc import Iterable
from typing import Any

from rest_framework import serializers

from enterprises.models import Need
from matching.selectors import ProductMatch
from products.rules.explain import Missing, RuleResult

# The names of the contract (label, required) are also names of serializer options; the metaclass keeps them apart.


class MissingSerializer(serializers.Serializer[Missing]):
    """A field that could decide the rule."""

    field = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    where = serializers.CharField(help_text="去哪里办或在哪里填")


class RuleResultSerializer(serializers.Serializer[RuleResult]):
    """One rule with its reason."""

    code = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    verdict = serializers.CharField(help_text="satisfied | unknown | violated")
    required = serializers.CharField()  # type: ignore[assignment]
    actual = serializers.CharField()
    missing = MissingSerializer(many=True)
    gap = serializers.CharField(allow_null=True)
    from_date = serializers.DateField(allow_null=True, help_text="仅凭成立时间增长即可符合的第一天")


class ProductMatchSerializer(serializers.Serializer[ProductMatch]):
    """One product, best first in its list."""

    product = serializers.CharField(source="code")
    verdict = serializers.CharField(help_text="satisfied | unknown | violated")
    score = serializers.IntegerField(min_value=0, max_value=1000)
    rules = RuleResultSerializer(source="results", many=True)


def matches_as_json(matches: Iterable[ProductMatch]) -> list[dict[str, Any]]:
    """``[{product, verdict, score, rules: [{code, label, verdict, required, actual, missing, gap, from_date}]}]``."""
    return [ProductMatchSerializer(match).data for match in matches]


class NeedSerializer(serializers.ModelSerializer[Need]):
    """One need. Amounts in 元, terms in months; null is unknown."""

    class Meta:
        model = Need
        fields = ["code", "state", "kinds", "amount", "term_months", "purpose", "guarantees", "needed_by"]
