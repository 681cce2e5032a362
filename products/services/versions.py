"""Writing one version row: its columns, its rules and its fingerprint always belong together."""

from typing import Any

from django.db.models import Max
from pydantic import ValidationError

from accounts.models import User
from common.errors import Invalid
from products.content import VersionContent, content_hash
from products.models import Product, ProductVersion
from products.rules.from_columns import COLUMN_CODES, rules_of
from products.rules.language import RuleSet, dump, parse


def locked(product: Product) -> Product:
    """The product's row, locked: numbering and publication of its versions come one after another."""
    return Product.objects.select_for_update(of=("self",)).get(pk=product.pk)


def composed(product: Product, content: VersionContent, extra_rules: object = ()) -> dict[str, Any]:
    """Columns, rules and fingerprint of a version; ``extra_rules`` are JSON of the rule language, or Rule objects."""
    draft = ProductVersion(product=product, **content.columns())
    rules = dump(_with_extra(rules_of(draft), extra_rules))
    return {**content.columns(), "rules": rules, "content_hash": content_hash(content, rules)}


def extra_rules_of(version: ProductVersion) -> list[dict[str, object]]:
    """The stored rules that do not come from columns."""
    return [rule for rule in version.rules if rule["code"] not in COLUMN_CODES]


def version_create(*, actor: User, product: Product, values: dict[str, Any]) -> ProductVersion:
    """Append the next version of a locked product as a draft."""
    last = product.versions.aggregate(last=Max("number"))["last"] or 0
    return ProductVersion.objects.create(product=product, number=last + 1, made_by=actor, **values)


def _with_extra(rules: RuleSet, extra: object) -> RuleSet:
    if not isinstance(extra, list | tuple):
        raise Invalid("附加条件应为列表。", field="rules")
    given = dump(tuple(extra)) if extra and not isinstance(extra[0], dict) else list(extra)
    try:
        return parse([*dump(rules), *given])
    except ValidationError as error:
        # The rules read from columns are valid, so the place counts from the first extra one.
        raise Invalid(_explained(error, offset=len(rules)), field="rules") from error
    except ValueError as error:
        raise Invalid(f"附加条件有误：{error}。", field="rules") from error


def _explained(error: ValidationError, *, offset: int) -> str:
    found = []
    for item in error.errors():
        place = item["loc"][0] if item["loc"] else offset
        number = place - offset + 1 if isinstance(place, int) else 1
        own = item["type"] == "value_error"
        reason = str(item["ctx"]["error"]) if own else f"写法不符合规则语言（{'.'.join(map(str, item['loc'][1:]))}）"
        found.append(f"第 {number} 条附加条件：{reason}")
    return "；".join(dict.fromkeys(found)) + "。"
