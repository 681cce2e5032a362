"""The plan's 首贷户 counts parties that belonged on the day of their loan, and says whom it left out."""

from datetime import date

import pytest

from accounts.models import Party
from accounts.services import party_register
from common.errors import Invalid
from enterprises.services import whitelist_exit, whitelist_publish
from journal import services as journal
from ledger.plan_file import load
from ledger.quarters import parse
from ledger.selectors import indicator_values
from ledger.services import carried_plans, plan_load
from talents.services import title_record
from tests.codes import credit_code

pytestmark = pytest.mark.django_db
FORMULA = "column: party, among: talents_and_tech, member_on: day}\n"


@pytest.fixture
def firms(actor):
    return [
        party_register(
            actor=actor, kind=Party.Kind.ENTERPRISE, name=f"名录{number}有限公司", uscc=credit_code(number + 30)
        )
        for number in range(6)
    ]


@pytest.fixture
def lend(actor):
    def made(party, day):
        journal.post(
            actor=actor, kind="first_loan_confirmed", source_key=f"{day}/{party and party.pk}", party=party,
            occurred_on=date.fromisoformat(day),
        )  # fmt: skip

    return made


@pytest.fixture
def publish(actor):
    office = party_register(actor=actor, kind=Party.Kind.DEPARTMENT, name="名录测试局")

    def made(day, parties):
        whitelist_publish(
            actor=actor, code=f"批次{day}", department=office, published_on=date.fromisoformat(day), basis_doc="测试",
            parties=parties,
        )  # fmt: skip

    return made


def told(plan, quarter):
    (item,) = [item for item in indicator_values(plan, parse(quarter)) if item.code == "first-loan-growth"]
    return item


def test_only_parties_listed_on_the_day_count(plan, firms, lend, publish):
    publish("2021-12-01", firms[:1])
    publish("2023-03-20", firms[1:4])
    lend(firms[0], "2022-05-01")
    lend(firms[1], "2023-03-20")  # the day of publication is on the list
    lend(firms[2], "2023-03-19")  # the day before is not
    lend(firms[3], "2023-12-31")
    lend(firms[4], "2023-06-01")
    item = told(plan, "2023Q4")
    assert (item.numerator, item.denominator, item.value) == (2, 1, 100)
    assert "本期发生日不在人才∪科创名录的2户未计入，无法重算0户" in item.status
    assert "放款当日在“人才∪科创”名录上" in item.definition


def test_the_day_of_leaving_is_off_the_list(plan, actor, firms, lend, publish):
    publish("2021-12-01", firms)
    lend(firms[0], "2022-05-01")
    lend(firms[1], "2023-05-31")
    lend(firms[2], "2023-06-01")
    for firm in firms[1:3]:
        whitelist_exit(actor=actor, party=firm, exit_on=date(2023, 6, 1), reason="测试")
    assert told(plan, "2023Q4").numerator == 1


def test_a_year_without_a_list_gives_no_base(plan, firms, lend, publish):
    lend(firms[0], "2022-05-01")
    lend(firms[1], "2023-05-01")
    assert "2023年没有名单，无法计算" in told(plan, "2023Q4").status
    publish("2023-03-20", firms)
    item = told(plan, "2023Q4")
    assert (item.value, item.numerator, item.denominator) == (None, 1, None)
    assert item.status.startswith("无基期（2022年没有名单，无法计算基数）")


def test_loans_before_the_first_list_cannot_be_told(plan, firms, lend, publish):
    publish("2022-07-01", firms)
    lend(firms[0], "2022-03-01")
    lend(None, "2022-08-01")
    lend(firms[2], "2023-03-01")
    # Nothing that could be told is not the same as nobody.
    assert "上年同期2户无法重算" in told(plan, "2023Q4").status
    lend(firms[1], "2022-08-01")
    item = told(plan, "2023Q4")
    assert (item.value, item.denominator) == (0, 1)
    assert "上年同期发生日不在人才∪科创名录的0户未计入，无法重算2户" in item.status


def test_titled_talents_count_and_an_open_level_or_year_is_unknown(plan, actor, firms, lend, publish):
    publish("2021-12-01", firms)
    lend(firms[0], "2022-05-01")
    people = [
        party_register(actor=actor, kind=Party.Kind.PERSON, name=f"人才{number}", talent_code=f"RC{number}")
        for number in range(7)
    ]
    titles = [
        ("天骄英才", "2021年度", None),
        ("草原英才", "2021年度", None),
        ("天骄英才", "", None),
        ("天骄英才", "2024年度", None),
        ("天骄英才", "2021年度", date(2022, 12, 31)),
        ("天骄英才", "2023年度", None),
    ]
    for person, (title, batch, valid_to) in zip(people, titles, strict=False):
        title_record(actor=actor, party=person, title=title, level="", batch=batch, valid_to=valid_to)
    for person in people:
        lend(person, "2023-05-01")
    item = told(plan, "2023Q4")
    assert item.numerator == 1
    assert "本期发生日不在人才∪科创名录的3户未计入，无法重算3户" in item.status


def test_a_declared_baseline_stands_in_only_where_no_list_reaches(actor, firms, lend, publish, tmp_path):
    (path,) = carried_plans()
    text = path.read_text("utf-8")
    assert text.count(FORMULA) == 1
    stated = FORMULA + "      baseline: [{until: 2022-12-31, value: 4, basis: 2022年统计年报}]\n"
    (copy := tmp_path / "plan.yaml").write_text(text.replace(FORMULA, stated), "utf-8")
    plan = plan_load(actor=actor, path=copy).plan
    publish("2023-03-20", firms)
    for firm in firms:
        lend(firm, "2023-05-01")
    item = told(plan, "2023Q4")
    assert (item.value, item.denominator) == (50, 4)
    assert "基数为方案申报数（2022年统计年报）" in item.status
    assert told(plan, "2023Q2").value is None
    assert load(copy).indicators[1].formula.baseline[0].value == 4


@pytest.mark.parametrize(
    ("new", "says"),
    [
        ("column: party, member_on: day}\n", "须写 among"),
        ("column: organisation, among: talents_and_tech, member_on: day}\n", "op 应为 distinct、column 应为 party"),
        ("column: party, among: local_institutions, member_on: day}\n", "不能按发生日期判断"),
    ],
)
def test_membership_on_the_day_is_declared_whole(actor, tmp_path, new, says):
    (path,) = carried_plans()
    (copy := tmp_path / "plan.yaml").write_text(path.read_text("utf-8").replace(FORMULA, new), "utf-8")
    with pytest.raises(Invalid, match=says):
        plan_load(actor=actor, path=copy)
