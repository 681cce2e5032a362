"""Whom to call at a firm: shown on request alone, to who may have it, and written down with the reason."""

from django.db import transaction

from accounts.models import Party, User
from common import audit
from common.errors import Invalid, Missing, NotAllowed
from enterprises.selectors import contacts_of
from matching.cases.policies import can

# Closed, so that the trail holds no words about anybody.
REASONS = {"first": "首次联系", "visit": "约定走访", "check": "核对资料", "progress": "跟进办理进度"}


@transaction.atomic
def contact_show(*, actor: User, party: Party, reason: str) -> tuple[str, str]:
    """(name, telephone) of ``party``; Invalid without a reason of REASONS, Missing where none is registered."""
    if not can(actor, "contact", party):
        raise NotAllowed("只有这一户的特派员、本单位，或已取得联系授权的机构能查看联系方式。")
    if reason not in REASONS:
        raise Invalid("请选择查看联系方式的事由。", field="reason")
    found = contacts_of([party.pk]).get(party.pk)
    if found is None:
        raise Missing("这一户还没有登记联系电话，请向金融办了解。")
    audit.record("personal_data_view", actor=actor, obj=party, what="contact", reason=reason)
    return found
