"""How much it counts that a row holds a word: in which field, how rare the word is, as a name, as a value."""

import math
from collections.abc import Callable, Iterable, Iterator

from search.analysis import lexicon, tokens
from search.analysis.segmenter import Word
from search.clauses import GRAMS, AllOf, AtLeast, BestOf, Clause, Scoring, Term, Weighted
from search.declare import Document
from search.language import Language

MAX_GRAM_WORD = 12
_MAX_NAME = 10
# Hundredths of the field's own weight. A part says less than the word, a synonym less than what was typed.
WORD, EQUAL, SYNONYM, WIDER_PLACE, PART = 100, 95, 75, 40, 20
_PAIR, _IN_NAME, _BEGINS, _WHOLE = 60, 600, 300, 600
_VALUE, _PLACE = 700, 600
# What else a slip or a sound may stand for ranks after what it most probably does.
_RIVAL = 70


class Weigher:
    """Weighs words for one document; ``share`` tells how many rows in a thousand hold a token."""

    def __init__(self, document: Document, language: Language, share: Callable[[str], int]) -> None:
        self._document, self._language, self._share = document, language, share

    def best(self, ranked: Iterable[tuple[str, int]]) -> BestOf:
        """The best field for the best of tokens, each with its share in hundredths."""
        weights: dict[Term, int] = {}
        for token, share in ranked:
            rarity = self.rarity(token)
            for text in self._document.texts:
                term = Term(text.name, token)
                weights[term] = max(weights.get(term, 0), text.weight * share * rarity // 10_000)
        return BestOf(tuple(Weighted(term, weight) for term, weight in weights.items()))

    def name(self, word: str, *, loosely: bool) -> dict[str, Scoring]:
        """A word, or one of the same meaning, inside a name; more where a name begins with it or is nothing else."""
        if len(word) > MAX_GRAM_WORD:
            return {}
        spelled = (word, *lexicon.equals(word))
        rarity = self.rarity(tokens.concept(word))
        begins = Weighted(AtLeast(tuple(_begins(item) for item in spelled)), _BEGINS * rarity // 100)
        if len(word) < 2:
            return {"begins": begins}
        inside = AtLeast(tuple(beside(item) for item in spelled))
        wholes = AtLeast(tuple(Term(GRAMS, tokens.whole(item)) for item in spelled))
        ranks: dict[str, Scoring] = {
            "begins": begins,
            "inside": Weighted(inside, _IN_NAME * rarity * (len(word) - 1) // (100 * _MAX_NAME)),
            "whole": Weighted(wholes, _WHOLE * rarity // 100),
        }
        if loosely and len(spelled) == 1:
            in_common = (Weighted(Term(GRAMS, pair), _PAIR * rarity // 100) for pair in pairs(word))
            ranks["pairs"] = BestOf(tuple(in_common))
        return ranks

    def values(self, word: Word, ranked: list[tuple[str, int]]) -> dict[str, Scoring]:
        """What a word names as a value (担保方式、资质、类别) counts the same however often texts repeat it."""
        named = [(word.text, WORD), *ranked]
        for phrase in lexicon.synonyms().get(word.text, ()):
            named.append((phrase, EQUAL if phrase in lexicon.equals(word.text) else SYNONYM))
        if len(word.text) > 1 and tokens.is_han(word.text):
            named.append((word.text[-1], SYNONYM))
        shares: dict[Clause, int] = {}
        for token, share in named:
            for value in self._language.values(token):
                shares[value] = max(shares.get(value, 0), share)
        if not shares:
            return {}
        return {"values": BestOf(tuple(Weighted(value, _VALUE * share // 100) for value, share in shares.items()))}

    def place(self, word: str) -> Iterator[Scoring]:
        """A place in the field that names places."""
        for text in self._document.texts:
            if text.places and word in lexicon.parents():
                yield Weighted(AllOf((Term(text.name, word),)), _PLACE)

    def rarity(self, token: str) -> int:
        """Hundredths: how much a token tells among all rows. A word rare in names may be common everywhere else."""
        return round(100 * math.log(1 + 1000 / max(1, self._share(token))) / math.log(1001))


def lowered(item: Scoring) -> Scoring:
    """``item`` for a reading less probable than the first."""
    if isinstance(item, Weighted):
        return Weighted(item.clause, item.weight * _RIVAL // 100)
    return BestOf(tuple(Weighted(part.clause, part.weight * _RIVAL // 100) for part in item.items), item.spill)


def parts_of(item: Scoring) -> tuple[Weighted, ...]:
    """The weighted clauses of ``item``."""
    return (item,) if isinstance(item, Weighted) else item.items


def best_of(items: list[Weighted]) -> Scoring:
    """The best of ``items``."""
    return items[0] if len(items) == 1 else BestOf(tuple(items))


def pairs(word: str) -> list[str]:
    """The grams of ``word``: its pairs of characters, or the one character it is."""
    return [word] if len(word) == 1 else [word[index : index + 2] for index in range(len(word) - 1)]


def beside(word: str) -> AllOf:
    """The characters of ``word`` side by side in names."""
    return AllOf(tuple(Term(GRAMS, pair) for pair in pairs(word)))


def _begins(word: str) -> AllOf:
    return AllOf((Term(GRAMS, tokens.first(word)), *beside(word).clauses))
