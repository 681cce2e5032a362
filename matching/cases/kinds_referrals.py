"""Kinds of posting that referrals and service logs make."""

from journal.registry import Kind

DISPATCHED, RESPONDED, SERVED = "referral_dispatched", "referral_responded", "service_logged"

KINDS = (
    Kind(DISPATCHED, "需求派单", {"kind": "类别", "channel": "来路"}),
    Kind(RESPONDED, "派单响应", {"kind": "类别", "answer": "答复", "within_time": "时限内（是/否）"}),
    Kind(SERVED, "特派员服务", {"way": "方式"}),
)
