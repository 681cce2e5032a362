"""首贷: a signed definition, a bank's attested claim, and a confirmation that happens once ever, city-wide."""

import hashlib
import hmac
from collections.abc import Sequence
from datetime import date
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction

from accounts.models import Party, Role, User
from common import audit, clock
from common.errors import Conflict, Invalid, NotAllowed
from journal.services import post
from matching.cases.credit_kinds import named
from matching.cases.first_loan_checks import definition_on, problems_of
from matching.cases.first_loan_doubts import doubt, tell_bank
from matching.cases.kinds_financings import FIRST_LOAN
from matching.cases.money_policies import may_record
from matching.cases.states_first import MACHINE, OFFICE, SIGNERS, State
from matching.models import Financing, FirstLoanClaim, FirstLoanDefinition


def party_key(party: Party) -> str:
    """The keyed fingerprint of ``party`` that outlives its erasure (hex)."""
    return hmac.new(settings.AUDIT_KEY.encode(), f"first-loan:{party.code}".encode(), hashlib.sha256).hexdigest()


@transaction.atomic
def definition_sign(
    *,
    actor: User,
    version: str,
    effective_from: date,
    record_blocks: Sequence[str],
    loan_counts: Sequence[str],
    document: str,
    query_within_days: int = 30,
) -> FirstLoanDefinition:
    """Sign what counts as a first loan from ``effective_from`` on; the newest in force decides, none is ever edited.

    The same version with the same content again returns the first one.
    """
    _require(actor, SIGNERS, "首贷口径由金融办审签人签发。")
    content: dict[str, Any] = {
        "effective_from": effective_from,
        "record_blocks": [named(kind) for kind in record_blocks],
        "loan_counts": [named(kind) for kind in loan_counts],
        "document": document.strip(),
        "query_within_days": query_within_days,
    }
    _check_definition(version, content["document"], loan_counts, query_within_days)
    known = FirstLoanDefinition.objects.filter(version=version).first()
    if known is not None:
        if any(getattr(known, name) != value for name, value in content.items()):
            raise Conflict(f"口径 {version} 已签发，不能更改；请用新版本号另行签发。", field="version")
        return known
    if FirstLoanDefinition.objects.filter(effective_from__gte=effective_from).exists():
        raise Conflict("已有同日或更晚施行的口径，请把施行日期定在其后。", field="effective_from")
    definition = FirstLoanDefinition.objects.create(version=version, signed_by=actor, **content)
    audit.record("first_loan_definition", actor=actor, obj=definition, version=version)
    return definition


def _check_definition(version: str, document: str, loan_counts: Sequence[str], days: int) -> None:
    faults = (
        ("version", not version.strip() or len(version) > 20, "请填写版本号，最多 20 个字。"),
        ("document", not document or len(document) > 200, "请填写依据文件，最多 200 个字。"),
        ("loan_counts", not loan_counts, "请至少列一个计入首贷的业务品种。"),
        ("query_within_days", not 1 <= days <= 365, "查询有效天数应在 1 与 365 之间。"),
    )
    for field, wrong, message in faults:
        if wrong:
            raise Invalid(message, field=field)


@transaction.atomic
def candidate_declare(*, actor: User, party: Party) -> FirstLoanClaim:
    """A party says that it never had a loan: a candidate for banks to look at, never more than that."""
    if actor.party_id != party.pk and not actor.has_role(Role.SYSTEM):
        raise NotAllowed("只能由本主体的经办人自行申报。")
    key = party_key(party)
    Party.objects.select_for_update(of=("self",)).get(pk=party.pk)
    earlier = FirstLoanClaim.objects.filter(party_key=key).exclude(state=State.REJECTED).order_by("pk").first()
    if earlier is not None:
        raise Conflict(f"已有一条首贷记录（{earlier.get_state_display()}），不必再申报。")
    claim = FirstLoanClaim.objects.create(party=party, party_key=key, declared_by=actor)
    audit.record("first_loan_candidate", actor=actor, obj=claim)
    return claim


@transaction.atomic
def first_loan_claim(
    *, actor: User, financing: Financing, query_on: date, operator: str, prior_credit_kinds: Sequence[str]
) -> FirstLoanClaim:
    """The bank attests what the credit report showed before ``financing``: a claim in state 银行已申报.

    Two banks may claim one party; which is right is decided at confirmation. The same claim again is the first one.
    """
    if not may_record(actor, financing.institution):
        raise NotAllowed("首贷由放款机构申报。")
    _check_claim(financing, query_on, operator)
    content: dict[str, Any] = {
        "query_on": query_on,
        "operator": operator.strip(),
        "prior_credit_kinds": [named(kind) for kind in prior_credit_kinds],
    }
    known = FirstLoanClaim.objects.select_for_update(of=("self",)).filter(financing=financing).first()
    if known is not None:
        if any(getattr(known, name) != value for name, value in content.items()):
            raise Conflict(f"业务 {financing.serial} 已申报首贷且内容不同，请联系金融办驳回后重报。", field="serial")
        return known
    content |= {
        "financing": financing,
        "institution": financing.institution,
        "definition": definition_on(financing.disbursed_on),
        "declared_by": actor,
    }
    claim = _declared(actor, financing.party, content)
    audit.record("first_loan_claim", actor=actor, obj=claim, serial=financing.serial)
    return claim


