"""What the stages of a referral are called, by kind: a guarantor issues a letter, an insurer a policy."""

from collections.abc import Mapping

from matching.cases.states import PROGRESS, State

_ENDS: dict[str, str] = {State.REFUSED: "已拒绝", State.WITHDRAWN: "已撤回", State.LAPSED: "超期转派"}
_LOAN = ("待响应", "已接单", "已联系", "尽调中", "已授信", "已签约", "已放款", "已结清")
_STAGES = {
    "贷": _LOAN,
    "租": _LOAN,
    "保": ("待响应", "已受理", "已联系", "评审中", "已批复", "已出函", "担保生效", "已解除"),
    "险": ("待响应", "已接单", "已联系", "报价中", "已承保", "已出单", "保险生效", "已到期"),
    "投": ("待响应", "已接单", "已联系", "尽调中", "已投决", "已签约", "已出资", "已退出"),
}
_LABELS: dict[str, dict[str, str]] = {
    kind: {**dict(zip(PROGRESS, stages, strict=True)), **_ENDS} for kind, stages in _STAGES.items()
}


def labels(kind: str) -> Mapping[str, str]:
    """State → label for referrals of ``kind`` (贷 保 险 投 租); KeyError for another."""
    return _LABELS[kind]
