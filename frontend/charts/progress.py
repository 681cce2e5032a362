"""Goals in two kinds, never mixed: a count is held against the time passed, a growth rate against its target."""

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_DOWN, Decimal

from frontend.charts.drawing import Number, px, shown

# More than this behind the calendar is 明显落后.
FAR_BEHIND = Decimal(20)
# Where the target of a growth rate stands on its bar, so that more than the target can still be seen.
TARGET_AT = Decimal(75)
_FULL = Decimal(100)


@dataclass(frozen=True)
class Meter:
    """One bar: lengths in per cent of its width as text, tone grass, sand, clay or none, and the tag's words."""

    bar: str
    tick: str
    tick_kind: str
    tone: str
    status: str
    words: str

    @property
    def tag_tone(self) -> str:
        """The tag's class: sand is the plain tag."""
        return {"sand": "", "none": "ink"}.get(self.tone, self.tone)


@dataclass(frozen=True)
class CountGoal:
    """So many of ``target`` done by now; ``elapsed`` is the share of the time passed in per cent."""

    name: str
    value: Number | None
    target: Number
    elapsed: Number
    unit: str = ""
    fact: str = ""

    @property
    def aim(self) -> str:
        return f"目标 {shown(self.target)} {self.unit}".rstrip()

    @property
    def shown(self) -> str:
        return shown(self.value)

    @property
    def meter(self) -> Meter:
        tick = px(float(min(max(Decimal(self.elapsed), Decimal(0)), _FULL)))
        if self.value is None:
            return Meter("0", tick, "time", "none", "暂不能算", "没有数据")
        done = Decimal(self.value) / Decimal(self.target) * 100 if self.target else _FULL
        tone, status = _against_time(done, Decimal(self.elapsed))
        bar = px(float(min(max(done, Decimal(0)), _FULL)))
        return Meter(bar, tick, "time", tone, status, f"完成 {done.to_integral_value(ROUND_DOWN)}%")


@dataclass(frozen=True)
class GrowthGoal:
    """A rate of growth in per cent; the calendar says nothing about it."""

    name: str
    value: Number | None
    target: Number
    unit: str = "%"
    fact: str = ""
    gap_unit: str = "个点"

    @property
    def aim(self) -> str:
        return f"目标 ≥{shown(self.target)}{self.unit}"

    @property
    def shown(self) -> str:
        return shown(self.value)

    @property
    def meter(self) -> Meter:
        tick = px(float(TARGET_AT))
        if self.value is None:
            return Meter("0", tick, "target", "none", "暂不能算", "没有数据")
        gap = Decimal(self.target) - Decimal(self.value)
        share = Decimal(self.value) / Decimal(self.target) * TARGET_AT if self.target else TARGET_AT
        bar = px(float(min(max(share, Decimal(0)), _FULL)))
        if gap <= 0:
            return Meter(bar, tick, "target", "grass", "已达成", "虚线为目标")
        return Meter(bar, tick, "target", "sand", f"差 {shown(gap)} {self.gap_unit}", "虚线为目标")


def _against_time(done: Decimal, elapsed: Decimal) -> tuple[str, str]:
    if done >= _FULL:
        return "grass", "已达成"
    if done >= elapsed:
        return "grass", "跟上时间"
    return ("sand", "落后时间") if elapsed - done <= FAR_BEHIND else ("clay", "明显落后")


def elapsed(start: date, end: date, today: date) -> Decimal:
    """The share of ``start``..``end`` (both included) over by the evening of ``today``, in per cent."""
    days, gone = (end - start).days + 1, (today - start).days + 1
    share = Decimal(min(max(gone, 0), days)) * 100 / Decimal(days)
    return share.quantize(Decimal("0.1"))
