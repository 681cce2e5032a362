"""What a plan means, spelled out over rows one by one; and random rows and plans to compare engines with."""

import math
import random
from collections import Counter

from search.clauses import (
    ALL,
    GRAMS,
    AllOf,
    AtLeast,
    Clause,
    Eq,
    Filter,
    In,
    Overlaps,
    Range,
    Scoring,
    Term,
    Weighted,
    filtered_fields,
)
from search.declare import Sort
from search.plan import AnalysedRow, Plan
from tests.search.shelf import SHELF

WORDS = ["贷款", "信用", "科创", "人才", "担保", "amt:5000000", "lpr", "专精特新"]
KINDS = ["贷", "保", "险", "投"]
BANKS = ["甲银行", "乙银行", "丙担保"]


def holds(row: AnalysedRow, clause: Clause) -> bool:
    match clause:
        case Term():
            return clause.token in row.tokens[clause.field]
        case AllOf():
            return all(holds(row, item) for item in clause.clauses)
        case AtLeast():
            return sum(holds(row, item) for item in clause.clauses) >= clause.minimum
        case Eq():
            return clause.value in row.keywords[clause.field]
        case In():
            return any(value in row.keywords[clause.field] for value in clause.values)
        case Range():
            return _in_range(row.numbers.get(clause.field), clause)
        case Overlaps():
            return _overlaps(row, clause)


def _in_range(value: int | None, clause: Range) -> bool:
    if value is None:
        return clause.or_unknown
    return (clause.low is None or value >= clause.low) and (clause.high is None or value <= clause.high)


def _overlaps(row: AnalysedRow, clause: Overlaps) -> bool:
    low, high = row.numbers.get(clause.low_field), row.numbers.get(clause.high_field)
    if low is None and high is None:
        return clause.or_unknown
    reaches = high is None or clause.low is None or high >= clause.low
    starts = low is None or clause.high is None or low <= clause.high
    return reaches and starts


def selected(rows: list[AnalysedRow], plan: Plan, ignoring: str | None = None) -> list[AnalysedRow]:
    kept = [item for item in plan.filters if ignoring is None or ignoring not in filtered_fields(item)]
    return [
        row for row in rows if (plan.match is None or holds(row, plan.match)) and all(holds(row, item) for item in kept)
    ]


class Bm25:
    """Exact BM25 over all rows: true lengths, every row counted, also those without the field."""

    def __init__(self, rows: list[AnalysedRow]) -> None:
        self._rows = rows
        self._counts = [{field: Counter(tokens) for field, tokens in row.tokens.items()} for row in rows]
        self._holding = Counter((field, token) for row in self._counts for field, held in row.items() for token in held)
        self._mean = {field: sum(len(row.tokens[field]) for row in rows) / len(rows) for field in rows[0].tokens}

    def ranked(self, plan: Plan) -> list[tuple[str, float]]:
        """Key and score of all that ``plan`` selects, best first."""
        chosen = {row.key for row in selected(self._rows, plan)}
        scored = [
            (row.key, sum(self._scoring(index, item) for item in plan.scoring))
            for index, row in enumerate(self._rows)
            if row.key in chosen
        ]
        return sorted(scored, key=lambda item: (-item[1], item[0]))

    def _scoring(self, index: int, item: Scoring) -> float:
        if isinstance(item, Weighted):
            relevance = self._relevance(index, item.clause) if isinstance(item.clause, Term) else None
            return item.weight / 100 * (holds(self._rows[index], item.clause) if relevance is None else relevance)
        scores = [self._scoring(index, part) for part in item.items]
        return max(scores) + item.spill / 100 * (sum(scores) - max(scores))

    def _relevance(self, index: int, term: Term) -> float:
        often = self._counts[index][term.field][term.token]
        if not often:
            return 0.0
        holding = self._holding[term.field, term.token]
        rarity = math.log(1 + (len(self._rows) - holding + 0.5) / (holding + 0.5))
        length = len(self._rows[index].tokens[term.field]) / self._mean[term.field]
        return rarity * 2.2 * often / (often + 1.2 * (0.25 + 0.75 * length))


def facet(rows: list[AnalysedRow], plan: Plan, name: str) -> list[tuple[str, int]]:
    counts = Counter(value for row in selected(rows, plan, name) for value in set(row.keywords[name]))
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))


def in_order(rows: list[AnalysedRow], plan: Plan, sort: Sort) -> list[str]:
    sign = -1 if sort.descending else 1

    def place(row: AnalysedRow) -> tuple[bool, int, str]:
        value = row.numbers.get(sort.field)
        return value is None, sign * (value or 0), row.key

    return [row.key for row in sorted(selected(rows, plan), key=place)]


def random_rows(chance: random.Random, count: int) -> list[AnalysedRow]:
    rows = []
    for number in range(count):
        fields = {text.name: chance.choices(WORDS, k=chance.randint(0, 4)) for text in SHELF.texts}
        numbers = {
            name: chance.randint(0, 5) * 100 for name in ("amount", "floor", "rate", "term") if chance.random() < 0.6
        }
        rows.append(
            AnalysedRow(
                key=f"K{number:04}",
                tokens={
                    **fields,
                    ALL: [word for words in fields.values() for word in words],
                    GRAMS: [char for word in fields["name"] for char in word],
                },
                keywords={
                    "kinds": chance.sample(KINDS, chance.randint(0, 3)),
                    "bank": chance.sample(BANKS, chance.randint(0, 1)),
                },
                numbers=numbers,
            )
        )
    return rows


def random_filter(chance: random.Random) -> Filter:
    low, high = sorted((chance.randint(-100, 600), chance.randint(-100, 600)))
    bounds = {"low": chance.choice([None, low]), "high": chance.choice([None, high])}
    unknown = chance.random() < 0.5
    choices: list[Filter] = [
        Eq("bank", chance.choice(BANKS)),
        In("kinds", tuple(chance.sample(KINDS, chance.randint(0, 3)))),
        Range(chance.choice(["amount", "rate"]), **bounds, or_unknown=unknown),
        Overlaps("floor", "amount", **bounds, or_unknown=unknown),
    ]
    return chance.choice(choices)


def random_clause(chance: random.Random, depth: int = 2) -> Clause:
    if depth == 0 or chance.random() < 0.4:
        field = chance.choice([ALL, "name", "notes"])
        return Term(field, chance.choice(WORDS)) if chance.random() < 0.8 else random_filter(chance)
    inner = tuple(random_clause(chance, depth - 1) for _ in range(chance.randint(1, 3)))
    return AllOf(inner) if chance.random() < 0.5 else AtLeast(inner, chance.randint(1, len(inner)))


def random_plan(chance: random.Random) -> Plan:
    return Plan(
        match=random_clause(chance) if chance.random() < 0.8 else None,
        scoring=tuple(Weighted(Term("name", word), 100 * chance.randint(1, 3)) for word in chance.sample(WORDS, 3)),
        filters=tuple(random_filter(chance) for _ in range(chance.randint(0, 3))),
        facets=("kinds", "bank"),
        sort=chance.choice([None, *SHELF.sorts]),
        size=chance.choice([1, 7, 20]),
    )
