"""A person's text → what must hold and what ranks. Engine-neutral."""

from collections import defaultdict
from collections.abc import Callable, Iterable

from search.analysis import lexicon, quantities, tokens
from search.analysis.correction import Repair
from search.analysis.normalise import clean, fold
from search.analysis.quantities import Quantity
from search.analysis.segmenter import Word
from search.asked import Asked
from search.clauses import ALL, GRAMS, AllOf, AtLeast, Clause, Range, Scoring, Term, Weighted
from search.declare import Document, Number
from search.language import Language
from search.query import MAX_TEXT, Understood
from search.weighing import (
    MAX_GRAM_WORD,
    PART,
    SYNONYM,
    WIDER_PLACE,
    WORD,
    Weigher,
    beside,
    best_of,
    lowered,
    pairs,
    parts_of,
)
from search.wording import covering, joined, looks_like_name, says_something, strays, whole

_MAX_WORDS = 24
_FITS, _NEARLY_FITS, _MAY_FIT, _EXACTLY, _IMPLIED = 1100, 600, 200, 300, 400
# A rate (basis points) so little above the one asked for is still worth a look.
_NEARLY = 50
# What so many rows hold does not make another row similar (per mille).
_COMMON = 250
# A firm younger than this (months) is what products for the young are made for.
_YOUNG, _YOUNG_WORD = 36, "初创"


