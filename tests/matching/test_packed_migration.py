"""Results of the earlier form are carried over: an installation that held JSON rows reads the same products packed."""

import pytest

from tests.houses import House

CARRIED = """
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

def at(*targets):
    executor = MigrationExecutor(connection)
    executor.migrate(list(targets))
    return executor.loader.project_state(list(targets)).apps

old = at(("matching", "0004_referral_promises"), ("products", "0002_versions_immutable"),
         ("enterprises", "0004_abandoned_drafts"), ("common", "0002_audit_append_only"))
party = old.get_model("accounts", "Party").objects.create(kind="team", name="团队", talent_code="T1")
user = old.get_model("accounts", "User").objects.create(username="x")
Need, Product = old.get_model("enterprises", "Need"), old.get_model("products", "Product")
needs = [Need.objects.create(code=code, party=party, recorded_by=user, kinds=["贷"]) for code in ("N1", "N2")]
for code in ("A", "B"):
    Product.objects.create(code=code, category="贷", origin="catalogue")
Old = old.get_model("matching", "MatchResult")
ranked = [["B", "satisfied", 1000], ["gone", "satisfied", 9], ["A", "unknown", 7]]
Old.objects.create(need=needs[0], programme_hash="h", satisfied=2, unknown=1, violated=5, ranked=ranked)
Old.objects.create(need=needs[1], programme_hash="h", violated=8, ranked=[["A", "unknown", 0]] * 30)

from django.core.management import call_command
call_command("migrate", verbosity=0)
from enterprises.models import Need
from matching.models import MatchProgramme
from matching.selectors import is_current, stored_results
from matching.services import rematch
found = stored_results(list(Need.objects.order_by("pk")))
first, second = (found[need.pk] for need in needs)
placed = [(one.product, one.verdict.value, one.score) for one in first.ranked]
print(placed, first.satisfied, first.unknown, first.violated, len(second.ranked), is_current(first),
      MatchProgramme.objects.count(), rematch().needs)
"""


@pytest.fixture
def house(db, tmp_path):
    found = House(tmp_path / "house")
    yield found
    found.close()


def test_rows_of_the_earlier_form_are_the_same_products_packed(house):
    assert house.python(CARRIED).splitlines()[-1] == (
        "[('B', 'satisfied', 1000), ('A', 'unknown', 7)] 2 1 5 20 False 1 2"
    )
