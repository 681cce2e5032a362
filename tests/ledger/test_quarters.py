from datetime import date

import pytest

from common import workdays
from common.errors import Invalid
from common.models import CalendarOverride
from ledger.quarters import Quarter, containing, due, parse, working_days_between

pytestmark = pytest.mark.django_db

# Worked out by hand from the State Council's notices of each year (holidays and make-up days).
DUE = {
    "2022Q4": date(2023, 1, 9),
    "2023Q1": date(2023, 4, 10),
    "2023Q2": date(2023, 7, 7),
    "2023Q3": date(2023, 10, 11),
    "2023Q4": date(2024, 1, 8),
    "2024Q1": date(2024, 4, 8),
    "2024Q2": date(2024, 7, 5),
    "2024Q3": date(2024, 10, 12),
    "2024Q4": date(2025, 1, 8),
    "2025Q1": date(2025, 4, 8),
    "2025Q2": date(2025, 7, 7),
    "2025Q3": date(2025, 10, 14),
    "2025Q4": date(2026, 1, 8),
    "2026Q1": date(2026, 4, 8),
    "2026Q2": date(2026, 7, 7),
    "2026Q3": date(2026, 10, 13),
}


@pytest.mark.parametrize(("quarter", "day"), DUE.items())
def test_due_on_the_fifth_working_day(quarter, day):
    result = due(parse(quarter))
    assert (result.day, result.tentative) == (day, False)


def test_a_year_without_notice_is_tentative_until_the_office_enters_it():
    # Beyond any notice the library can hold, so that this test does not age with it.
    quarter = parse("2097Q4")
    assert due(quarter).tentative
    CalendarOverride.objects.create(day=date(2098, 1, 1), working=False, source="测试")
    assert not due(quarter).tentative


def test_quarters_know_their_days():
    assert (parse("2024Q1").start, parse("2024Q1").end) == (date(2024, 1, 1), date(2024, 3, 31))
    assert (parse("2024Q4").start, parse("2024Q4").end) == (date(2024, 10, 1), date(2024, 12, 31))
    assert containing(date(2024, 6, 30)) == Quarter(2024, 2)
    assert str(Quarter(2024, 3)) == "2024Q3"
    assert Quarter(2024, 3).label == "2024年第三季度"


@pytest.mark.parametrize(
    "text", ["2023Q5", "2023Q0", "23Q1", "2023q1", "2023-Q1", "", "２０２３Q1", "2023Q1\n", "0000Q1"]
)
def test_what_is_no_quarter_is_refused_with_an_example(text):
    with pytest.raises(Invalid, match="2023Q1"):
        parse(text)


def test_the_fourth_quarter_of_2026_is_tentative_while_the_2027_notice_is_unknown():
    result = due(parse("2026Q4"))
    assert result.tentative == workdays.is_tentative(2027)
    assert date(2027, 1, 7) <= result.day <= date(2027, 1, 12)
    if result.tentative:
        assert result.day == date(2027, 1, 8)


@pytest.mark.parametrize(
    ("start", "end", "days"),
    [
        (date(2024, 9, 30), date(2024, 10, 12), 5),  # the due day is the fifth
        (date(2024, 9, 27), date(2024, 9, 30), 2),  # Sunday the 29th is worked
        (date(2024, 10, 12), date(2024, 10, 12), 0),
        (date(2024, 10, 12), date(2024, 9, 30), 0),
    ],
)
def test_working_days_between_agree_with_the_due_day(start, end, days, django_assert_num_queries):
    with django_assert_num_queries(1):
        assert working_days_between(start, end) == days
