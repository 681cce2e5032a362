"""Names of credit kinds: banks abbreviate, definitions do not."""

from collections.abc import Collection

_FULL = {
    "流贷": "流动资金贷款",
    "固贷": "固定资产贷款",
    "贴现": "票据贴现",
    "经营贷": "经营性贷款",
    "个人经营贷": "个人经营性贷款",
    "融租": "融资租赁",
    "银承": "银行承兑汇票",
}


def named(kind: str) -> str:
    """``kind`` under its full name; one not known stays as written."""
    plain = kind.strip()
    return _FULL.get(plain, plain)


def covered(kind: str, listed: Collection[str]) -> bool:
    """True when ``kind`` is among ``listed``; the general 贷款 covers every kind of loan."""
    full = named(kind)
    return full in listed or ("贷款" in listed and full.endswith(("贷", "贷款")))