class Asker:
    """Takes texts apart for one document; ``share`` tells how many rows in a thousand hold a token."""

    def __init__(self, document: Document, language: Language, share: Callable[[str], int]) -> None:
        self._document, self._language, self._share = document, language, share
        self._weigh = Weigher(document, language, share)

    def ask(self, text: str) -> Asked:
        """Never raises on text: what cannot be understood is simply not looked for."""
        folded = tokens.without_pledge(tokens.respelled(fold(clean(text, MAX_TEXT))))[: 2 * MAX_TEXT]
        asked = Asked(written=folded)
        found = quantities.scan(folded)
        for quantity in found:
            self._condition(asked, quantity, folded)
        words = self._words(asked, self._sounded(asked, _blanked(folded, found)))
        said = [word for word in words if says_something(word.text)]
        told = len(said) + len(found) + len(asked.groups) > 1
        hints = frozenset(lexicon.implied()) if told else frozenset()
        beside = hints | lexicon.context_words() if found else hints
        # A text of nothing but stop words or single characters (有吗、贷) is still a question about those.
        for word in said if said or found or asked.groups else words:
            self._word(
                asked, [word], counts=word.text not in beside, generic=told and self._language.is_generic(word.text)
            )
        if found and not said:
            # Figures alone are asked of a loan: a guarantor's fee would answer 3.5% as well.
            asked.scoring.extend(self._weigh.values(Word("贷款", ()), []).values())
        for word in words:
            self._loosely(asked, word)
            self._implied(asked, word)
        if not asked.near or not any(self._share(term.token) for term in asked.near):
            self._of_its_kind(asked, words)
        return asked

    def _condition(self, asked: Asked, quantity: Quantity, folded: str) -> None:
        token = Term(ALL, quantity.token)
        asked.needles[quantity.token] = None
        asked.scoring.append(self._weigh.best([(quantity.token, WORD)]))
        number = next((item for item in self._document.numbers if item.answers == quantity.kind), None)
        if quantity.kind is None or number is None:
            asked.groups.append(token)
            asked.scoring.append(Weighted(AllOf((token,)), _FITS))
            return
        strict = _bound(number, quantity.value, or_unknown=False)
        loose = _bound(number, quantity.value, or_unknown=True)
        label = f"{number.label} {'≥' if number.ceiling else '≤'} {folded[quantity.start : quantity.end].strip()}"
        asked.understood.append(Understood(quantity.kind, label, quantity.value, strict))
        nearly = [Range(number.name, quantity.value + 1, quantity.value + _NEARLY)] if quantity.kind == "rate" else []
        asked.groups.append(AtLeast((loose, token, *nearly)))
        asked.scoring.extend(Weighted(item, _NEARLY_FITS) for item in nearly)
        asked.scoring.append(Weighted(strict, _FITS))
        asked.scoring.append(Weighted(loose, _MAY_FIT))
        if quantity.kind == "rate":
            asked.scoring.append(Weighted(Range(number.name, quantity.value, quantity.value), _EXACTLY))
        if quantity.kind == "age" and quantity.value < _YOUNG:
            self._word(asked, [Word(_YOUNG_WORD, ())], counts=False)

    def _implied(self, asked: Asked, word: Word) -> None:
        """低息 asks for no figure, yet a low one fits it better."""
        for quantity in quantities.scan(lexicon.implied().get(word.text, "")):
            number = next((item for item in self._document.numbers if item.answers == quantity.kind), None)
            if number is not None:
                asked.scoring.append(Weighted(_bound(number, quantity.value, or_unknown=False), _IMPLIED))

    def _of_its_kind(self, asked: Asked, words: list[Word]) -> None:
        """Who asks for a bank nobody has listed is shown other banks."""
        for word in words:
            for item in dict.fromkeys(part for phrase in lexicon.equals(word.text) for part in whole(phrase).parts):
                asked.near[Term(ALL, item)] = None
                asked.scoring.extend(self._weigh.values(Word(item, ()), []).values())

    def _sounded(self, asked: Asked, rest: str) -> str:
        """``rest`` with what was typed by sound written in Han; several words of one sound become a group."""
        latin = any("a" <= char <= "z" for char in rest)
        for item in reversed(self._language.romanised.decode(rest, self._is_written)) if latin else ():
            if len(item.choices) > 1:
                self._word(asked, [whole(choice) for choice in item.choices], counts=True)
            # Both have the same places: quantities are blanks in ``rest``.
            asked.correct(item.start, item.end, item.choices[0])
            inline = item.choices[0] if len(item.choices) == 1 else " "
            rest = rest[: item.start] + inline + rest[item.end :]
        return rest

    def _is_written(self, run: str) -> bool:
        return self._share(run) > 0 or run in lexicon.latin_words()

    def _words(self, asked: Asked, rest: str) -> list[Word]:
        """The words of ``rest``; a stretch that is probably mistyped becomes a group of its repairs."""
        words: list[Word] = []
        for run in tokens.name_runs(rest):
            pieces = lexicon.without_questions(run)
            if self._repaired(asked, words, pieces):
                continue
            # 专利能不能抵押 asks for 专利抵押: what a question phrase parts belongs together.
            piece = "".join(pieces)
            plain = list(tokens.words_of(piece))
            named = self._language.is_name(piece) or looks_like_name(piece, plain)
            words.extend([whole(piece)] if named else joined(plain, self._is_used))
            self._resembling(asked, piece)
        return self._rarest(list(dict.fromkeys(words)))

    def _resembling(self, asked: Asked, piece: str) -> None:
        """A text one character from a name ranks that name, though its words may all be meant as they are."""
        for candidate in self._language.corrector.resembling(piece):
            asked.scoring.extend(map(lowered, self._weigh.name(candidate, loosely=False).values()))

    def _repaired(self, asked: Asked, words: list[Word], pieces: list[str]) -> bool:
        """Whether one of ``pieces`` was repaired; then all of them are dealt with."""
        repairs = [self._repair(piece) for piece in pieces]
        for piece, repair in zip(pieces, repairs, strict=True) if any(repairs) else ():
            if repair is None:
                words.extend(tokens.words_of(piece))
                continue
            words.extend(tokens.words_of(piece[: repair.start]))
            self._word(asked, [whole(candidate) for candidate in repair.candidates], counts=True)
            words.extend(tokens.words_of(piece[repair.end :]))
            fixed = piece[: repair.start] + repair.candidates[0] + piece[repair.end :]
            start = asked.written.find(piece)
            asked.correct(start, start + len(piece), fixed)
        return any(repairs)

    def _repair(self, piece: str) -> Repair | None:
        plain = list(tokens.words_of(piece))
        corrector = self._language.corrector
        return corrector.repair(piece, self._suspects(plain)) or corrector.repair(piece, strays(plain), surely=True)

    def _rarest(self, words: list[Word]) -> list[Word]:
        """At most _MAX_WORDS, those that tell most, in the order written."""
        if len(words) <= _MAX_WORDS:
            return words
        kept = sorted(words, key=lambda word: -self._weigh.rarity(word.text) * (word.text not in lexicon.stopwords()))[
            :_MAX_WORDS
        ]
        return [word for word in words if word in kept]

    def _suspects(self, words: list[Word]) -> list[int]:
        """Positions of what no row holds, or of single characters in a row, within a run of Han."""
        positions: list[int] = []
        start, alone = 0, 0
        for word in words:
            size = len(word.text)
            alone = alone + 1 if size == 1 and tokens.is_han(word.text) else 0
            strange = size > 1 and tokens.is_han(word.text) and not self._is_known(word.text)
            if strange or alone > 1:
                positions.extend(range(start - (alone > 1), start + size))
            start += size
        return positions

    def _is_used(self, word: str) -> bool:
        return self._is_known(word) or self._language.is_in_name(word)

    def _is_known(self, word: str) -> bool:
        listed = word in lexicon.domain_words() or word in lexicon.stopwords()
        return listed or self._share(word) > 0

    def _word(self, asked: Asked, spellings: list[Word], *, counts: bool, generic: bool = False) -> None:
        """One word, or what it may stand for: how it ranks and, when it ``counts``, the group that asks for it.

        A ``generic`` word (贷款) beside others only says which kind is meant: whether a name repeats it tells nothing.
        """
        group: list[Clause] = []
        ranks: dict[str, list[Weighted]] = defaultdict(list)
        for place, word in enumerate(spellings):
            alternatives, ranked = self._alike(asked, word)
            group.extend(alternatives)
            for kind, item in self._ranks(word, ranked, alone=len(spellings) == 1, generic=generic).items():
                # A row is what it reads best as: what several readings have in common must not add up.
                ranks[kind].extend(parts_of(lowered(item) if place else item))
        asked.scoring.extend(map(best_of, ranks.values()))
        if counts:
            asked.groups.append(AtLeast(tuple(dict.fromkeys(group))))
            if not any(map(self._can_hold, group)):
                asked.idle.add(asked.groups[-1])

    def _ranks(self, word: Word, ranked: list[tuple[str, int]], *, alone: bool, generic: bool) -> dict[str, Scoring]:
        values = self._weigh.values(word, ranked)
        if generic:
            return values
        names = self._weigh.name(word.text, loosely=alone)
        if not alone and self._language.is_name(word.text):
            # Whether the segmenter kept a name whole says nothing between names.
            return {**names, **values}
        # Of several readings each is meant as a whole.
        return {"text": self._weigh.best(ranked if alone else ranked[:1]), **names, **values}

    def _can_hold(self, clause: Clause) -> bool:
        """Whether rows hold every token that ``clause`` needs, be it not together."""
        match clause:
            case Term():
                return (
                    self._language.is_in_name(clause.token) if clause.field == GRAMS else self._share(clause.token) > 0
                )
            case AllOf():
                return all(map(self._can_hold, clause.clauses))
            case _:
                return True

    def _alike(self, asked: Asked, word: Word) -> tuple[list[Clause], list[tuple[str, int]]]:
        """(clauses any of which satisfies ``word``, tokens that rank for it with their share in hundredths)."""
        alternatives: list[Clause] = [Term(ALL, tokens.concept(word.text)), *_in_names(word.text)]
        ranked = [(tokens.concept(word.text), WORD)]
        if pieces := covering(word):
            alternatives.append(_held(pieces))
            if word.text not in lexicon.domain_words():
                ranked.extend((part, WORD) for part in pieces)
        for phrase in lexicon.synonyms().get(word.text, ()):
            inner = [item.text for item in tokens.words_of(phrase)]
            alternatives.append(_held(inner))
            if phrase not in lexicon.equals(word.text):
                ranked.extend((tokens.concept(item), SYNONYM) for item in inner)
            asked.needles[phrase] = None
        asked.scoring.extend(self._weigh.place(word.text))
        for step, place in enumerate(lexicon.parents().get(word.text, ()), start=1):
            alternatives.append(Term(ALL, place))
            ranked.append((place, WIDER_PLACE // step))
        ranked.extend((part, PART) for part in word.parts if part not in lexicon.stopwords())
        asked.needles[word.text] = None
        return alternatives, ranked

    def _loosely(self, asked: Asked, word: Word) -> None:
        """What a word has in common with rows that do not hold it: its parts, and pairs of characters in names."""
        for part in word.parts:
            if part not in lexicon.stopwords():
                asked.needles[part] = None
        if word.text in lexicon.stopwords():
            return
        for token in (word.text, *word.parts):
            if len(token) > 1 and 0 < self._share(token) <= _COMMON:
                asked.near[Term(ALL, token)] = None
        if len(word.text) > 1:
            asked.near.update((Term(GRAMS, pair), None) for pair in pairs(word.text))


def _bound(number: Number, value: int, *, or_unknown: bool) -> Range:
    if number.ceiling:
        return Range(number.name, low=value, or_unknown=or_unknown)
    return Range(number.name, high=value, or_unknown=or_unknown)


def _blanked(text: str, found: list[Quantity]) -> str:
    for quantity in found:
        text = text[: quantity.start] + " " * (quantity.end - quantity.start) + text[quantity.end :]
    return text


def _held(words: Iterable[str]) -> AllOf:
    return AllOf(tuple(Term(ALL, word) for word in words))


def _in_names(word: str) -> list[Clause]:
    """The word as characters side by side in a name, whatever the segmenter made of that name."""
    if len(word) > MAX_GRAM_WORD:
        return []
    return [beside(word)]
