"""Search results and the product page, both public."""

from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from common import clock
from common.errors import Invalid
from frontend import results
from frontend.detail import application, beside, conditions, source_of
from frontend.listing import SORTS, listing
from frontend.reasons import reasons
from frontend.viewer import viewer
from matching.selectors import explain_product
from products.presentation import text_conditions
from products.selectors import own_codes, unconfirmed, version_for_page
from search.popular import note

# What the embedded engine calls itself; any other name comes from a server that answered.
EMBEDDED = "tantivy"


@login_not_required
def products(request: HttpRequest) -> HttpResponse:
    """Results for the address's words and ticks, judged for the reader's need where there is one."""
    reader, own = viewer(request), own_codes(request.user)
    page = listing(request.GET) if reader else listing(request.GET).without_verdicts()
    try:
        judged = results.run(page, reader, own)
    except Invalid:
        # A place in the list that no longer exists: start over rather than refuse the whole page.
        page = page.first_page()
        judged = results.run(page, reader, own)
    found = judged.result
    if not page.after:
        note(page.text, found.total)
    context = {
        "page": page,
        "found": found,
        "reader": reader,
        "other_needs": [(need, page.for_need(need.code)) for need in reader.others] if reader else [],
        "cards": results.cards(found, reader),
        "facets": results.facets(page, judged),
        "chips": results.chips(page),
        "read_conditions": results.read_conditions(page, found.understood),
        "sorts": [(label, page.sorted_by(sort), sort == page.sort) for sort, label in SORTS.items()],
        "next_page": page.page_after(found.next_after) if found.next_after else "",
        "first_page": page.first_page().address(),
        "fallback": bool(settings.SEARCH_URL) and found.engine == EMBEDDED,
        "ways_out": [] if found.total else results.ways_out(page, found, reader),
    }
    return render(request, "frontend/products.html", context)


@login_not_required
def product(request: HttpRequest, code: str) -> HttpResponse:
    """One product: per-rule reasons for the reader's need, plain conditions for a visitor."""
    version = version_for_page(code, request.user)
    reader = viewer(request)
    context: dict[str, Any] = {
        "version": version,
        "reader": reader,
        "conditions": conditions(version),
        "texts": text_conditions(version),
        "unconfirmed": unconfirmed(version, clock.today()),
        "source": source_of(version),
        "reasons": None,
        "beside": None,
        "application": None,
    }
    if reader is not None:
        context["reasons"] = reasons(explain_product(reader.subject, version))
        context["beside"] = beside(reader, version)
        context["application"] = application(reader, version, context["reasons"])
    return render(request, "frontend/product.html", context)
