"""Recording facts: dated statements with a source. Stored matches of the party follow through the outbox."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction

from accounts.models import Party, User
from common import audit, clock, outbox
from common.errors import Invalid, NotAllowed
from common.tabular import Outcome
from enterprises.fact_cells import FACT_CELLS, problem_of
from enterprises.models import Fact
from enterprises.policies import can
from enterprises.selectors.facts import current_facts
from enterprises.tags import is_talent_tag

# Something else is known of a party, by its id.
PARTIES_TOPIC = "enterprises.parties"


@dataclass(frozen=True)
class Statement:
    """One fact to record: ``value`` as stored (元, basis points, lists, ISO dates)."""

    field: str
    value: Any
    source: str
    as_of: date
    valid_to: date | None = None
    evidence: str = ""


class DeclarationInvalid(Invalid):
    """Several fields of one form are wrong: ``errors`` is field → Chinese message."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        self.errors = dict(errors)
        first = next(iter(self.errors))
        super().__init__("；".join(self.errors.values()), field=first)


@transaction.atomic
def fact_record(
    *,
    actor: User,
    party: Party,
    field: str,
    value: Any,
    source: str,
    as_of: date,
    valid_to: date | None = None,
    evidence: str = "",
) -> tuple[Fact, Outcome]:
    """Record one fact. Field, source and day identify it: the same again is unchanged, another value corrects it."""
    statement = Statement(field, value, source, as_of, valid_to, evidence)
    (outcome,) = facts_record(actor=actor, party=party, statements=[statement])
    return Fact.objects.get(party=party, field=field, source=source, as_of=as_of), outcome


@transaction.atomic
def facts_record(*, actor: User, party: Party, statements: Sequence[Statement]) -> list[Outcome]:
    """Record facts of one party; outcomes in the order given. Invalid names the field of the first bad statement."""
    for statement in statements:
        _check(actor, party, statement)
    # Concurrent writers of one party wait here instead of failing on the unique constraint.
    Party.objects.select_for_update(of=("self",)).get(pk=party.pk)
    stored = {
        (fact.field, fact.source, fact.as_of): fact
        for fact in Fact.objects.filter(party=party, field__in={statement.field for statement in statements})
    }
    outcomes, added = [], []
    for statement in statements:
        fact = stored.get((statement.field, statement.source, statement.as_of))
        if fact is None:
            added.append(_new(actor, party, statement))
            outcomes.append(Outcome.CREATED)
        else:
            outcomes.append(_correct(actor, party, fact, statement))
    Fact.objects.bulk_create(added)
    if any(outcome is not Outcome.UNCHANGED for outcome in outcomes):
        outbox.publish(PARTIES_TOPIC, str(party.pk))
    return outcomes


@transaction.atomic
def facts_declare(*, actor: User, party: Party, values: Mapping[str, str]) -> list[str]:
    """Record what a firm or talent says of itself today; returns the fields that changed.

    ``values`` is field → text as in the enterprises file (万元, %, lists by ``;``). An empty text, or one that says
    what already holds, records nothing. Raises DeclarationInvalid with every wrong field.
    """
    if not can(actor, "edit", party):
        raise NotAllowed("只能填报本单位的资料。")
    errors: dict[str, str] = {}
    parsed: dict[str, Any] = {}
    for field, text in values.items():
        try:
            parsed[field] = _declared(field, text.strip())
        except ValueError as error:
            errors[field] = f"{FACT_CELLS[field].label if field in FACT_CELLS else field}：{error}"
    if errors:
        raise DeclarationInvalid(errors)
    today = clock.today()
    now_held = {field: fact.value for field, fact in current_facts(party, today).items()}
    changed = [field for field, value in parsed.items() if value is not None and value != now_held.get(field)]
    facts_record(
        actor=actor,
        party=party,
        statements=[Statement(field, parsed[field], Fact.Source.DECLARED, today) for field in changed],
    )
    if changed:
        audit.record("facts_declare", actor=actor, obj=party, fields=changed)
    return changed


def _declared(field: str, text: str) -> Any:
    if field not in FACT_CELLS:
        raise ValueError("不是可登记的资料，请刷新页面后重填")
    value = FACT_CELLS[field].parse(text)
    if field == "tags" and value and (misplaced := [tag for tag in value if is_talent_tag(tag)]):
        raise ValueError(f"“{'、'.join(misplaced)}”是人才称号，请改填在“{FACT_CELLS['leader_titles'].label}”里")
    return value


def _check(actor: User, party: Party, statement: Statement) -> None:
    own = statement.source == Fact.Source.DECLARED
    if statement.source not in Fact.Source.values:
        raise Invalid("来源请填：自行申报、批量导入或部门核验。", field="source")
    if not can(actor, "edit" if own else "register", party):
        raise NotAllowed("您不能登记这家单位的资料，请由其经办人填报，或由主管部门核验。")
    if problem := problem_of(statement.field, statement.value):
        raise Invalid(problem, field=statement.field)
    if statement.as_of > clock.today():
        raise Invalid(f"截至日期 {statement.as_of} 晚于今天，请核对。", field="as_of")
    if statement.valid_to and statement.valid_to < statement.as_of:
        raise Invalid(f"有效期至 {statement.valid_to} 早于截至日期 {statement.as_of}，请核对。", field="valid_to")


def _new(actor: User, party: Party, statement: Statement) -> Fact:
    return Fact(
        party=party,
        field=statement.field,
        value=statement.value,
        source=statement.source,
        as_of=statement.as_of,
        valid_to=statement.valid_to,
        evidence=statement.evidence,
        recorded_by=actor,
    )


def _correct(actor: User, party: Party, fact: Fact, statement: Statement) -> Outcome:
    # Evidence and validity belong to the value they were given for; left empty for the same value they stay.
    same = fact.value == statement.value
    stated = (
        statement.value,
        statement.valid_to or (fact.valid_to if same else None),
        statement.evidence or (fact.evidence if same else ""),
    )
    if (fact.value, fact.valid_to, fact.evidence) == stated:
        return Outcome.UNCHANGED
    # A person's figures stay out of the audit trail; that they changed, by whom and when, does not.
    old = {"old": fact.value} if party.kind == Party.Kind.ENTERPRISE else {}
    fact.value, fact.valid_to, fact.evidence = stated
    fact.recorded_by, fact.recorded_at = actor, clock.now()
    fact.save(update_fields=["value", "valid_to", "evidence", "recorded_by", "recorded_at"])
    audit.record("fact_correct", actor=actor, obj=fact, field=fact.field, as_of=fact.as_of, **old)
    return Outcome.UPDATED
