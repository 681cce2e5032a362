"""The public home."""

from dataclasses import dataclass

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from frontend.clocks import PROMISED
from frontend.listing import Listing
from products.selectors import shelf_counts


@dataclass(frozen=True)
class Shelf:
    """One shelf of the market."""

    category: str
    name: str
    promise: str


@dataclass(frozen=True)
class Scene:
    """A thing people come to do, in their words, and the search that finds it."""

    verb: str
    reason: str
    listing: Listing

    @property
    def address(self) -> str:
        return self.listing.address()


SHELVES = (
    Shelf("贷", "人才贷", "凭人才称号、科技成果申请信用贷款"),
    Shelf("保", "人才保", "由政府性担保公司增信，部分免担保费"),
    Shelf("险", "人才险", "首台（套）、专利、研发费用损失保险"),
    Shelf("投", "人才投", "股权投资，适合初创与成果转化"),
    Shelf("租", "设备租", "买设备先用后付，按月支付租金"),
)
SCENES = (
    Scene("第一次向银行借款", "看信用贷款，不用抵押", Listing("首次贷款 信用", (("category", "贷"),))),
    Scene("用专利、成果作质押", "不押厂房也能谈额度", Listing("", (("guarantees", "知识产权质押"),))),
    Scene("买设备、改产线", "设备更新与融资租赁", Listing("设备更新")),
    Scene("纳税 M 级、成立不久", "看成立一年左右可办的产品", Listing("初创 纳税M级")),
    Scene("引进团队、落地创业", "人才工程入选者适用", Listing("人才创业")),
    Scene("设备首台（套）投保", "首台套重大技术装备保险", Listing("首台套", (("category", "险"),))),
)
TRIES = ("500万 知识产权质押 2年", "成立不到一年 能贷款吗", "人才担保 免担保费")


@login_not_required
def home(request: HttpRequest) -> HttpResponse:
    """Search box, shelves with their counts, what people come to do, how it works."""
    counts = shelf_counts()
    shelves = [(shelf, counts.by_category[shelf.category]) for shelf in SHELVES if counts.by_category[shelf.category]]
    return render(
        request,
        "frontend/home.html",
        {
            "shelves": shelves,
            "total": counts.total,
            "scenes": SCENES,
            "promised": PROMISED,
            "tries": [(text, Listing(text).address()) for text in TRIES],
        },
    )
