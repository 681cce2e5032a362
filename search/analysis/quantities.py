"""Amounts, terms and percentages in a text, however written, as canonical tokens: 500万 = 五百万 = 500W = 5000000元.

Works on folded text. 元, months and basis points are integers; nothing passes through a float.
"""

import re
from dataclasses import dataclass
from decimal import Decimal

_DIGITS = {char: value for value, char in enumerate("零一二三四五六七八九")} | {"两": 2, "〇": 0}
# As on cheques and contracts, beside the everyday ones.
_DIGITS |= {char: value for value, char in enumerate("零壹贰叁肆伍陆柒捌玖")}
_UNITS = {"十": 10, "百": 100, "千": 1000, "拾": 10, "佰": 100, "仟": 1000}
_SCALES = {"亿": 10**8, "万": 10**4, "w": 10**4, "wan": 10**4, "": 1}

_ARABIC = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d{1,12}(?:\.\d{1,6})?"
_NUMERAL = "".join(_DIGITS)
_TENS = "".join(_UNITS)
_HAN = rf"[{_NUMERAL}十拾][{_NUMERAL}{_TENS}]*"
_AMOUNT = re.compile(
    rf"(?<![\d.])(?:(?P<arabic>{_ARABIC})\s?(?P<unit>[{_TENS}]?)[多余来]?个?(?P<scale>亿|万|w(?:an)?(?![a-z]))"
    rf"|(?P<han>{_HAN})[多余来]?个?(?P<han_scale>亿|万))(?:元|块钱|块)?"
    # So round a number of at least 100,000 is money, unit or not.
    rf"|(?<![\d.])(?P<yuan>{_ARABIC})元|(?<![\d.a-z])(?P<bare>[1-9]\d{{1,4}}0000)(?![\d.%a-z])"
)
_PERCENT = re.compile(
    rf"(?<![\d.])(?P<arabic>{_ARABIC})\s?%|百分之(?:(?P<spoken>\d{{1,2}}(?:\.\d{{1,4}})?)"
    rf"|(?P<han>{_HAN})(?:点(?P<point>[{_NUMERAL}]+))?)"
)
_POINTS = re.compile(
    rf"(?<![\d.])(?:(?P<count>\d{{1,4}}(?:\.\d{{1,2}})?)|(?P<han>[{_NUMERAL}]))\s?(?P<unit>bp|个?基点|个点(?!\d))"
)
_BARE_RATE = re.compile(
    r"(?:利率|年化|年利率|费率|利息|年息)[^\d\s]{0,3}\s?(?P<arabic>\d{1,2}(?:\.\d{1,4})?)(?![\d.%年月万亿w个])"
)
_TERM = re.compile(
    rf"(?<![\d.近])(?:(?P<number>\d{{1,3}}|{_HAN})\s?(?P<unit>年半|年|个月|个半月)(?!月|\d|度|均|纳|销|营|收|化|利)|(?P<half>半年))"
)
_TAX_GRADE = re.compile(
    r"(?:纳税|税务)(?:信用)?(?:等级|级别|评级)?[为是:]?\s?(?P<after>[abcdm])(?![a-z])级?|(?<![a-z])(?P<before>[abcdm])级(?=纳税|税务)"
)
# Words between what is measured and its figure: 年销售额不低于200万. Any other word ends what was said before it.
_FILL = (
    r"(?:额|总额|收入|规模|金额|比例|时间|年限|率|以来|已经|达到|超过|大约|不低于|不高于|不超过|不到|不满|不足|未满"
    r"|小于|少于|大于|低于|高于|刚刚|将近|只有|[达超约满足有为是在已了近才刚仅至:>≥<≤])*\s?$"
)
_AGE = re.compile(rf"(成立|注册|开业|创办|创立|营业){_FILL}")
_LESS = re.compile(r"(不到|不满|未满|不足|小于|少于)\s?$")
_REVENUE = re.compile(rf"(营收|收入|销售|产值|流水){_FILL}")
_NOT_NEED = re.compile(rf"(注册资本|资产|纳税|缴税|罚款|人均){_FILL}")
_DEBT = re.compile(rf"负债{_FILL}")
_RATE_WORD = re.compile(r"(利率|年化|费率|利息|年息|低于|不超过?|以内)[^\d]{0,4}$")
# So many basis points are a rate even where nothing says so; fewer are a step.
_SURELY_RATE = 100
_DISTANCE = re.compile(r"(lpr|加|减|浮|优惠|提高|降|涨|升|让利)[^\d]{0,3}$")
_STEP = re.compile(r"(上浮|下浮|提高|降低|下降|上升|增加|减少|再加|再减)\s?$")
_NOT_RATE = re.compile(rf"(研发|研发投入|研发费用|占比|占|持股|股份|股权|增长|增速|分担|补贴|补偿){_FILL}")


