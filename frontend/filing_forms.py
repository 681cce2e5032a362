"""What units write into a row of the ledger, and what is said of it."""

import unicodedata

from django import forms

from frontend.forms import CellField
from ledger.filing_rows import LABELS

# Invisible characters that Mongolian is written with; others come along when text is pasted and say nothing.
_KEPT = "\n\t\u180e\u200c\u200d"


def _lines(cell: str) -> str:
    """Lines as browsers send them, without what cannot be seen; whether they are too long, the service says."""
    sent = cell.replace("\r\n", "\n")
    seen = (char for char in sent if char in _KEPT or unicodedata.category(char) not in ("Cc", "Cf", "Cs"))
    return "".join(seen).strip()


def _reason(cell: str) -> str:
    if text := _lines(cell):
        return text
    raise ValueError("请写明原因")


class WordsForm(forms.Form):
    """The last three columns."""

    progress = CellField(_lines, label=LABELS["progress"])
    problems = CellField(_lines, label=LABELS["problems"])
    next_steps = CellField(_lines, label=LABELS["next_steps"])


class ReturnForm(forms.Form):
    """Why a row is returned, a report corrected or taken back."""

    reason = CellField(_reason, label="写明原因")


class ObjectionForm(forms.Form):
    """What a supporting unit would change."""

    comment = CellField(_lines, label="意见")
