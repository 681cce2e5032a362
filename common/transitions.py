"""The only writer of state. Each app declares a table; this function locks, checks, writes and logs."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any, Protocol

from django.db import models, transaction

from common import clock
from common.errors import Conflict, NotAllowed
from common.models import TransitionLog


class Actor(Protocol):
    """A user or system actor, as far as the floors below accounts need to know one."""

    pk: Any

    def has_role(self, *roles: str) -> bool: ...


NOT_YOUR_ROLE = "您的岗位不能办理这一步，请由有权限的同事办理。"


@dataclass(frozen=True)
class Transition:
    """One allowed move. ``guard`` returns a Chinese refusal, or an empty string to let it pass."""

    source: str
    target: str
    roles: Collection[str]
    guard: Callable[[Any, Any], str] | None = None
    needs_reason: bool = False


class StateMachine:
    """The table of a model's transitions. ``field`` has no writer but :meth:`move`."""

    def __init__(self, model: type[models.Model], transitions: Collection[Transition], field: str = "state") -> None:
        self.model, self.field = model, field
        self.table = {(item.source, item.target): item for item in transitions}
        if len(self.table) != len(transitions):
            raise ValueError(f"duplicate transition declared for {model.__name__}")

    @transaction.atomic
    def move(self, obj: Any, target: str, *, actor: Actor, reason: str = "", **fields: Any) -> TransitionLog:
        """Move ``obj`` to ``target``, also writing ``fields``; raise Conflict or NotAllowed, changing nothing."""
        locked = self.model._default_manager.select_for_update(of=("self",)).get(pk=obj.pk)
        source = getattr(locked, self.field)
        transition = self.table.get((source, target))
        if transition is None:
            labels = dict(getattr(self.model._meta.get_field(self.field), "flatchoices", ()))
            raise Conflict(
                f"当前状态为“{labels.get(source, source)}”，不能改为“{labels.get(target, target)}”。请刷新后再试。"
            )
        if not actor.has_role(*transition.roles):
            raise NotAllowed(NOT_YOUR_ROLE)
        if transition.needs_reason and not reason.strip():
            raise Conflict("请填写原因后再办理。", code="reason_required", field="reason")
        if transition.guard and (refusal := transition.guard(locked, actor)):
            raise NotAllowed(refusal)
        # Conditional UPDATE: on SQLite select_for_update is a no-op, this comparison is the lock.
        changed = self.model._default_manager.filter(pk=obj.pk, **{self.field: source}).update(
            **{self.field: target}, **fields
        )
        if not changed:
            raise Conflict("刚刚有人改动了这条记录，请刷新后再试。")
        for name, value in {self.field: target, **fields}.items():
            setattr(obj, name, value)
        return TransitionLog.objects.create(
            object_type=self.model._meta.label,
            object_id=obj.pk,
            from_state=source,
            to_state=target,
            actor_id=actor.pk,
            reason=reason,
            at=clock.now(),
        )
