"""Migration operations by which the database itself refuses what the application never does.

Unit tests cannot switch them off: transactional tests rebuild the tables instead.
"""

from typing import Any

from django.db import migrations


class _Trigger(migrations.RunSQL):
    """One trigger that raises ``message`` before an UPDATE or DELETE of ``table`` when ``condition`` holds."""

    reduces_to_sql = True

    def __init__(self, table: str, verb: str, message: str, condition: str = "") -> None:
        self.table, self.verb, self.message, self.condition = table, verb, message, condition
        super().__init__(sql=migrations.RunSQL.noop, reverse_sql=migrations.RunSQL.noop)

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return type(self).__name__, [self.table, self.verb, self.message, self.condition], {}

    @property
    def _name(self) -> str:
        return f"{self.table}_refuse_{self.verb.lower()}"

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        if schema_editor.connection.vendor == "sqlite":
            when = f"WHEN {self.condition}" if self.condition else ""
            schema_editor.execute(
                f"CREATE TRIGGER {self._name} BEFORE {self.verb} ON {self.table} {when} "
                f"BEGIN SELECT RAISE(ABORT, '{self.message}'); END"
            )
            return
        when = f"WHEN ({self.condition.replace(' IS NOT ', ' IS DISTINCT FROM ')})" if self.condition else ""
        schema_editor.execute(
            f"CREATE FUNCTION {self._name}() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION '{self.message}' USING ERRCODE = 'integrity_constraint_violation'; END $$"
        )
        schema_editor.execute(
            f"CREATE TRIGGER {self._name} BEFORE {self.verb} ON {self.table} "
            f"FOR EACH ROW {when} EXECUTE FUNCTION {self._name}()"
        )

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        if schema_editor.connection.vendor == "sqlite":
            schema_editor.execute(f"DROP TRIGGER {self._name}")
        else:
            schema_editor.execute(f"DROP TRIGGER {self._name} ON {self.table}")
            schema_editor.execute(f"DROP FUNCTION {self._name}()")


def append_only(table: str) -> list[_Trigger]:
    """Refuse every UPDATE and DELETE of ``table``."""
    return [_Trigger(table, verb, f"{table} is append-only") for verb in ("UPDATE", "DELETE")]


def frozen_once(table: str, *, published: str, columns: list[str]) -> list[_Trigger]:
    """Refuse DELETE, and UPDATE of ``columns``, once column ``published`` is set.

    ``IS NOT`` is SQLite's null-safe comparison; it becomes IS DISTINCT FROM on PostgreSQL.
    """
    changed = " OR ".join(f'OLD."{column}" IS NOT NEW."{column}"' for column in columns)
    set_already = f'OLD."{published}" IS NOT NULL'
    return [
        _Trigger(table, "UPDATE", f"{table} is immutable once published", f"{set_already} AND ({changed})"),
        _Trigger(table, "DELETE", f"{table} is immutable once published", set_already),
    ]
