"""Publishing whitelist batches: hand in a file or type codes, look at what it would do, then confirm."""

import csv
import io
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from accounts.models import Role, User
from common import clock
from common.errors import Invalid
from enterprises.imports import WhitelistImporter
from enterprises.imports.uploads import whitelist_upload
from frontend import uploads
from frontend.desk_forms import problems_of
from frontend.forms import Problem
from frontend.office_forms import TypedBatchForm
from frontend.views.whitelist import required_registrar

TYPED = "手工录入"
SHOWN_ERRORS = 200


@require_http_methods(["GET", "HEAD", "POST"])
def publish(request: HttpRequest) -> HttpResponse:
    """Hand in a file or type a batch; a good one is checked and shown before anything is written."""
    user = required_registrar(request)
    own = user.party.name if user.party and user.has_role(Role.LEAD_UNIT) else ""
    form = TypedBatchForm(initial={"published_on": clock.today().isoformat(), "department": own})
    problems: list[Problem] = []
    if request.method == "POST" and "typed" in request.POST:
        form = TypedBatchForm(request.POST)
        if form.is_valid():
            return _checked(request, user, uploads.keep(user, TYPED, _as_csv(form.rows())))
        problems = problems_of(form)
    elif request.method == "POST":
        upload = request.FILES.get("file")
        try:
            if upload is None:
                raise Invalid("请选择要上传的文件。", field="file")
            return _checked(request, user, uploads.keep_uploaded(user, upload))
        except Invalid as error:
            problems = [Problem("file", "名单文件", error.message)]
    context = {
        "form": form,
        "problems": problems,
        "file_error": next((problem.message for problem in problems if problem.field == "file"), ""),
        "own": own,
        "columns": list(WhitelistImporter.columns),
        "optional": WhitelistImporter.optional,
    }
    return render(request, "frontend/office/whitelist_publish.html", context, status=422 if problems else 200)


@require_POST
def confirm(request: HttpRequest) -> HttpResponse:
    """Write what was checked. It is checked again: somebody may have published in between."""
    user = required_registrar(request)
    kept = uploads.held(user, request.POST.get("token", ""))
    done = whitelist_upload(actor=user, path=kept.path, name=kept.name, dry_run=False)
    if not done.report.written:
        return _page(request, kept, done, status=409)
    uploads.drop(kept)
    counts = done.report
    messages.success(
        request, f"已写入：新增 {counts.created} 户，登记退出 {counts.updated} 户，未变 {counts.unchanged} 户。"
    )
    return redirect("frontend:whitelist")


def _checked(request: HttpRequest, user: User, kept: uploads.Held) -> HttpResponse:
    found = whitelist_upload(actor=user, path=kept.path, name=kept.name, dry_run=True)
    if found.report.rejected:
        uploads.drop(kept)
    return _page(request, kept, found, status=422 if found.report.rejected else 200)


def _page(request: HttpRequest, kept: uploads.Held, found: Any, *, status: int) -> HttpResponse:
    # A typed batch has no header line: its rows are counted from the first code.
    header = 1 if kept.name == TYPED else 0
    rejected = [{**item, "row": item["row"] - header} for item in found.report.as_json()["rejected"]]
    context = {
        "kept": kept,
        "typed": kept.name == TYPED,
        "report": found.report,
        "batches": found.batches,
        "rejected": rejected[:SHOWN_ERRORS],
        "more": max(0, len(rejected) - SHOWN_ERRORS),
        "total": len(rejected),
        "changed": status == 409,
    }
    return render(request, "frontend/office/whitelist_check.html", context, status=status)


def _as_csv(rows: list[dict[str, str]]) -> bytes:
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, list(WhitelistImporter.columns), restval="")
    writer.writeheader()
    writer.writerows(rows)
    return buffer.getvalue().encode()
