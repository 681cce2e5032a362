"""The ledger as the files people send: one text, three formats."""

from collections.abc import Callable

from ledger.forms.content import HEADINGS, Form, form_of
from ledger.forms.docx import docx_bytes
from ledger.forms.pdf import pdf_bytes
from ledger.forms.xlsx import xlsx_bytes
from ledger.selectors import LedgerTable

__all__ = ["FORMATS", "HEADINGS", "MEDIA_TYPES", "Form", "form_bytes"]

FORMATS: dict[str, Callable[[Form], bytes]] = {"xlsx": xlsx_bytes, "docx": docx_bytes, "pdf": pdf_bytes}
MEDIA_TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "pdf": "application/pdf",
}


def form_bytes(table: LedgerTable, kind: str) -> bytes:
    """The form of ``table`` as a file of ``kind`` (a key of FORMATS)."""
    return FORMATS[kind](form_of(table))
