"""存在问题 and 下一步 suggested from missed deadlines and targets, for the page only and marked as a proposal.

A suggestion is never filed: the field stays to be filled in by the lead unit, which may take the words over.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from ledger.drafts import DeadlineState, DeadlineStatus, spoken
from ledger.indicators import IndicatorValue, Standing, measured, plain
from ledger.quarters import Quarter

MARK = "（建议稿）"


@dataclass(frozen=True)
class Suggested:
    """Both texts, empty where nothing presses; otherwise they begin with ``MARK``."""

    problems: str
    next_steps: str


NOTHING_SUGGESTED = Suggested("", "")


def suggested(
    deadlines: Sequence[DeadlineState], indicators: Sequence[IndicatorValue], quarter: Quarter, *, over: bool
) -> Suggested:
    """For one measure; ``over``: the quarter has ended, so that a deadline on its last day has passed too."""
    pairs = [*_of_deadlines(deadlines, over), *_of_indicators(indicators, quarter)]
    return Suggested(_marked(problem for problem, _ in pairs), _marked(step for _, step in pairs))


def _marked(texts: Iterable[str]) -> str:
    said = [text for text in dict.fromkeys(texts) if text]
    return MARK + "".join(said) if said else ""


def _of_deadlines(deadlines: Sequence[DeadlineState], over: bool) -> Iterator[tuple[str, str]]:
    for state in deadlines:
        if state.day is None or state.days is None:
            continue
        if state.status == DeadlineStatus.OVERDUE or (state.status == DeadlineStatus.NEAR and over and state.days == 0):
            yield (
                f"{_quoted(state.what)}应于{spoken(state.day)}前完成，没有完成记录。",
                f"尽快完成{_quoted(state.what)}；已经完成的，补记完成记录。",
            )
        elif state.status == DeadlineStatus.NEAR:
            yield "", f"{spoken(state.day)}前完成{_quoted(state.what)}，还有{state.days}天。"


def _of_indicators(indicators: Sequence[IndicatorValue], quarter: Quarter) -> Iterator[tuple[str, str]]:
    for item in indicators:
        if item.standing == Standing.MISSED:
            yield f"{_shortfall(item)}。", f"分析{_quoted(item.name)}未达目标的原因，提出补救措施。"
        elif item.standing == Standing.OPEN:
            last = quarter.number == 4
            yield "", f"{_quoted(item.name)}距目标还差{_gap(item)}，{'明年继续推进' if last else '年内抓紧推进'}。"


def _shortfall(item: IndicatorValue) -> str:
    value, target = (plain(number) if number is not None else "" for number in (item.value, item.target))
    return f"{_quoted(item.name)}为{value}{item.unit}，目标{target}{item.unit}，差{_gap(item)}"


def _gap(item: IndicatorValue) -> str:
    return measured(item.gap, item.unit) if item.gap is not None else ""


def _quoted(text: str) -> str:
    """Quotation marks inside others are the single ones."""
    return f"“{text.replace('“', '‘').replace('”', '’')}”"
