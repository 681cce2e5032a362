"""The policies asked for every person, thing and action that the matrix declares."""

from collections.abc import Callable, Iterator
from typing import Any

from django.contrib.auth.models import AnonymousUser

from accounts import policies as parties
from accounts.models import User
from accounts.policies import Viewer
from accounts.uploads import jobs_visible_to
from common.errors import NotAllowed
from enterprises import policies as firms
from journal.models import Posting
from ledger import entries
from ledger import policies as plans
from matching import policies as matches
from matching.cases import money_policies as money
from matching.cases import policies as cases
from products import policies as products
from search.policies import require_office
from search.saved import saved_searches_of
from tests.contracts.isolation.matrix import ALLOW, expected, matrix
from tests.contracts.isolation.things import Thing, World

Asked = Callable[[Viewer, Any], bool]


def _among(rows: Callable[[Viewer], Any]) -> Asked:
    return lambda user, obj: rows(user).filter(pk=obj.pk).exists()


def _posted(user: Viewer, obj: Posting) -> bool:
    return entries.may_post(user, obj.kind, obj.fields, obj.organisation)


def _own(rows: Callable[[User], Any]) -> Asked:
    """Rows that only accounts have."""
    return lambda user, obj: isinstance(user, User) and user.is_active and rows(user).filter(pk=obj.pk).exists()


def _teaches(user: Viewer, _: Any) -> bool:
    try:
        require_office(user) if isinstance(user, User) else None
    except NotAllowed:
        return False
    return isinstance(user, User)


def _files(action: str) -> Asked:
    return lambda user, obj: plans.may_file(user, action)


def _moves(action: str) -> Asked:
    return lambda user, obj: products.can(user, action, obj)


def _both(*asked: Asked) -> Asked:
    """A list and a check that must agree."""

    def answer(user: Viewer, obj: Any) -> bool:
        answers = {one(user, obj) for one in asked}
        if len(answers) > 1:
            raise AssertionError(f"list and check disagree on {obj!r}")
        return answers.pop()

    return answer


_NEED: dict[str, Asked] = {
    "read": _among(cases.needs_visible_to),
    "granted": _both(_among(firms.needs_visible_to), lambda user, obj: firms.can(user, "view", obj)),
    "matches": _both(_among(matches.visible_to), lambda user, obj: matches.can(user, "view", obj)),
    "edit": lambda user, obj: firms.can(user, "edit", obj),
    "choose": lambda user, obj: cases.can(user, "choose", obj),
    "dispatch": lambda user, obj: cases.can(user, "dispatch", obj),
}
_PRODUCT: dict[str, Asked] = {
    "read": _both(_among(products.visible_to), _moves("view")),
    "revise": lambda user, obj: products.can(user, "revise", obj.product),
    **{name: _moves(name) for name in ("edit", "confirm", *products.MOVES)},
}
_MONEY: dict[str, Asked] = {
    "record": lambda user, obj: not isinstance(user, AnonymousUser) and money.may_record(user, obj.institution),
}
ASKED: dict[str, dict[str, Asked]] = {
    "facts": {
        "view": _both(_among(parties.visible_to), lambda user, obj: firms.can(user, "view", obj)),
        "edit": lambda user, obj: parties.can(user, "edit", obj),
        "register": lambda user, obj: firms.can(user, "register", obj),
        "accompany": _among(cases.served_parties),
        "log": lambda user, obj: cases.can(user, "log", obj),
        "assign": lambda user, obj: cases.can(user, "assign", obj),
    },
    "contact": {"show": lambda user, obj: cases.can(user, "contact", obj)},
    "firm": {"list": _among(firms.visible_to)},
    "need": _NEED,
    "need_draft": _NEED,
    "need_closed": _NEED,
    "referral": {
        "read": _both(_among(cases.visible_to), lambda user, obj: cases.can(user, "view", obj)),
        "disclose": cases.discloses,
    },
    "answer": {"read": _among(cases.visible_to)},
    "financing": {"read": _among(money.financings_visible_to), **_MONEY},
    "first_loan": {"read": _among(money.claims_visible_to)},
    "assignment": {"read": _among(cases.assignments_visible_to)},
    "assignment_ended": {"read": _among(cases.assignments_visible_to)},
    "service_log": {"read": _among(cases.logs_visible_to)},
    "batch": {
        "read": _among(firms.lists_visible_to),
        "act": lambda user, obj: firms.acts_for(user, obj.department),
    },
    "entry": {
        "read": _among(firms.entries_visible_to),
        "act": lambda user, obj: firms.acts_for(user, obj.batch.department),
    },
    "push": {"read": _among(firms.pushes_visible_to), "answer": firms.may_answer},
    "feedback": {"read": _among(firms.pushes_visible_to)},
    **dict.fromkeys(("product_listed", "product_suspended", "product_review", "product_draft"), _PRODUCT),
    "institution": {
        "create": lambda user, obj: products.can(user, "create", obj),
        "grab": lambda user, obj: cases.can(user, "grab", obj),
        "view": lambda user, obj: parties.can(user, "view", obj),
    },
    "posting": {"read": _among(entries.postings_visible_to), "post": _posted},
    "plan": {
        "view": _both(_among(plans.visible_to), lambda user, obj: plans.can(user, "view", obj)),
        "load": lambda user, obj: plans.can(user, "load", obj),
    },
    "job": {"follow": _own(jobs_visible_to)},
    "saved_search": {"read": _own(saved_searches_of)},
    "synonym": {"teach": _teaches},
    "measure": {
        "trace": lambda user, obj: obj.number in plans.traced_measures(user, obj.plan),
        "fill": lambda user, obj: plans.may_file(user, "fill", obj),
        "answer": lambda user, obj: plans.may_file(user, "answer", obj),
    },
    "report": {action: _files(action) for action in ("see", "open", "check", "sign")},
}


def cells(world: World, kinds: frozenset[str] = frozenset()) -> Iterator[tuple[str, str, Thing, bool, bool]]:
    """(person, action, thing, what the matrix says, what the policies say) for each thing of ``kinds`` (all)."""
    for thing in world.things:
        if (kinds and thing.kind not in kinds) or thing.kind not in ASKED:
            continue
        for action in matrix()["objects"][thing.kind]:
            ask = ASKED[thing.kind].get(action)
            if action == "read" and thing.kind in ("contact", "job"):
                continue
            if ask is None:
                raise KeyError(f"{thing.kind}.{action} stands in the matrix and no policy is asked for it")
            for person in world.people.values():
                user = person.user or AnonymousUser()
                yield person.name, action, thing, expected(action, person, thing) == ALLOW, ask(user, thing.obj)


def differences(world: World, kinds: frozenset[str] = frozenset()) -> Iterator[str]:
    """Cells in which the policies answer otherwise than the matrix."""
    return (
        f"{person} {action} {thing.kind} of {'+'.join(sorted(thing.owners)) or '-'} {thing.code}: {said}, not {wanted}"
        for person, action, thing, wanted, said in cells(world, kinds)
        if wanted != said
    )
