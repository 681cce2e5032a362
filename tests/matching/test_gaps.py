"""The gap report is what the naive evaluator finds, and small groups have no number."""

from collections import Counter
from datetime import timedelta

import pytest

from accounts.small_counts import SMALLEST_SHOWN
from common import clock, outbox
from enterprises.models import Need
from enterprises.selectors import subjects_of
from enterprises.services import need_update
from matching import gaps, tasks
from matching.services import rematch
from products.rules.evaluate import truth
from products.selectors import listed_versions, rules_for


@pytest.fixture(autouse=True)
def fresh_counts():
    gaps._exclusions.clear()
    yield
    gaps._exclusions.clear()


def _naive(subject):
    """Labels of conditions failed, by product of the subject's kinds."""
    found = {}
    for version in listed_versions():
        rules = [rule for rule in rules_for(version) if rule.hard]
        if truth(rules[0].test, subject) is not False:
            found[version.product.code] = [rule.label for rule in rules[1:] if truth(rule.test, subject) is False]
    return found


def test_what_shuts_out_is_what_the_naive_evaluator_says(ten_firms):
    rematch()
    subjects = subjects_of(Need.objects.all())
    by_code = {need.code: subjects[need.pk] for need in Need.objects.order_by("pk")}
    found = gaps.gaps()
    assert found
    for gap in found:
        failed = _naive(by_code[gap.need.code])
        assert gap.shut_out == Counter(label for labels in failed.values() for label in labels)
    whole, alone = {}, {}
    for subject in subjects.values():
        for product, labels in _naive(subject).items():
            whole.setdefault(product, Counter()).update(labels)
            alone.setdefault(product, Counter()).update(labels if len(labels) == 1 else [])
    for product, conditions in gaps.exclusions().items():
        assert {one.label: one.needs for one in conditions if one.needs} == whole.get(product, {})
        assert {one.label: one.alone for one in conditions if one.alone} == dict(alone.get(product, {}))
        assert [one.needs for one in conditions] == sorted((one.needs for one in conditions), reverse=True)


def test_what_shuts_out_follows_a_changed_need(ten_firms, actor):
    rematch()
    before, need = gaps.exclusions(), Need.objects.get(code="N02")
    need_update(actor=actor, need=need, kinds=["贷"], amount=90_000_000, term_months=12, purpose="", guarantees=None)
    with clock.at(clock.now() + timedelta(minutes=1)):
        outbox.relay()
        tasks.count_due()
    followed = gaps.exclusions()
    gaps._exclusions.clear()
    assert gaps.exclusions() == followed != before


def _gap(number, cell, banner="东胜区", label="年营业收入"):
    masked = gaps.MaskedNeed(f"N{number}", ("贷",), cell[1], "1～3年", cell[0], banner, ())
    return gaps.Gap(masked, cell, Counter({label: 2, "地区": 1}))


def test_small_groups_are_only_a_sum():
    cells = [("软件", "100万元以下", "只有信用")] * 7 + [("化工", "100万元以下", "只有信用")] * 2
    cells += [("农牧", "100～500万元", "未说明")] * 3
    found = gaps.report([_gap(number, cell, "东胜区" if number else "杭锦旗") for number, cell in enumerate(cells)])
    assert found.total == 12
    assert [(group.key[0], group.count, group.excluding) for group in found.groups] == [("软件", 7, "年营业收入")]
    assert found.rest == (2, 5)
    assert found.banners == (("东胜区", None), ("杭锦旗", None))
    shown = [count for _, count in (*found.banners, *found.excluding) if count is not None]
    assert all(count >= SMALLEST_SHOWN for count in shown)


def test_small_cells_join_what_is_left_of_their_band_then_of_their_sector():
    cells = [
        ("软件", "100万元以下", guarantee) for guarantee in ("只有信用",) * 5 + ("未说明",) * 3 + ("抵押或质押",) * 2
    ]
    cells += (
        [("软件", "100～500万元", "未说明")] * 3 + [("软件", "未定", "未说明")] * 2 + [("农牧", "未定", "未说明")] * 6
    )
    cells += [("化工", "未定", "未说明")]
    found = gaps.report([_gap(number, cell) for number, cell in enumerate(cells)])
    assert {group.key: group.count for group in found.groups} == {
        ("软件", "100万元以下", "其余"): 5,
        ("软件", "其余", "其余"): 5,
        ("农牧", "未定", "未说明"): 6,
    }
    # The one left over takes a group along.
    assert found.rest == (2, 6)
    assert sum(group.count for group in found.groups) + found.rest[1] == found.total


def test_hardly_any_gap_is_no_number_at_all():
    found = gaps.report([_gap(1, ("软件", "100万元以下", "只有信用"))])
    assert (found.total, found.groups, found.rest) == (None, (), (1, None))
    assert gaps.report([]).total == 0


@pytest.mark.parametrize(
    ("offered", "kind"),
    [
        (None, "未说明"),
        ([], "只有信用"),
        (["信用"], "只有信用"),
        (["信用", "保证", "抵押"], "抵押或质押"),
        (["知识产权质押", "抵押"], "含知识产权质押"),
        (["担保公司"], "保证或担保"),
    ],
)
def test_guarantees_are_one_of_five_kinds(offered, kind):
    assert gaps.guarantee_class(Need(guarantees=offered)) == kind
