from datetime import date

import pytest

from common import clock, workdays
from common.models import CalendarOverride

pytestmark = pytest.mark.django_db


def test_clock_moves_and_comes_back():
    real = clock.today()
    with clock.at(date(2023, 4, 10)):
        assert clock.today() == date(2023, 4, 10)
        with clock.at(date(2022, 1, 1)):
            assert clock.today() == date(2022, 1, 1)
        assert clock.today() == date(2023, 4, 10)
    assert clock.today() == real


@pytest.mark.parametrize(
    ("quarter_end", "due"),
    [
        (date(2023, 3, 31), date(2023, 4, 10)),  # 清明 on 5 April
        (date(2023, 9, 30), date(2023, 10, 11)),  # 7 and 8 October are make-up days
        (date(2024, 9, 30), date(2024, 10, 12)),  # a Saturday that is worked
        (date(2025, 9, 30), date(2025, 10, 14)),
        (date(2025, 12, 31), date(2026, 1, 8)),
        (date(2026, 3, 31), date(2026, 4, 8)),
        (date(2026, 6, 30), date(2026, 7, 7)),
        (date(2026, 9, 30), date(2026, 10, 13)),
    ],
)
def test_fifth_working_day_follows_the_official_calendar(quarter_end, due):
    result = workdays.nth_working_day_after(quarter_end, 5)
    assert result == workdays.DueDate(day=due, tentative=False)


def test_a_year_without_notice_is_tentative_and_never_crashes():
    result = workdays.nth_working_day_after(date(2029, 12, 31), 5)
    assert result.day.year == 2030
    assert result.tentative


def test_an_override_row_wins_over_the_library_and_ends_the_tentative_state():
    before = workdays.nth_working_day_after(date(2029, 12, 31), 1).day
    CalendarOverride.objects.create(day=before, working=False, source="国办发明电〔2029〕号（演示）")
    after = workdays.nth_working_day_after(date(2029, 12, 31), 1)
    assert after.day > before
    assert not after.tentative


def test_a_due_day_asks_the_calendar_once(django_assert_num_queries):
    with django_assert_num_queries(1):
        workdays.nth_working_day_after(date(2024, 9, 30), 5)
