"""How good the answers are: nDCG@10 against judged queries, and how often nothing is found."""

import csv
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from common.errors import Invalid

DEPTH = 10
JUDGED = Path(__file__).resolve().parent / "data" / "queries.csv"
_COLUMNS = ("qid", "query", "type", "relevant")


@dataclass(frozen=True)
class Judged:
    """A query with its relevant keys; grade 3 is best, 1 only touches the matter."""

    qid: str
    query: str
    type: str
    grades: dict[str, int]


@dataclass(frozen=True)
class Score:
    """Of a group of queries: mean nDCG@10 and the share that found nothing, both 0..1."""

    type: str
    queries: int
    ndcg: float
    zero_rate: float


def read(path: Path) -> list[Judged]:
    """Read ``qid,query,type,relevant`` with ``relevant`` as ``key:grade;…``; Invalid names the line that is wrong."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as handle:
            rows = list(csv.DictReader(handle))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise Invalid(f"读不出文件 {path.name}，请用 UTF-8 的 CSV 文件。") from error
    if not rows:
        raise Invalid(f"{path.name} 里没有查询，请检查文件。")
    return [_judged(row, line) for line, row in enumerate(rows, start=2)]


def _judged(row: dict[str, str], line: int) -> Judged:
    if any(row.get(column) is None for column in _COLUMNS):
        raise Invalid(f"第 {line} 行缺少列，应有 {'、'.join(_COLUMNS)}。")
    grades = {}
    for item in filter(None, row["relevant"].split(";")):
        key, _, grade = item.partition(":")
        if grade not in ("1", "2", "3"):
            raise Invalid(f"第 {line} 行的“{item[:20]}”应写成 编号:等级，等级为 1、2 或 3。")
        grades[key.strip()] = int(grade)
    return Judged(row["qid"], row["query"], row["type"], grades)


def ndcg(ranked: Sequence[str], grades: dict[str, int], depth: int = DEPTH) -> float:
    """Normalised discounted cumulative gain with gain 2^grade−1; 1.0 when nothing is relevant and nothing is asked."""
    ideal = _gain(sorted(grades.values(), reverse=True)[:depth])
    return _gain([grades.get(key, 0) for key in ranked[:depth]]) / ideal if ideal else 1.0


def _gain(grades: Sequence[int]) -> float:
    return sum(float((1 << grade) - 1) / math.log2(place + 1) for place, grade in enumerate(grades, start=1))


def evaluate(
    judged: Sequence[Judged], answer: Callable[[str], Sequence[str]]
) -> tuple[Score, list[Score], list[float]]:
    """(the whole, each type in order of first appearance, nDCG of each query); ``answer`` gives ranked keys."""
    answers = [answer(item.query) for item in judged]
    scores = [ndcg(ranked, item.grades) for ranked, item in zip(answers, judged, strict=True)]
    empty = [not ranked for ranked in answers]
    types = list(dict.fromkeys(item.type for item in judged))
    by_type = [_mean(kind, [i for i, item in enumerate(judged) if item.type == kind], scores, empty) for kind in types]
    return _mean("全部", list(range(len(judged))), scores, empty), by_type, scores


def _mean(kind: str, chosen: list[int], scores: list[float], empty: list[bool]) -> Score:
    count = len(chosen)
    return Score(kind, count, sum(scores[i] for i in chosen) / count, sum(empty[i] for i in chosen) / count)
