"""How a version is shown: its price label, its conditions in words, and what its source leaves open."""

from dataclasses import dataclass
from decimal import Decimal

from products.models import Product, ProductVersion
from products.rules.figures import quantity, span

SOURCE_SILENT = "来源未说明"
NOT_GIVEN = "未载明"

REFERENCE_NOTE = "公开资料整理，非实时报价"
VERIFIED_LABELS = {"source": "已见机构、政府或媒体原文", "partly": "转述或资料不全", "": SOURCE_SILENT}

_AMOUNT_NAMES = {"贷": "额度", "保": "担保额度", "险": "保额", "投": "投资金额", "租": "融资额度"}
_RATE_NAMES = {"贷": "年化利率", "保": "担保费率", "险": "保费率", "投": "资金成本", "租": "年化利率"}


@dataclass(frozen=True)
class Figure:
    """One headline fact: its name, its text, and whether the version states it at all."""

    label: str
    text: str
    stated: bool


@dataclass(frozen=True)
class PriceLabel:
    """The shelf label: three figures and the guarantees."""

    amount: Figure
    rate: Figure
    term: Figure
    guarantee: Figure

    @property
    def figures(self) -> tuple[Figure, Figure, Figure]:
        return self.amount, self.rate, self.term

    @property
    def sentence(self) -> str:
        """One sentence in place of the figures where two or more of them are not stated, else empty."""
        silent = [figure for figure in self.figures if not figure.stated]
        if len(silent) < 2:
            return ""
        known = "，".join(f"{figure.label} {figure.text}" for figure in self.figures if figure.stated)
        missing = f"{'、'.join(figure.label for figure in silent)}{silent[0].text}"
        return f"{known}；{missing}" if known else missing


def price_label(version: ProductVersion) -> PriceLabel:
    """Amount, rate and term of ``version`` as people read them."""
    category = version.product.category
    silent = not_stated(version)
    amount = _range("need_amount", version.amount_min, version.amount_max)
    term = _range("need_term_months", version.term_min_months, version.term_max_months)
    return PriceLabel(
        amount=_figure(_AMOUNT_NAMES[category], amount, silent),
        rate=_figure(_RATE_NAMES[category], _rate(version), silent),
        term=_figure("期限", term, silent),
        guarantee=_figure("担保方式", "、".join(version.guarantee_methods), silent),
    )


def not_stated(version: ProductVersion) -> str:
    """The words for an empty cell: a reference product has a silent source, a local one was not filled in."""
    return SOURCE_SILENT if version.product.origin == Product.Origin.CATALOGUE else NOT_GIVEN


def institution_name(version: ProductVersion) -> str:
    """The institution, or the words for a source that names none."""
    institution = version.product.institution
    return institution.name if institution else not_stated(version)


def institution_kind(version: ProductVersion) -> str:
    """银行, 担保, 保险, 基金 or 其他; empty when the institution or its kind is unknown."""
    profile = getattr(version.product.institution, "institution", None)
    return profile.kind if profile else ""


def text_conditions(version: ProductVersion) -> list[tuple[str, str]]:
    """Conditions in words that no rule judges, as (label, text): 需机构核实."""
    stated = (
        ("适用对象", version.target),
        ("资金用途", "、".join(version.purposes)),
        ("其他条件", version.other_conditions),
    )
    return [(label, text) for label, text in stated if text]


def _figure(label: str, text: str, silent: str) -> Figure:
    return Figure(label, text or silent, bool(text))


def _range(field: str, low: int | None, high: int | None) -> str:
    if low is not None and high is not None:
        return span(field, low, high)
    if low is not None:
        return f"≥{quantity(field, low)}"
    return "" if high is None else f"≤{quantity(field, high)}"


def _rate(version: ProductVersion) -> str:
    low, high = version.rate_min_bp, version.rate_max_bp
    if low is None:
        return "" if high is None else f"≤{_percent(high)}"
    if high is None:
        return f"{_percent(low)} 起"
    if low == high:
        return _percent(low) if low else "免收"
    return f"{_percent(low)}～{_percent(high)}"


def _percent(basis_points: int) -> str:
    return f"{(Decimal(basis_points) / 100).normalize():f}%"
