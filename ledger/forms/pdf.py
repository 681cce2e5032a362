"""The form as a tagged PDF, set by Typst from ``ledger.typ``; texts go in as data and are never read as markup."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pylopdf_fonts_zh_cn
import typst

from common import clock
from ledger.forms.content import (
    CONTACT_HEADINGS,
    CONTACT_WIDTHS,
    HEADINGS,
    INDICATOR_HEADINGS,
    INDICATOR_WIDTHS,
    WIDTHS,
    Form,
)

TEMPLATE = Path(__file__).with_name("ledger.typ")


def pdf_bytes(form: Form) -> bytes:
    """The .pdf file: tagged (PDF/UA-1), A4 landscape, its fonts embedded."""
    content: dict[str, Any] = {
        **asdict(form),
        "headings": HEADINGS,
        "widths": WIDTHS,
        "indicator_headings": INDICATOR_HEADINGS,
        "indicator_widths": INDICATOR_WIDTHS,
        "contact_headings": CONTACT_HEADINGS,
        "contact_widths": CONTACT_WIDTHS,
    }
    data = json.dumps(content, ensure_ascii=False)
    try:
        return _set(data, standards="ua-1")
    except typst.TypstError:
        # PDF/UA allows no character its fonts lack. A name in Mongolian script is set all the same, still tagged, in
        # whatever font this machine has.
        return _set(data, standards=[])


def _set(data: str, standards: Any) -> bytes:
    made = typst.compile(
        TEMPLATE,
        format="pdf",
        font_paths=[pylopdf_fonts_zh_cn.serif_path().parent],
        ignore_system_fonts=bool(standards),
        sys_inputs={"form": data},
        pdf_standards=standards,
        timestamp=int(clock.now().timestamp()),
    )
    if not isinstance(made, bytes):
        raise TypeError("one document makes one file")
    return made
