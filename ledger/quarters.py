"""Calendar quarters and the day their ledger is due."""

import re
from dataclasses import dataclass
from datetime import date, timedelta

from common import workdays
from common.errors import Invalid

# 通知正文: 每季度结束之日起5个工作日.
WORKING_DAYS_TO_REPORT = 5


@dataclass(frozen=True, order=True)
class Quarter:
    """One quarter of one year; ``str`` gives ``2023Q1``."""

    year: int
    number: int

    @property
    def start(self) -> date:
        """Its first day."""
        return date(self.year, self.number * 3 - 2, 1)

    @property
    def end(self) -> date:
        """Its last day."""
        following = date(self.year + 1, 1, 1) if self.number == 4 else date(self.year, self.number * 3 + 1, 1)
        return following - timedelta(days=1)

    @property
    def label(self) -> str:
        """As people write it: 2023年第一季度."""
        return f"{self.year}年第{'一二三四'[self.number - 1]}季度"

    def __str__(self) -> str:
        return f"{self.year}Q{self.number}"


def parse(text: str) -> Quarter:
    """``2023Q1`` as a Quarter; anything else is Invalid with what to write instead."""
    parts = re.fullmatch(r"((?:19|20)[0-9]{2})Q([1-4])", text, re.ASCII)
    if parts is None:
        raise Invalid(f"“{text[:20]}”不是季度，请写成 2023Q1 的样子（四位年份、Q、1 至 4）。", field="quarter")
    return Quarter(int(parts[1]), int(parts[2]))


def containing(day: date) -> Quarter:
    """The quarter ``day`` lies in."""
    return Quarter(day.year, (day.month + 2) // 3)


def working_days_between(start: date, end: date) -> int:
    """Working days after ``start`` up to and with ``end``; 0 when ``end`` is not later."""
    works = workdays.calendar()
    return sum(works(start + timedelta(days=number)) for number in range(1, (end - start).days + 1))


def due(quarter: Quarter) -> workdays.DueDate:
    """The fifth working day after the quarter's end; tentative while that year's holiday notice is unknown."""
    return workdays.nth_working_day_after(quarter.end, WORKING_DAYS_TO_REPORT)
