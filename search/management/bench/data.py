"""A synthetic corpus with the shape of the catalogue's analysed rows, and the queries asked of it; seeded."""

import random
from collections.abc import Sequence
from itertools import accumulate

from search.clauses import ALL, GRAMS, AtLeast, Eq, Filter, Overlaps, Range, Term, Weighted
from search.declare import Document, Keyword, Number, Sort, Text
from search.plan import AnalysedRow, Plan

FACETS = ("category", "region", "guarantee", "institution")
_VOCABULARY, _NAME, _BODY = 17_000, (4, 8), (110, 240)
_VALUES = {"category": 5, "region": 20, "guarantee": 8, "institution": 50}
_TEXTS, _BROWSES = 150, 50

BENCH = Document(
    name="bench",
    label="测量",
    texts=(Text("name", 400), Text("body", 100)),
    keywords=tuple(Keyword(name, name) for name in FACETS),
    numbers=(Number("low", "下限"), Number("high", "上限"), Number("rate", "利率")),
    sorts=(Sort("rate", "利率", "rate"),),
    build=lambda keys: [],
    keys=list,
)


def rows(count: int) -> list[AnalysedRow]:
    """``count`` rows of about 180 tokens, frequent ones as frequent as words are."""
    chance = random.Random(20261123)
    words = [f"w{number}" for number in range(_VOCABULARY)]
    weights = list(accumulate(1 / (number + 25) for number in range(_VOCABULARY)))
    made = []
    for number in range(count):
        name = chance.choices(words, cum_weights=weights, k=chance.randint(*_NAME))
        body = chance.choices(words, cum_weights=weights, k=chance.randint(*_BODY))
        low = chance.randint(1, 40) * 100_000
        made.append(
            AnalysedRow(
                key=f"K{number:07}",
                tokens={"name": name, "body": body, ALL: name + body, GRAMS: []},
                keywords={field: [f"{field}{chance.randrange(size)}"] for field, size in _VALUES.items()},
                numbers={"low": low, "high": low * chance.randint(2, 20), "rate": chance.randint(250, 900)},
                source={"name": " ".join(name)},
            )
        )
    return made


def plans(corpus: Sequence[AnalysedRow]) -> list[Plan]:
    """150 texts (any word holds; half filtered, 15 % by rate) and 50 lists without words; all with four facets."""
    chance = random.Random(7)
    return [_text(chance, corpus) for _ in range(_TEXTS)] + [
        Plan(filters=_filters(chance), facets=FACETS, sort=BENCH.sorts[0], size=10) for _ in range(_BROWSES)
    ]


def _text(chance: random.Random, corpus: Sequence[AnalysedRow]) -> Plan:
    row = chance.choice(corpus)
    words = list(dict.fromkeys([chance.choice(row.tokens["name"]), *chance.choices(row.tokens["body"], k=2)]))
    return Plan(
        match=AtLeast(tuple(Term(ALL, word) for word in words)),
        scoring=tuple(Weighted(Term(item.name, word), item.weight) for word in words for item in BENCH.texts),
        filters=_filters(chance) if chance.random() < 0.5 else (),
        facets=FACETS,
        sort=BENCH.sorts[0] if chance.random() < 0.15 else None,
        size=10,
    )


def _filters(chance: random.Random) -> tuple[Filter, ...]:
    amount, rate = chance.randint(5, 100) * 100_000, chance.randint(250, 500)
    choices: tuple[Filter, ...] = (
        Eq("category", f"category{chance.randrange(5)}"),
        Eq("region", f"region{chance.randrange(20)}"),
        Overlaps("low", "high", low=amount, high=amount),
        Range("rate", low=rate, high=rate + 300),
    )
    return tuple(chance.sample(choices, chance.randint(1, 2)))


def words_of(plan: Plan) -> list[str]:
    """The words ``plan`` asks for."""
    asked = plan.match.clauses if isinstance(plan.match, AtLeast) else ()
    return [item.token for item in asked if isinstance(item, Term)]
