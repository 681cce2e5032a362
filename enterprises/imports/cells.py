"""Cells that only these files have, and how outcomes of the parts of a row add up."""

import re
import unicodedata
from collections.abc import Iterable, Mapping

from accounts.models import Party
from accounts.selectors import party_by_code
from common import clock
from common.errors import Missing
from common.tabular import Outcome
from common.tabular.cells import Parser, scaled

_CODE = re.compile(r"[^\s;,，；]{1,40}")


def positive(parse: Parser) -> Parser:
    """Refuse zero: an amount or term of 0 is an unknown one."""

    def parser(cell: str) -> int | None:
        value: int | None = parse(cell)
        if value == 0:
            raise ValueError("应大于 0；不清楚就留空")
        return value

    return parser


def code(cell: str) -> str | None:
    """A code of at most 40 half-width characters without blanks."""
    if not cell:
        return None
    plain = unicodedata.normalize("NFKC", cell)
    if not _CODE.fullmatch(plain):
        raise ValueError("编号最多 40 个字，不能含空格、逗号和分号")
    return plain


def accounting_year(cell: str) -> int | None:
    """A finished year."""
    if not cell:
        return None
    last = clock.today().year - 1
    year: int | None = scaled(low=1990, high=2100)(cell.removesuffix("年").removesuffix("年度"))
    if year is not None and year > last:
        raise ValueError(f"会计年度应已结束，最近可填 {last}，现为 {year}")
    return year


def word_for(words: Mapping[str, str]) -> Parser:
    """One of several spellings, as the value it stands for."""

    def parser(cell: str) -> str | None:
        if cell and cell not in words:
            raise ValueError(f"“{cell[:20]}”不在可选范围，请填：{'、'.join(words)}")
        return words[cell] if cell else None

    return parser


def known_party(party_code: str) -> Party:
    """The party with that code in its one spelling, or Missing naming the column ``party_code``."""
    party = party_by_code(party_code)
    if party is None:
        raise Missing(f"没有编码为 {party_code} 的企业或人才，请先导入企业（或人才）再导入本文件。", field="party_code")
    return party


def combined(outcomes: Iterable[Outcome], *, registered: bool) -> Outcome:
    """Outcome of a row: created when it registered its party, else updated when any part of it changed."""
    if registered:
        return Outcome.CREATED
    return Outcome.UPDATED if any(outcome is not Outcome.UNCHANGED for outcome in outcomes) else Outcome.UNCHANGED
