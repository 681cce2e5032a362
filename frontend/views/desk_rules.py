"""The rule builder of a draft: conditions beside their sentences, tried on the whitelist before a review."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from accounts.models import User
from common.errors import Conflict, Invalid, NotAllowed
from enterprises.facts import FIELDS
from frontend import rule_form
from frontend.charts.bars import Bar, BarChart
from frontend.forms import Problem
from frontend.rule_form import Condition
from frontend.views.desk_products import own_versions
from matching.services.previews import Preview, preview
from products.content import content_of
from products.models import ProductVersion
from products.policies import can
from products.rules.compare import changes
from products.rules.contradiction import never_true
from products.rules.explain import required_text
from products.rules.from_columns import COLUMN_CODES
from products.rules.language import RuleSet, dump, parse
from products.selectors import rules_for
from products.services import draft_edit
from products.services.versions import composed, extra_rules_of

_CHOICES = {
    "fields": FIELDS.values(),
    "operators": rule_form.OPERATORS.items(),
    "modes": rule_form.MODES.items(),
}


@require_http_methods(["GET", "HEAD", "POST"])
def rules(request: HttpRequest, code: str) -> HttpResponse:
    """Build, try, save. Every button works as a plain submit; htmx tries by itself while one types."""
    user, versions = own_versions(request, code)
    draft = versions[0]
    if not can(user, "revise", draft.product):
        raise NotAllowed("只有本机构的产品经办可以修改条件。")
    if draft.state != ProductVersion.State.DRAFT:
        raise Conflict("只有草稿可以改条件。请先在产品页另起新版本，或请复核人退回。")
    shown, kept = rule_form.of_rules(parse(extra_rules_of(draft)))
    if request.method != "POST":
        return _page(request, user, versions, shown or (Condition(),), kept)
    conditions = rule_form.typed(request.POST)
    if request.POST.get("do") != "save":
        return _page(request, user, versions, conditions or (Condition(),), kept, try_out=_tries(request))
    built = rule_form.build(conditions, {rule.code for rule in kept})
    if not built.problems:
        try:
            draft_edit(actor=user, version=draft, content=content_of(draft), extra_rules=dump((*kept, *built.rules)))
        except Invalid as error:
            return _page(request, user, versions, conditions, kept, refused=error.message)
        messages.success(request, f"第 {draft.number} 版的条件已保存，可以提交复核。")
        return redirect("frontend:desk_product", code)
    return _page(request, user, versions, conditions, kept)


def _tries(request: HttpRequest) -> bool:
    return request.POST.get("do", "try") == "try"


def _page(
    request: HttpRequest,
    user: User,
    versions: list[ProductVersion],
    conditions: tuple[Condition, ...],
    kept: RuleSet,
    *,
    try_out: bool = False,
    refused: str = "",
) -> HttpResponse:
    draft, before = versions[0], next(iter(versions[1:]), None)
    from_columns = tuple(rule for rule in rules_for(draft) if rule.code in COLUMN_CODES)
    built = rule_form.build(conditions, {rule.code for rule in (*from_columns, *kept)})
    whole: RuleSet = (*from_columns, *kept, *built.rules)
    answer, problems = None, list(built.problems)
    if request.method == "POST":
        try:
            parse(composed(draft.product, content_of(draft), dump((*kept, *built.rules)))["rules"])
            # A row still being typed would cost a question and answer another one.
            answer = preview(actor=user, version=draft, rules=whole) if try_out and not problems else None
        except Invalid as error:
            refused = error.message
    if refused:
        problems.append(Problem("", "", refused))
    context: dict[str, Any] = {
        "draft": draft,
        "conditions": built.conditions,
        "problems": problems,
        "kept": _sentences(kept),
        "from_columns": _sentences(from_columns),
        "sentences": _sentences(built.rules),
        **_CHOICES,
        "never": [rule.label for rule in never_true(whole)],
        "changes": changes(rules_for(before), whole) if before else [],
        "before": before,
        "preview": answer,
        "chart": _chart(answer) if answer and any(count for _, count in answer.banners) else None,
    }
    wrong = problems and not getattr(request, "htmx", False)
    return render(request, "frontend/desk/rules.html", context, status=422 if wrong else 200)


def _sentences(rules: RuleSet) -> list[tuple[str, str]]:
    return [(rule.label, required_text(rule.test)) for rule in rules]


def _chart(answer: Preview) -> BarChart:
    return BarChart(
        title="符合的户按旗区",
        unit="户",
        bars=tuple(Bar(label, count) for label, count in answer.banners),
        note="“缺”为少于 5 户或须一并隐去；数字取 5 的整数倍。",
        lying=True,
    )