@dataclass(frozen=True)
class Quantity:
    """One quantity at ``start``..``end`` of the folded text. ``kind`` is None when it bounds no field."""

    kind: str | None
    token: str
    value: int
    start: int
    end: int


def scan(text: str) -> list[Quantity]:
    """All quantities of folded ``text`` in order, without overlaps."""
    found = [*_amounts(text), *_percentages(text), *_terms(text), *_tax_grades(text)]
    found.sort(key=lambda item: (item.start, -item.end))
    kept: list[Quantity] = []
    for item in found:
        if not kept or item.start >= kept[-1].end:
            kept.append(item)
    return kept


def is_token(token: str) -> bool:
    """Whether ``token`` is a canonical quantity."""
    return token.startswith(("amt:", "pct:", "mon:", "tax:"))


def _amounts(text: str) -> list[Quantity]:
    found = []
    for match in _AMOUNT.finditer(text):
        if match["han"]:
            value = Decimal(_han_number(match["han"]) * _SCALES[match["han_scale"]])
        elif match["yuan"] or match["bare"]:
            value = _decimal(match["yuan"] or match["bare"])
        else:
            value = _decimal(match["arabic"]) * _UNITS.get(match["unit"], 1) * _SCALES[match["scale"]]
        if value <= 0:
            continue
        before = text[max(0, match.start() - 10) : match.start()]
        kind = "revenue" if _REVENUE.search(before) else None if _NOT_NEED.search(before) else "amount"
        found.append(Quantity(kind, f"amt:{int(value)}", int(value), *match.span()))
    return found


def _percentages(text: str) -> list[Quantity]:
    found = []
    for match in _PERCENT.finditer(text):
        if match["han"]:
            tail = "".join(str(_DIGITS[char]) for char in match["point"] or "零")
            percent = Decimal(f"{_han_number(match['han'])}.{tail[:4]}")
        else:
            percent = _decimal(match["arabic"] or match["spoken"])
        before = text[max(0, match.start() - 10) : match.start()]
        kind = "debt" if _DEBT.search(before) else None if _NOT_RATE.search(before) or _STEP.search(before) else "rate"
        found.append(_percentage(kind, percent, *match.span()))
    for match in _POINTS.finditer(text):
        # 3个点 is three per cent; LPR加80个基点 is a distance from a rate, not a rate.
        before = text[max(0, match.start() - 10) : match.start()]
        count = _decimal(match["count"]) if match["count"] else Decimal(_DIGITS[match["han"]])
        points = int(count * (100 if match["unit"] == "个点" else 1))
        if not _DISTANCE.search(before) and (points >= _SURELY_RATE or (points and _RATE_WORD.search(before))):
            found.append(Quantity("rate", f"pct:{points}", points, *match.span()))
    for match in _BARE_RATE.finditer(text):
        found.append(_percentage("rate", _decimal(match["arabic"]), *match.span("arabic")))
    return found


def _percentage(kind: str | None, percent: Decimal, start: int, end: int) -> Quantity:
    points = int(percent * 100)
    return Quantity(kind, f"pct:{points}", points, start, end)


def _terms(text: str) -> list[Quantity]:
    found = []
    for match in _TERM.finditer(text):
        if match["half"]:
            months = 6
        else:
            number = match["number"]
            count = int(number) if number.isdigit() else _han_number(number)
            months = count * 12 if match["unit"].startswith("年") else count
            months += 6 if match["unit"] == "年半" else 0
        before = text[max(0, match.start() - 10) : match.start()]
        less = _LESS.search(before)
        kind = "age" if _AGE.search(before) else "term"
        bound = months - 1 if kind == "age" and less else months
        if months > 0:
            found.append(Quantity(kind, f"mon:{months}", bound, *match.span()))
    return found


def _tax_grades(text: str) -> list[Quantity]:
    return [
        Quantity("tax", f"tax:{match['after'] or match['before']}", 0, *match.span())
        for match in _TAX_GRADE.finditer(text)
    ]


def _decimal(text: str) -> Decimal:
    return Decimal(text.replace(",", ""))


def _han_number(text: str) -> int:
    """Value of a Chinese numeral below 亿: 五百 → 500, 一千二百 → 1200, 十二 → 12, 三五 → 35."""
    if not any(char in _UNITS for char in text):
        return int("".join(str(_DIGITS[char]) for char in text))
    total, digit = 0, 0
    for char in text:
        if char in _UNITS:
            total += (digit or 1) * _UNITS[char]
            digit = 0
        else:
            digit = _DIGITS[char]
    return total + digit
