"""Marks of the house as template tags: seal, price label, verdict, rule cells; and figures as filters."""

import re
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from django import template
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from enterprises.facts import FIELDS, Owner
from enterprises.models import Need
from ledger.drafts import DeadlineState, DeadlineStatus
from products import presentation
from products.models import ProductVersion
from products.rules.evaluate import Verdict
from products.rules.explain import ASK_THE_INSTITUTION, VERDICT_LABELS, Missing, RuleResult
from products.rules.figures import quantity
from search.query import Segment

register = template.Library()

SEALS = {"贷": "dai", "保": "bao", "险": "xian", "投": "tou", "租": "zu"}
# A number, or a range of two, and what follows it.
_FIGURE = re.compile(r"([≤≥]?[\d,.]+%?(?:～[\d,.]+)?)(\s+\S.*|%.*)")
# Fields computed at read time, and the facts a firm fills in for them.
_STORED_AS = {"places": "region", "age_months": "established_on"}
# Most pressing first; what neither presses nor is done has no tag.
_DEADLINE_TONES = {DeadlineStatus.OVERDUE: "clay", DeadlineStatus.NEAR: "", DeadlineStatus.MET: "grass"}
_DEADLINE_WORDS = {DeadlineStatus.OVERDUE: "逾期无记录", DeadlineStatus.NEAR: "临近", DeadlineStatus.MET: "已完成"}
CELL, GAP, CELLS_A_LINE = 12, 3, 16


@register.simple_tag
def seal(category: str, size: str = "") -> SafeString:
    """The square with one character; decoration beside a name that says the category in words elsewhere."""
    return format_html(
        '<span class="seal {} {}" role="img" aria-label="类别：{}">{}</span>',
        SEALS.get(category, ""),
        size,
        category,
        category,
    )


@register.filter
def amount(value: int | None) -> SafeString | str:
    """元 as an unbreakable figure in 万元; — for unknown."""
    return "—" if value is None else figure(quantity("need_amount", value))


@register.filter
def amount_text(value: int) -> str:
    """元 in plain text, for places that take no markup."""
    return quantity("need_amount", value)


@register.filter
def months(value: int | None) -> SafeString | str:
    """Months as an unbreakable figure; — for unknown."""
    return "—" if value is None else figure(quantity("need_term_months", value))


@register.filter
def figure(text: str) -> SafeString | str:
    """A number and its unit (1,000 万元, 3.4%～4.05%, 3.95% 起) as one unbreakable group, the unit smaller."""
    found = _FIGURE.fullmatch(text)
    if not found:
        return text
    number, unit = found[1].strip(), found[2].strip()
    if "%" in number:
        number, unit = number.replace("%", ""), f"% {unit}".replace("% %", "%")
    return format_html('<span class="num">{} <small>{}</small></span>', number, unit)


@register.simple_tag
def marked(segments: Iterable[Segment]) -> SafeString:
    """Original text with the hit pieces marked."""
    return format_html_join(
        "", "{}", ((format_html("<mark>{}</mark>", text) if hit else text,) for text, hit in segments)
    )


@register.inclusion_tag("frontend/parts/price_label.html")
def price_label(version: ProductVersion) -> dict[str, Any]:
    """Three figures between two hairlines, or one sentence when most are unknown."""
    label = presentation.price_label(version)
    return {"figures": label.figures, "sentence": label.sentence}


@register.filter
def offer(version: ProductVersion) -> str:
    """What is offered in one line, as far as it is stated; else that nothing is."""
    label = presentation.price_label(version)
    stated = [f"{item.label} {item.text}" for item in label.figures if item.stated]
    return "，".join(stated) or label.sentence


@register.filter
def maker(version: ProductVersion) -> str:
    """The institution, or the words for a source that names none."""
    return presentation.institution_name(version)


@register.simple_tag
def fill_address(missing: Missing, need: Need | None) -> str:
    """Where a firm fills in what is missing: its facts, or the need; '' where only the institution can say."""
    if missing.where == ASK_THE_INSTITUTION:
        return ""
    if FIELDS[missing.field].owner is Owner.NEED:
        return reverse("frontend:need_edit", args=[need.code]) if need else reverse("frontend:need_new")
    if missing.field == "on_whitelist":
        return ""
    return f"{reverse('frontend:facts_edit')}#id_{_STORED_AS.get(missing.field, missing.field)}"


@register.filter
def decimal(value: Decimal) -> str:
    """A number with thousands, at most two decimals and no idle zeros."""
    text = f"{value:,.2f}"
    return text.rstrip("0").rstrip(".")


@register.filter
def lead(text: str, title: str) -> SafeString | str:
    """``text`` with its opening title set bold."""
    if title and text.startswith(title):
        return format_html("<b>{}</b>{}", title, text[len(title) :])
    return text


@register.simple_tag
def deadline_tag(states: Sequence[DeadlineState]) -> dict[str, str]:
    """The most pressing state of a measure's deadlines: ``label`` and ``tone``, both empty when none presses."""
    held = {state.status for state in states}
    for status, tone in _DEADLINE_TONES.items():
        if status in held:
            return {"label": _DEADLINE_WORDS[status], "tone": tone}
    return {"label": "", "tone": ""}


@register.inclusion_tag("frontend/parts/glyph.html")
def glyph(verdict: str) -> dict[str, Any]:
    """The sign of a verdict alone, where its word stands beside."""
    return {"verdict": str(verdict)}


@register.inclusion_tag("frontend/parts/verdict.html")
def verdict(value: Verdict, label: str = "") -> dict[str, Any]:
    """Glyph and word."""
    return {"verdict": str(value), "label": label or VERDICT_LABELS[value]}


@register.inclusion_tag("frontend/parts/rule_cells.html")
def rule_cells(results: Sequence[RuleResult]) -> dict[str, Any]:
    """One small square a rule in the order given, sixteen a line."""
    cells = [
        {
            "verdict": str(result.verdict),
            "x": index % CELLS_A_LINE * (CELL + GAP),
            "y": index // CELLS_A_LINE * (CELL + GAP),
        }
        for index, result in enumerate(results)
    ]
    words = "，".join(
        f"{label} {count} 项"
        for value, label in VERDICT_LABELS.items()
        if (count := sum(result.verdict == value for result in results))
    )
    columns, lines = min(len(cells), CELLS_A_LINE), -(-len(cells) // CELLS_A_LINE)
    return {
        "cells": cells,
        "width": max(columns * (CELL + GAP) - GAP, 1),
        "height": max(lines * (CELL + GAP) - GAP, 1),
        "label": words or "没有可自动核对的条件",
    }
