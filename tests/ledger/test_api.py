"""The plan and its ledger for machines."""

from datetime import date

import pytest
from drf_spectacular.generators import SchemaGenerator

from accounts.models import Role
from accounts.services import user_create
from journal import services as journal
from ledger import policies
from ledger.selectors import ledger_table

pytestmark = pytest.mark.django_db


@pytest.fixture
def office(actor):
    return user_create(
        actor=actor, username="office", password="correct horse", display_name="钱经办", party=None, roles=[Role.OFFICE]
    )


def test_without_an_account_nothing_is_served(client, plan):
    for path in ("plans/", "plans/ordos-2022-2025/", "ledger/2023Q1/", "ledger/2023Q1/indicators/"):
        assert client.get(f"/api/v1/{path}").status_code in (401, 403)


def test_the_plan_with_its_annex_notes(client, plan, firm_user):
    client.force_login(firm_user)
    assert [item["code"] for item in client.get("/api/v1/plans/").json()] == ["ordos-2022-2025"]
    content = client.get("/api/v1/plans/ordos-2022-2025/").json()
    assert len(content["measures"]) == 14
    assert content["measures"][1]["annex"]["pending_support"] == ["市财政局"]
    assert content["measures"][2]["deadlines"][0]["count"] == 2
    assert client.get("/api/v1/plans/nothing/").status_code == 404


def test_the_ledger_equals_the_command_and_keeps_sources_for_those_who_report(client, plan, actor, office, firm_user):
    journal.post(actor=actor, kind="ip_park_event", source_key="入园-1", occurred_on=date(2023, 2, 1))
    client.force_login(office)
    assert client.get("/api/v1/ledger/2023Q1/").json() == ledger_table("2023Q1").as_json()
    client.force_login(firm_user)
    content = client.get("/api/v1/ledger/2023Q1/").json()
    assert content == ledger_table("2023Q1").as_json(evidence=())
    assert content["measures"][2]["progress"]
    assert content["measures"][2]["evidence"] == []
    indicators = client.get("/api/v1/ledger/2023Q1/indicators/?plan=ordos-2022-2025").json()
    assert indicators == {"quarter": "2023Q1", "indicators": content["indicators"]}


def test_refusals_come_in_the_envelope(client, plan, firm_user):
    client.force_login(firm_user)
    answer = client.get("/api/v1/ledger/2023Q5/")
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["attr"] == "quarter"
    assert client.get("/api/v1/ledger/2023Q1/?plan=nothing").status_code == 404


def test_list_and_check_agree(plan, firm_user, office):
    for user in (firm_user, office):
        assert policies.can(user, "view", plan) == policies.visible_to(user).filter(pk=plan.pk).exists()
    assert policies.can(office, "load")
    assert not policies.can(firm_user, "load")
    assert not policies.can(firm_user, "erase", plan)


def test_the_schema_describes_all_four_reads(capsys):
    paths = SchemaGenerator().get_schema(public=True)["paths"]
    served = {path for path in paths if path.startswith(("/api/v1/plans", "/api/v1/ledger"))}
    assert len(served) == 4
    assert capsys.readouterr().err == ""
