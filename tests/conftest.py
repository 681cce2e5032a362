"""Guards of the whole suite: what they catch is a bug in the product, not in the test."""

import json
import os
import random
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, models
from django.db.models.query import QuerySet

from accounts.models import Party, Role, User
from accounts.services import party_register, system_actor, user_create
from tests.codes import credit_code


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Races are proven on PostgreSQL only: SQLite's single writer hides them. No fake stands in for a server."""
    missing = {
        "postgresql": connection.vendor != "postgresql" and "needs PostgreSQL (set TEST_DATABASE_URL)",
        "elasticsearch": not os.environ.get("TEST_SEARCH_URL") and "needs Elasticsearch (set TEST_SEARCH_URL)",
    }
    for marker, reason in missing.items():
        for item in items:
            if reason and item.get_closest_marker(marker):
                item.add_marker(pytest.mark.skip(reason=reason))


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Figures of the heavy proofs (``record_property("proof", …)``), wherever the test ran; PROOFS names their file."""
    tests = []
    for outcome in ("passed", "failed", "error", "skipped"):
        for report in terminalreporter.getreports(outcome):
            if report.when != "call" and outcome == "passed":
                continue
            told = [(name, str(value)) for name, value in getattr(report, "user_properties", ())]
            proof = [value for name, value in told if name == "proof"]
            fingerprint = "".join(value for name, value in told if name == "fingerprint")
            tests.append({"node": report.nodeid, "seconds": report.duration, "outcome": outcome})
            tests[-1] |= {"proof": proof, "fingerprint": fingerprint}
            for line in proof:
                terminalreporter.write_line(f"{report.nodeid.rpartition('::')[2]}：{line}")
    if os.environ.get("PROOFS"):
        Path(os.environ["PROOFS"]).write_text(json.dumps(tests), "utf-8")


@pytest.fixture(autouse=True)
def guard_unordered_querysets(monkeypatch: pytest.MonkeyPatch) -> None:
    """A query without an order gets a random one, so that nothing can come to rely on luck."""
    fetch_all = QuerySet._fetch_all

    def shuffling(self: QuerySet[Any]) -> None:
        fresh = self._result_cache is None
        fetch_all(self)
        if fresh and not self.ordered and self._result_cache:
            random.shuffle(self._result_cache)

    monkeypatch.setattr(QuerySet, "_fetch_all", shuffling)


@pytest.fixture(autouse=True)
def guard_select_for_update(monkeypatch: pytest.MonkeyPatch) -> None:
    """Locking without ``of`` would lock joined tables too."""
    select_for_update = QuerySet.select_for_update

    def checked(self: QuerySet[Any], **kwargs: Any) -> QuerySet[Any]:
        if self.query.select_related and not kwargs.get("of"):
            raise AssertionError("select_for_update needs of=(...)")
        return select_for_update(self, **kwargs)

    monkeypatch.setattr(QuerySet, "select_for_update", checked)


@pytest.fixture(autouse=True)
def guard_dates(monkeypatch: pytest.MonkeyPatch) -> None:
    """A moment stored in a date column loses its day at midnight."""
    prepare = models.DateField.get_prep_value

    def checked(self: Any, value: Any) -> Any:
        if type(self) is models.DateField and isinstance(value, datetime):
            raise AssertionError(f"a datetime was given to the date column {self.name}")
        return prepare(self, value)

    monkeypatch.setattr(models.DateField, "get_prep_value", checked)


@pytest.fixture
def actor(db: None) -> User:
    """The system actor of tests."""
    return system_actor("测试")


@pytest.fixture
def firm(actor: User) -> Party:
    """A made-up firm."""
    return party_register(actor=actor, kind=Party.Kind.ENTERPRISE, name="测试新材料有限公司", uscc=credit_code(1))


@pytest.fixture
def firm_user(actor: User, firm: Party) -> User:
    """A user of that firm."""
    return user_create(
        actor=actor, username="firm", password="correct horse", display_name="赵经办", party=firm, roles=[Role.FIRM]
    )
