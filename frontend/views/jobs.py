"""Long work: what runs, how far it is, what it refused; files the office brings in."""

import csv
from collections.abc import Callable

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from accounts.models import Role, User
from accounts.uploads import job_cancel, job_resume, jobs_visible_to, kinds, upload_confirm, upload_receive
from common.errors import DomainError, Missing
from common.models import Job
from frontend.jobs import card, csv_safe
from frontend.viewer import required_user

A_PAGE = 20
BOM = "\ufeff"


@require_safe
def jobs(request: HttpRequest) -> HttpResponse:
    """The reader's jobs (the office: all), newest first, with the form for a new file."""
    return _listed(request)


@require_safe
def job(request: HttpRequest, number: int) -> HttpResponse:
    """One job; a poll of its card alone ends with a reload once the job has ended."""
    shown = card(_own(request, number), required_user(request))
    if request.headers.get("HX-Request"):
        response = render(request, "frontend/parts/job_progress.html", {"card": shown})
        if not shown.active:
            response["HX-Refresh"] = "true"
        return response
    return render(request, "frontend/job.html", {"card": shown})


@require_POST
def job_new(request: HttpRequest) -> HttpResponse:
    """Receive a file; its check runs as a job."""
    try:
        made = upload_receive(
            actor=required_user(request), kind=request.POST.get("kind", ""), upload=request.FILES.get("file")
        )
    except DomainError as error:
        return _listed(request, error)
    return redirect("frontend:job", made.pk)


@require_POST
def job_act(request: HttpRequest, number: int, action: str) -> HttpResponse:
    """Cancel, resume, or take in a checked file; a refusal comes back as a message."""
    user, found = required_user(request), _own(request, number)
    skip = "skip_invalid" in request.POST
    steps: dict[str, tuple[Callable[[], Job | None], str]] = {
        "cancel": (lambda: job_cancel(actor=user, job=found), "已请求取消，做完当前一批就停下。"),
        "resume": (lambda: job_resume(actor=user, job=found), "已重新排队，从停下的地方接着做。"),
        "confirm": (lambda: upload_confirm(actor=user, job=found, skip_invalid=skip), "已开始导入。"),
    }
    if action not in steps:
        raise Missing("没有这一步，请回到任务页重新选择。")
    step, said = steps[action]
    try:
        found = step() or found
    except DomainError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, said)
    return redirect("frontend:job", found.pk)


@require_safe
def job_errors(request: HttpRequest, number: int) -> HttpResponse:
    """The refused rows as CSV for a spreadsheet."""
    rejected = _own(request, number).result.get("rejected", [])
    rows = [[item["row"], item["column"], item["error"]] for item in rejected]
    return _csv(f"job-{number}-errors.csv", ["行", "列", "问题"], rows)


@require_safe
def job_template(request: HttpRequest, kind: str) -> HttpResponse:
    """The heading row of one kind of file."""
    for item in kinds():
        if item.name == kind:
            return _csv(f"{kind}.csv", list(item.importer().columns), [])
    raise Missing("没有这种文件的模板，请回到任务页重新选择。")


def _own(request: HttpRequest, number: int) -> Job:
    found = jobs_visible_to(required_user(request)).filter(pk=number).first()
    if found is None:
        raise Missing("没有这个任务，请回到任务页重新选择。")
    return found


def _listed(request: HttpRequest, error: DomainError | None = None) -> HttpResponse:
    user = required_user(request)
    page = Paginator(jobs_visible_to(user), A_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "cards": [card(row, user) for row in page.object_list],
        "kinds": kinds() if user.has_role(Role.OFFICE) else (),
        "chosen": request.POST.get("kind", ""),
        "problem": error,
        "everybody": _sees_all(user),
    }
    return render(request, "frontend/jobs.html", context, status=error.status if error else 200)


def _sees_all(user: User) -> bool:
    return user.has_role(Role.OFFICE, Role.OFFICE_SIGNER)


def _csv(name: str, header: list[str], rows: list[list[object]]) -> HttpResponse:
    response = HttpResponse(BOM, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    writer = csv.writer(response)
    writer.writerow(header)
    writer.writerows([[csv_safe(cell) for cell in row] for row in rows])
    return response
