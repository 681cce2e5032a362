"""The institution's own products: draft, second person, shelf, quarterly confirmation."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import Role, User
from common import clock
from common.errors import Conflict, Invalid, Missing, NotAllowed
from frontend.desk_forms import NewProductForm, ProductForm, ReasonForm, blame, problems_of, product_texts
from frontend.detail import conditions
from frontend.viewer import required_user
from frontend.views.desk import required_desk
from matching.disclosure import coarse
from matching.gaps import exclusions
from matching.selectors import fitting_counts
from products import services
from products.content import content_of
from products.models import ProductVersion
from products.policies import can
from products.presentation import text_conditions
from products.selectors import shelf_of, unconfirmed

State = ProductVersion.State


@dataclass(frozen=True)
class Move:
    """One thing that may be done with a version."""

    verb: str
    done: str
    service: Callable[..., ProductVersion]
    asks: str = ""


MOVES = {
    "submit": Move("提交复核", "已提交，请另一位同事复核。", services.submit_for_review),
    "approve": Move("复核通过并上架", "已上架，企业现在就能看到。", services.approve),
    "send_back": Move("退回修改", "已退回经办人修改。", services.send_back, "哪里要改"),
    "confirm": Move("确认仍然有效", "已确认，本季度和下季度有效。", services.confirm),
    "suspend": Move("暂停办理", "已暂停，企业看不到这个产品了。", services.suspend, "暂停原因"),
    "relist": Move("恢复上架", "已恢复上架。", services.relist),
    "delist": Move("下架", "已下架。", services.delist, "下架原因"),
}


@require_safe
def products(request: HttpRequest) -> HttpResponse:
    """One row a product: its newest version, and whether it still needs somebody."""
    party = required_desk(request)
    user, today = required_user(request), clock.today()
    by_code: dict[str, list[ProductVersion]] = {}
    for version in shelf_of(party.pk):
        by_code.setdefault(version.product.code, []).append(version)
    rows = []
    for code, versions in by_code.items():
        listed = next((version for version in versions if version.state == State.LISTED), None)
        rows.append((code, versions[0], listed, listed is not None and unconfirmed(listed, today)))
    context = {"rows": rows, "maker": user.has_role(Role.BANK_MAKER)}
    return render(request, "frontend/desk/products.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def product(request: HttpRequest, code: str) -> HttpResponse:
    """Every version with what may be done; POST does one of them."""
    user, versions = own_versions(request, code)
    if request.method != "POST":
        return _page(request, user, versions)
    move = MOVES.get(request.POST.get("action", ""))
    version = next((item for item in versions if str(item.number) == request.POST.get("number")), None)
    if move is None or version is None:
        raise Missing("没有这个版本或这项操作，请刷新后再试。")
    given: dict[str, str] = {}
    if move.asks:
        form = ReasonForm(request.POST)
        if not form.is_valid():
            return _page(
                request, user, versions, wrong=form, tried=(request.POST["action"], version.number), status=422
            )
        given = {"reason": form.cleaned_data["reason"]}
    try:
        move.service(actor=user, version=version, **given)
    except Conflict as error:
        return _page(request, *own_versions(request, code), conflict=error.message, status=409)
    messages.success(request, f"{version.name} 第 {version.number} 版：{move.done}")
    return redirect("frontend:desk_product", code)


def _fit(version: ProductVersion) -> dict[str, Any]:
    """How many open needs a listed version fits and what shuts out most, coarse: the institution may not know who."""
    code = version.product.code
    sure, maybe = fitting_counts([version]).get(code, (0, 0))
    shut_out = [(one.label, coarse({"": one.needs})[""]) for one in exclusions().get(code, ())[:3]]
    return {**coarse({"satisfied": sure, "unknown": maybe}), "excluding": [row for row in shut_out if row[1]]}


@require_http_methods(["GET", "HEAD", "POST"])
def product_new(request: HttpRequest) -> HttpResponse:
    """The first draft of a new product."""
    party = required_desk(request)
    user = required_user(request)
    if not can(user, "create", party):
        raise NotAllowed("只有本机构的产品经办可以新建产品。")

    def save(form: ProductForm) -> ProductVersion:
        category = form.cleaned_data["category"]
        return services.draft_create(actor=user, institution=party, category=category, content=form.content())

    return _form(request, NewProductForm(request.POST or None), save, title="新建产品")


@require_http_methods(["GET", "HEAD", "POST"])
def product_edit(request: HttpRequest, code: str) -> HttpResponse:
    """Change the open draft, or start the next version from the newest one."""
    user, versions = own_versions(request, code)
    newest = versions[0]
    if not can(user, "revise", newest.product):
        raise NotAllowed("只有本机构的产品经办可以修改产品。")
    if newest.state == State.IN_REVIEW:
        raise Conflict("这个产品有一版正在复核，请等复核人通过或退回后再改。")
    drafting = newest.state == State.DRAFT

    def save(form: ProductForm) -> ProductVersion:
        if drafting:
            return services.draft_edit(actor=user, version=newest, content=form.content())
        return services.revision_create(actor=user, product=newest.product, content=form.content())

    form = ProductForm(request.POST or None, initial=product_texts(content_of(newest)))
    return _form(request, form, save, title=f"修改 {newest.name}" if drafting else f"{newest.name}：另起新版本")


def _form(
    request: HttpRequest, form: ProductForm, save: Callable[[Any], ProductVersion], *, title: str
) -> HttpResponse:
    if form.is_bound and form.is_valid():
        try:
            version = save(form)
        except Invalid as error:
            blame(form, error.field, error.message)
        else:
            messages.success(request, f"{version.name} 第 {version.number} 版草稿已保存。核对下面的条件，再提交复核。")
            return redirect("frontend:desk_product", version.product.code)
    problems = problems_of(form) if form.is_bound else []
    context = {"form": form, "problems": problems, "title": title, "new": "category" in form.fields}
    return render(request, "frontend/desk/product_form.html", context, status=422 if problems else 200)


def own_versions(request: HttpRequest, code: str) -> tuple[User, list[ProductVersion]]:
    """The reader and every version of a product of the own institution, newest first; else Missing."""
    party = required_desk(request)
    rows = shelf_of(party.pk).filter(product__code=code).select_related("made_by", "approved_by")
    versions = list(rows.select_related("product__institution__institution"))
    if not versions:
        raise Missing("没有找到这个产品，或者它不是本机构的产品。")
    return required_user(request), versions


def _page(
    request: HttpRequest,
    user: User,
    versions: list[ProductVersion],
    *,
    wrong: ReasonForm | None = None,
    tried: tuple[str, int] = ("", 0),
    conflict: str = "",
    status: int = 200,
) -> HttpResponse:
    newest = versions[0]
    today = clock.today()
    listed = next((version for version in versions if version.state == State.LISTED), None)
    context = {
        "product": newest.product,
        "newest": newest,
        "versions": [
            (version, [(name, move) for name, move in MOVES.items() if can(user, name, version)])
            for version in versions
        ],
        "editable": can(user, "edit", newest)
        or (newest.state not in (State.DRAFT, State.IN_REVIEW) and can(user, "revise", newest.product)),
        "drafting": newest.state == State.DRAFT,
        "conditions": conditions(newest),
        "fit": _fit(listed) if listed else None,
        "texts": text_conditions(newest),
        "stale": listed is not None and unconfirmed(listed, today),
        "listed": listed,
        "wrong": wrong,
        "tried": tried,
        "problems": problems_of(wrong) if wrong else [],
        "conflict": conflict,
    }
    return render(request, "frontend/desk/product.html", context, status=status)