def _declared(actor: User, party: Party, content: dict[str, Any]) -> FirstLoanClaim:
    """The party's own candidate taken up, or a new claim."""
    key = party_key(party)
    rows = FirstLoanClaim.objects.select_for_update(of=("self",)).filter(party_key=key, state=State.CANDIDATE)
    candidate = rows.order_by("pk").first()
    if candidate is None:
        return FirstLoanClaim.objects.create(party=party, party_key=key, state=State.DECLARED, **content)
    MACHINE.move(candidate, State.DECLARED, actor=actor, **content)
    return candidate


def _check_claim(financing: Financing, query_on: date, operator: str) -> None:
    reversed_already = Financing.objects.filter(reversal_of=financing).exists()
    if financing.kind != "贷" or financing.reversal_of_id is not None or reversed_already:
        raise Conflict("只有未冲正的贷款可以申报首贷。", field="first_loan_claimed")
    if query_on > financing.disbursed_on:
        raise Invalid(f"征信查询日期应不晚于放款日期 {financing.disbursed_on}。", field="credit_query_on")
    if not operator.strip() or len(operator) > 60:
        raise Invalid("请填写查询经办人，最多 60 个字。", field="operator")


@transaction.atomic
def first_loan_verify(*, actor: User, claim: FirstLoanClaim) -> FirstLoanClaim:
    """The office takes a declared or doubtful claim up for checking."""
    MACHINE.move(claim, State.VERIFYING, actor=actor, decided_by=actor, decided_at=clock.now(), problem="")
    audit.record("first_loan_verify", actor=actor, obj=claim)
    return claim


def first_loan_confirm(*, actor: User, claim: FirstLoanClaim) -> FirstLoanClaim:
    """A second person signs. The party's second confirmation is a Conflict, and that claim becomes doubtful.

    Not one transaction: the doubt must stay although the confirmation is refused.
    """
    try:
        return _confirm(actor, claim)
    except (IntegrityError, _ConfirmedAlready) as error:
        first = _confirmed(claim.party_key)
        if first is None or first.pk == claim.pk:
            raise
        bank = first.institution.name if first.institution else ""
        day = first.financing.disbursed_on if first.financing else ""
        problem = f"该主体的首贷已确认（{bank}，{day} 放款），每户一生只计一次。"
        claim.refresh_from_db()
        doubt(actor=actor, claim=claim, problem=problem)
        raise Conflict(f"{problem}本笔已转为“存疑”，请核对后驳回或更正。") from error


class _ConfirmedAlready(Exception):
    """Another claim of the party is confirmed; said early, the database would say it too."""


def _confirmed(key: str) -> FirstLoanClaim | None:
    rows = FirstLoanClaim.objects.select_related("institution", "financing")
    return rows.filter(party_key=key, state=State.CONFIRMED).order_by("pk").first()


@transaction.atomic
def _confirm(actor: User, claim: FirstLoanClaim) -> FirstLoanClaim:
    _require(actor, SIGNERS, "首贷由金融办审签人确认。")
    claim.refresh_from_db(from_queryset=FirstLoanClaim.objects.select_for_update(of=("self",)))
    if claim.decided_by_id == actor.pk and not actor.has_role(Role.SYSTEM):
        raise NotAllowed("核验人不能自行确认，请由另一位审签人办理。")
    if claim.state == State.VERIFYING and _confirmed(claim.party_key):
        raise _ConfirmedAlready
    financing = claim.financing
    definition = definition_on(financing.disbursed_on) if financing else None
    problems = problems_of(claim, definition)
    if financing is None or definition is None or problems:
        raise Invalid("还不能确认：" + "；".join(problems) + "。", code="not_first_loan")
    log = MACHINE.move(
        claim, State.CONFIRMED, actor=actor, definition=definition, decided_by=actor, decided_at=clock.now()
    )
    post(
        actor=actor,
        kind=FIRST_LOAN,
        source_key=f"{claim.pk}/{log.pk}",
        occurred_on=financing.disbursed_on,
        party=claim.party,
        organisation=claim.institution,
        amount=financing.amount,
        fields={"definition": definition.version},
    )
    tell_bank(claim, log)
    audit.record("first_loan_confirm", actor=actor, obj=claim, definition=definition.version)
    return claim


@transaction.atomic
def first_loan_reject(*, actor: User, claim: FirstLoanClaim, reason: str) -> FirstLoanClaim:
    """The office turns a claim down with its reason."""
    log = MACHINE.move(
        claim,
        State.REJECTED,
        actor=actor,
        reason=reason,
        problem=reason[:300],
        decided_by=actor,
        decided_at=clock.now(),
    )
    tell_bank(claim, log, reason[:500])
    audit.record("first_loan_reject", actor=actor, obj=claim, reason=reason)
    return claim


def first_loan_doubt(*, actor: User, claim: FirstLoanClaim, problem: str) -> FirstLoanClaim:
    """The office puts a claim in doubt; a confirmed one leaves the count as of today."""
    _require(actor, OFFICE, "存疑由金融办登记。")
    return doubt(actor=actor, claim=claim, problem=problem)


def _require(actor: User, roles: Sequence[str], message: str) -> None:
    if not actor.has_role(*roles):
        raise NotAllowed(message)
