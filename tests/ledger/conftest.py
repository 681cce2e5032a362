"""A small made-up plan, and the real one loaded."""

from pathlib import Path

import pytest

from ledger.filing import report_open
from ledger.services import carried_plans, plan_load
from tests.ledger.filing import QUARTER, make_staff

HERE = Path(__file__).parent


@pytest.fixture
def plan(actor):
    """The city's plan."""
    (path,) = carried_plans()
    return plan_load(actor=actor, path=path).plan


@pytest.fixture
def staff(actor, plan):
    """Those who file a quarter of the city's plan."""
    return make_staff(actor)


@pytest.fixture
def report(staff):
    """A report just opened."""
    return report_open(actor=staff.clerk, quarter=QUARTER)


@pytest.fixture
def small_plan_file(tmp_path):
    """A copy of the made-up plan that a test may spoil."""
    path = tmp_path / "small.yaml"
    path.write_text((HERE / "small_plan.yaml").read_text(encoding="utf-8"), encoding="utf-8")
    return path


@pytest.fixture
def spoil(small_plan_file):
    """Replace one piece of text in the made-up plan; it must be there once."""

    def replace(old, new):
        text = small_plan_file.read_text(encoding="utf-8")
        assert text.count(old) == 1
        small_plan_file.write_text(text.replace(old, new), encoding="utf-8")
        return small_plan_file

    return replace
