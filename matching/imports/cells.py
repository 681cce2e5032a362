"""Cells and look-ups that only these files have."""

import re
from datetime import date, timedelta

from accounts.codes import plain_code
from accounts.models import Party, User
from accounts.selectors import organisation_by_name, party_by_code
from common import clock
from common.tabular.cells import Parser
from products.models import InstitutionProfile
from products.services import institution_register

_KEY = re.compile(r"\S.{0,179}")
_MONTH = re.compile(r"([0-9]{4})[-/年.]([0-9]{1,2})(?:月|[-/.]([0-9]{1,2}))?")
# What an institution first met in a file is, by what it did.
_KINDS = {
    "贷": InstitutionProfile.Kind.BANK,
    "保": InstitutionProfile.Kind.GUARANTOR,
    "险": InstitutionProfile.Kind.INSURER,
    "投": InstitutionProfile.Kind.FUND,
    "租": InstitutionProfile.Kind.OTHER,
}


def key(limit: int) -> Parser:
    """A serial or source key: one line of at most ``limit`` characters; # is kept for reversals."""

    def parser(cell: str) -> str | None:
        if not cell:
            return None
        if len(cell) > limit or not _KEY.fullmatch(cell) or any(ord(char) < 32 for char in cell):
            raise ValueError(f"最多 {limit} 个字，不能换行")
        if "#" in cell:
            raise ValueError("不能含“#”，它只用于系统生成的冲正编号")
        return cell

    return parser


def month_end(cell: str) -> date | None:
    """The last day of a finished month written YYYY-MM."""
    if not cell:
        return None
    parts = _MONTH.fullmatch(cell)
    try:
        first = date(int(parts[1]), int(parts[2]), 1) if parts else None
    except ValueError:
        first = None
    if parts is None or first is None:
        raise ValueError(f"“{cell[:20]}”不是月份，请写成 2023-12 的样子")
    if not 2000 <= first.year <= 2100:
        raise ValueError("月份应在 2000-01 之后，请核对年份")
    last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    # A sheet turns 2023-12 into its first day; any other day is not a month.
    if parts[3] and int(parts[3]) not in (1, last.day):
        raise ValueError(f"“{cell[:20]}”请只写到月份，例如 2023-12")
    if last > clock.today():
        raise ValueError(f"{first:%Y-%m} 还没有结束，请在月末之后报送")
    return last


def institution_named(*, actor: User, name: str, kind: str = "贷") -> Party:
    """The institution that bears or bore ``name``; one that reports for the first time is registered as local."""
    found = organisation_by_name(name, Party.Kind.INSTITUTION)
    return found or institution_register(actor=actor, name=name, kind=_KINDS[kind], local=True)


def organisation_named(name: str) -> Party | None:
    """An institution, department or firm by credit code or by a name it bears or bore."""
    return party_by_code(plain_code(name)) or organisation_by_name(
        name, Party.Kind.INSTITUTION, Party.Kind.DEPARTMENT, Party.Kind.ENTERPRISE
    )
