"""Reads of what the office taught search."""

from django.db.models import QuerySet

from search.models import Synonym


def office_words() -> QuerySet[Synonym]:
    """Every word the office added, with who added it."""
    return Synonym.objects.select_related("made_by")


def office_word(number: str) -> Synonym | None:
    """The one with this number as an address names it; None for any other text."""
    return Synonym.objects.filter(pk=number).first() if number.isdecimal() and len(number) < 19 else None
