"""Who is proposed, who is without an officer, and the file of assignments."""

from datetime import date

import pytest

from common import clock
from common.errors import Conflict, Invalid, NotAllowed
from enterprises.services import enterprise_register, fact_record, whitelist_publish
from matching.cases.assignment_records import assignment_record
from matching.cases.liaison import liaison_assign, liaison_end, officer_leave
from matching.cases.selectors_roster import loads, proposals, unaccompanied
from matching.models import LiaisonAssignment
from tests.codes import credit_code
from tests.enterprises.files import counts, places_of_errors, run, write_csv
from tests.matching.chain import FRIDAY

pytestmark = pytest.mark.django_db

COLUMNS = "party_code,officer,backup,started_on,ended_on,end_reason".split(",")


@pytest.fixture
def firm_of(chain):
    def make(number, **facts):
        party = enterprise_register(actor=chain.system, uscc=credit_code(100 + number), name=f"第{number}家公司")
        for field, value in facts.items():
            fact_record(
                actor=chain.system, party=party, field=field, value=value, source="imported", as_of=date(2024, 1, 1)
            )
        return party

    return make


def test_the_officer_with_most_room_is_proposed_first_and_full_ones_not_at_all(chain, firm_of):
    small, large, full = chain.officer("small", 3), chain.officer("large", 9), chain.officer("full", 1)
    liaison_assign(actor=chain.office, party=firm_of(1), officer=full)
    assert [load.officer for load in proposals(loads())] == [large, small]
    for number in range(2, 9):
        liaison_assign(actor=chain.office, party=firm_of(number), officer=large)
    assert [(load.officer, load.room) for load in proposals(loads())] == [(small, 3), (large, 2)]


def test_parties_without_an_officer_whitelisted_first_by_banner_and_industry(chain, firm_of):
    a = firm_of(1, region="东胜区", industry="新能源")
    b = firm_of(2, region="康巴什区", industry="新材料")
    c = firm_of(3, region="鄂尔多斯高新技术产业开发区", industry="新材料")
    served = firm_of(4)
    liaison_assign(actor=chain.office, party=served, officer=chain.officer())
    whitelist_publish(
        actor=chain.system,
        code="甲",
        department=chain.office.party,
        published_on=FRIDAY,
        basis_doc="",
        parties=[b, served],
    )
    everybody = [row.party for row in unaccompanied()]
    assert everybody[0] == b
    assert set(everybody) == {a, b, c, chain.firm}
    assert [row.party for row in unaccompanied(banner="东胜区")] == [a]
    assert {row.party for row in unaccompanied(banner="康巴什区")} == {b, c}
    assert {row.party for row in unaccompanied(industry="新材料")} == {b, c}
    assert [row.party for row in unaccompanied(text=a.uscc.lower())] == [a]


def test_an_officer_leaves_only_when_nobody_is_left_alone(chain):
    officer = chain.officer()
    assignment = liaison_assign(actor=chain.office, party=chain.firm, officer=officer)
    with pytest.raises(Conflict, match="还在服务 1 户"):
        officer_leave(actor=chain.office, officer=officer, on=FRIDAY, reason="调动")
    liaison_end(actor=chain.office, assignment=assignment, reason="调动")
    with pytest.raises(Invalid):
        officer_leave(actor=chain.office, officer=officer, on=FRIDAY, reason=" ")
    officer_leave(actor=chain.office, officer=officer, on=FRIDAY, reason="调动")
    officer.refresh_from_db()
    assert (officer.active, officer.until) == (False, FRIDAY)


def test_a_file_of_assignments_is_taken_in_once(chain, firm_of, tmp_path):
    officer, second = chain.officer("first"), chain.officer("second")
    party = firm_of(1)
    rows = [
        {
            "party_code": party.uscc,
            "officer": "first",
            "started_on": "2023-07-01",
            "ended_on": "2024-01-31",
            "end_reason": "轮岗",
        },
        {"party_code": party.uscc, "officer": "second", "backup": "first", "started_on": "2024-01-31"},
    ]
    with clock.at(FRIDAY):
        path = write_csv(tmp_path / "a.csv", COLUMNS, rows)
        assert counts(run("import_assignments", path)[0]) == [2, 0, 0, 0]
        assert counts(run("import_assignments", path)[0]) == [0, 0, 2, 0]
        current = LiaisonAssignment.objects.get(party=party, ended_on=None)
        assert (current.officer, current.backup) == (second, officer)
        ended = [{**rows[1], "ended_on": "2024-09-01", "end_reason": "企业迁出"}]
        assert counts(run("import_assignments", write_csv(tmp_path / "b.csv", COLUMNS, ended))[0]) == [0, 1, 0, 0]


def test_lines_that_cannot_be_are_named(chain, firm_of, tmp_path):
    chain.officer("first")
    full = chain.officer("full", capacity=1)
    party, other = firm_of(1), firm_of(2)
    liaison_assign(actor=chain.office, party=chain.firm, officer=full)
    good = {"party_code": party.uscc, "officer": "first", "started_on": "2024-02-01"}
    wrong = [
        good,
        {**good, "party_code": credit_code(999)},
        {**good, "party_code": other.uscc, "officer": "nobody"},
        {**good, "party_code": other.uscc, "backup": "first", "started_on": "2024-02-05"},
        {**good, "party_code": other.uscc, "started_on": "2019-01-01"},
        {**good, "party_code": other.uscc, "ended_on": "2024-03-01", "started_on": "2024-02-02"},
        {**good, "started_on": "2024-03-01"},
        {**good, "party_code": other.uscc, "officer": "full", "started_on": "2024-02-03"},
        {**good, "party_code": other.uscc, "started_on": "2024-09-28"},
    ]
    with clock.at(FRIDAY):
        report, code = run("import_assignments", write_csv(tmp_path / "w.csv", COLUMNS, wrong))
    assert places_of_errors(report) == [
        (3, "party_code"),
        (4, "officer"),
        (5, "backup"),
        (6, "started_on"),
        (7, "end_reason"),
        (8, "started_on"),
        (9, "officer"),
        (10, "started_on"),
    ]
    assert code == 1
    assert LiaisonAssignment.objects.count() == 1


def test_people_do_not_record_the_past(chain):
    with pytest.raises(NotAllowed):
        assignment_record(
            actor=chain.office, party=chain.firm, officer=chain.officer(), backup=None, started_on=date(2024, 1, 1)
        )
