"""The codes that parties are known by, read the same however people type them."""

import re
import unicodedata

from stdnum.cn import uscc
from stdnum.exceptions import ValidationError

_CODE = re.compile(r"[^;,]{1,40}")


def plain_code(text: str) -> str:
    """``text`` in half-width capitals, without blanks and invisible characters: one spelling for one party."""
    folded = unicodedata.normalize("NFKC", text).upper()
    return "".join(char for char in folded if not char.isspace() and unicodedata.category(char) not in ("Cc", "Cf"))


def party_code(cell: str) -> str | None:
    """Credit code or talent code of at most 40 characters, in its one spelling; None for an empty cell."""
    if not cell:
        return None
    code = plain_code(cell)
    if not _CODE.fullmatch(code):
        raise ValueError("编码最多 40 个字，不能含逗号和分号")
    return code


def credit_code(cell: str) -> str | None:
    """统一社会信用代码 with a valid check digit (GB 32100-2015, python-stdnum); None for an empty cell."""
    if not cell:
        return None
    try:
        return str(uscc.validate(plain_code(cell)))
    except ValidationError:
        raise ValueError(f"“{cell[:20]}”不是有效的统一社会信用代码（18 位，含校验码），请核对营业执照") from None
