"""The first-loan desk as the office reads it: cards with conditions, disputes, confirmed ones by year and banner."""

from datetime import date

import pytest

from matching.cases import first_loans
from matching.models import FirstLoanClaim
from tests.frontend.conftest import text_of
from tests.matching.money import bank, claim, clerk, definition, lend, other_bank, other_firm, person, sign, signer

__all__ = ["bank", "clerk", "definition", "lend", "other_bank", "person", "signer"]
DESK = "/office/first-loans/"


@pytest.fixture
def confirm(actor, clerk, signer):
    """Bring a claim to 已确认 through two people."""

    def done(made):
        first_loans.first_loan_verify(actor=clerk, claim=made)
        return first_loans.first_loan_confirm(actor=signer, claim=made)

    return done


def test_a_card_shows_the_evidence_and_what_stands_against_it(client, actor, lend, definition, clerk):
    claim(actor, lend(), query_on=date(2022, 12, 1), prior_credit_kinds=["信用卡"])
    client.force_login(clerk)
    page = text_of(client.get(DESK))
    assert "有 1 笔首贷待办" in page
    for told in ("2022-12-01", "查询经办 钱经办", "信用卡", "征信查询早于放款 90 天", "不符合口径"):
        assert told in page
    assert 'aria-label="符合 4 项，不符合 1 项"' in page.replace("缺资料 0 项，", "")


def test_the_definition_in_force_and_its_versions(client, actor, definition, clerk):
    sign(actor, "2024", date(2024, 1, 1), query_within_days=15)
    client.force_login(clerk)
    page = text_of(client.get(DESK))
    assert "放款前 15 天以内" in page
    assert "全部 2 个版本" in page


def test_a_dispute_is_settled_on_the_page(client, actor, lend, definition, other_bank, clerk):
    first = claim(actor, lend())
    second = claim(actor, lend("D-2", institution=other_bank, disbursed_on=date(2023, 3, 15)))
    client.force_login(clerk)
    page = text_of(client.get(DESK))
    assert "两家申报同一户" in page
    assert "以测试农商行为准" in page
    assert "开始核验" not in page
    client.post(f"{DESK}{first.pk}/", {"action": "settle", "reason": ""})
    assert "请写明认定的依据" in text_of(client.get(DESK))
    client.post(f"{DESK}{first.pk}/", {"action": "settle", "reason": "首笔在先"})
    states = dict(FirstLoanClaim.objects.values_list("pk", "state"))
    assert states == {first.pk: "verifying", second.pk: "rejected"}
    assert "两家申报同一户" not in text_of(client.get(DESK))


def test_whoever_checked_is_told_that_another_confirms(client, actor, lend, definition, signer):
    row = claim(actor, lend())
    client.force_login(signer)
    client.post(f"{DESK}{row.pk}/", {"action": "verify"})
    page = text_of(client.get(DESK))
    assert "须另一位审签人确认" in page
    assert 'value="confirm"' not in page


def test_confirmed_ones_by_year_and_banner_and_in_pages(client, actor, lend, definition, known_firm, confirm, clerk):
    confirm(claim(actor, lend()))
    for number in range(2, 24):
        loan = lend(f"D-{number}", party=other_firm(actor, number), disbursed_on=date(2024, 3, 1))
        confirm(claim(actor, loan, query_on=date(2024, 2, 20)))
    client.force_login(clerk)
    page = text_of(client.get(DESK))
    assert "23 笔" in page
    assert "第 1 页，共 2 页" in page
    assert known_firm.name in text_of(client.get(f"{DESK}?page=2"))
    narrowed = text_of(client.get(f"{DESK}?year=2023"))
    assert known_firm.name in narrowed
    assert "1 笔" in narrowed
    assert known_firm.name in text_of(client.get(f"{DESK}?banner=东胜区"))
    assert "没有符合条件的首贷" in text_of(client.get(f"{DESK}?year=2023&banner=未说明"))
    for strange in ("year=x", "year=0000", "page=no", "waiting=-1", "banner=%00"):
        assert client.get(f"{DESK}?{strange}").status_code == 200
