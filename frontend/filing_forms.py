"""What units write into a row of the ledger, and what is said of it."""

from django import forms

from common.tabular import cells
from frontend.forms import CellField
from ledger.filing import COMMENT, LABELS, LONGEST, Words


def _lines(cell: str) -> str:
    """Several lines, as browsers send them."""
    return cells.text(LONGEST)(cell.replace("\r\n", "\n")) or ""


class WordsForm(forms.Form):
    """The last three columns."""

    progress = CellField(_lines, label=LABELS["progress"])
    problems = CellField(_lines, label=LABELS["problems"])
    next_steps = CellField(_lines, label=LABELS["next_steps"])

    def words(self) -> Words:
        return Words(**self.cleaned_data)


class ReturnForm(forms.Form):
    """Why a row is returned, or a report corrected."""

    reason = CellField(cells.required(cells.text(COMMENT)), label="写明原因")


class ObjectionForm(forms.Form):
    """What a supporting unit would change."""

    comment = CellField(cells.text(COMMENT), label="意见")
