"""Files the office brings in: checked apart, shown with their errors, taken in as a job that can stop and go on."""

import csv
import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.models import Notification, Role
from accounts.uploads import path_of
from common import audit, jobs
from common.models import Job
from common.tasks import start_jobs
from enterprises.models import EnterpriseProfile
from frontend.jobs import csv_safe
from tests.codes import credit_code
from tests.frontend.conftest import text_of

HEADER = (
    "uscc,name,region,industry,established_on,employees,revenue_wan,total_assets_wan,debt_ratio_pct,rd_ratio_pct,"
    "invention_patents,utility_patents,software_copyrights,tags,tax_grade,has_prior_loan,leader_titles"
)


def firms(count, *bad):
    rows = [[credit_code(number), f"企业{number}", *[""] * 15] for number in range(count)]
    for number, column, value in bad:
        rows[number][HEADER.split(",").index(column)] = value
    out = io.StringIO()
    csv.writer(out).writerows([HEADER.split(","), *rows])
    return out.getvalue().encode()


def send(client, content, kind="enterprises", name="企业.csv"):
    response = client.post("/office/jobs/new/", {"kind": kind, "file": SimpleUploadedFile(name, content)})
    if response.status_code == 302:
        start_jobs()
        return Job.objects.get(pk=response["Location"].strip("/").split("/")[-1])
    return response


def act(client, job, action, **data):
    return client.post(f"/office/jobs/{job.pk}/{action}/", data, follow=True)


def test_upload_check_confirm_and_the_rows_are_there(as_office, django_capture_on_commit_callbacks):
    job = send(as_office, firms(450))
    assert (job.state, job.percent, job.result["created"]) == ("done", 100, 450)
    assert EnterpriseProfile.objects.count() == 0
    page = text_of(as_office.get(f"/office/jobs/{job.pk}/"))
    assert "全部各行通过检查，现在还没有写入" in page
    assert "正在排队" not in act(as_office, job, "confirm").content.decode()
    with django_capture_on_commit_callbacks(execute=True):
        start_jobs()
    taken = Job.objects.get(kind="import:enterprises")
    assert (taken.state, taken.done, taken.total, taken.result["created"]) == ("done", 450, 450, 450)
    assert EnterpriseProfile.objects.count() == 450
    assert not path_of(taken).exists()
    assert [n.title for n in Notification.objects.order_by("pk")] == [
        "检查 企业与需求：已完成",
        "导入 企业与需求：已完成",
    ]
    assert audit.verify()[1] == []
    # The file is gone: confirming once more says so.
    assert "请重新上传" in text_of(act(as_office, job, "confirm"))
    again = send(as_office, firms(450))
    assert again.result["unchanged"] == 450


def test_bad_rows_are_shown_and_only_skipped_on_request(as_office):
    job = send(as_office, firms(5, (2, "employees", "=1+1"), (3, "tax_grade", "=HYPERLINK(1)")))
    page = text_of(as_office.get(f"/office/jobs/{job.pk}/"))
    assert 'data-label="行">4<' in page
    assert "employees" in page
    assert "勾选跳过这些行" in text_of(act(as_office, job, "confirm"))
    assert not Job.objects.filter(kind="import:enterprises").exists()
    response = as_office.get(f"/office/jobs/{job.pk}/errors.csv")
    rows = list(csv.reader(io.StringIO(response.content.decode("utf-8-sig"))))
    assert rows[0] == ["行", "列", "问题"]
    assert [row[:2] for row in rows[1:]] == [["4", "employees"], ["5", "tax_grade"]]
    act(as_office, job, "confirm", skip_invalid="1")
    start_jobs()
    taken = Job.objects.get(kind="import:enterprises")
    assert (taken.state, taken.result["created"], taken.result["rejected_count"]) == ("done", 3, 2)


def test_a_file_that_is_none_is_told_in_words(as_office):
    job = send(as_office, b"PK\x03\x04 nothing", name="坏.xlsx")
    page = text_of(as_office.get(f"/office/jobs/{job.pk}/"))
    assert "打不开" in page
    assert "确认导入" not in page
    response = as_office.post("/office/jobs/new/", {"kind": "enterprises"})
    assert response.status_code == 422
    assert "请选择要导入的 CSV" in text_of(response)
    assert as_office.post("/office/jobs/new/", {"kind": "nothing"}).status_code == 422


def test_a_job_stops_when_asked_and_goes_on_from_its_last_block(as_office, monkeypatch):
    job = send(as_office, firms(600))
    act(as_office, job, "confirm")
    taken = Job.objects.get(kind="import:enterprises")
    advance = jobs.advance

    def ask_to_stop(job, done, total=None):
        advance(job, done, total)
        if job.done == 200:
            jobs.cancel(job)

    monkeypatch.setattr(jobs, "advance", ask_to_stop)
    start_jobs()
    taken.refresh_from_db()
    assert (taken.state, taken.done, EnterpriseProfile.objects.count()) == ("cancelled", 200, 200)
    page = text_of(as_office.get(f"/office/jobs/{taken.pk}/"))
    assert "已按要求停下" in page
    monkeypatch.undo()
    act(as_office, taken, "resume")
    start_jobs()
    taken.refresh_from_db()
    assert (taken.state, taken.done, taken.result["created"]) == ("done", 600, 600)
    assert EnterpriseProfile.objects.count() == 600


def test_a_process_that_lost_its_job_writes_nothing_more(as_office, monkeypatch):
    job = send(as_office, firms(600))
    act(as_office, job, "confirm")
    taken = Job.objects.get(kind="import:enterprises")
    advance = jobs.advance

    def taken_over(job, done, total=None):
        if done == 400:
            Job.objects.filter(pk=job.pk).update(attempts=job.attempts + 1)
        advance(job, done, total)

    monkeypatch.setattr(jobs, "advance", taken_over)
    start_jobs()
    taken.refresh_from_db()
    # The second block was rolled back with the take-over that the test wrote into its transaction.
    assert (taken.state, taken.done, EnterpriseProfile.objects.count()) == ("running", 200, 200)


def test_a_failure_of_the_program_is_told_without_its_words_and_can_go_on(as_office, monkeypatch):
    job = send(as_office, firms(3))
    act(as_office, job, "confirm")

    def broken(*arguments):
        raise RuntimeError("disk on fire")

    monkeypatch.setattr("accounts.uploads.running.apply_rows", broken)
    start_jobs()
    taken = Job.objects.get(kind="import:enterprises")
    page = text_of(as_office.get(f"/office/jobs/{taken.pk}/"))
    assert taken.state == "failed"
    assert "disk on fire" not in page
    assert f"任务编号 {taken.pk}" in page
    monkeypatch.undo()
    act(as_office, taken, "resume")
    start_jobs()
    taken.refresh_from_db()
    assert (taken.state, EnterpriseProfile.objects.count()) == ("done", 3)


def test_others_see_their_own_jobs_only_and_bring_in_nothing(as_office, client, register):
    job = send(as_office, firms(2))
    client.force_login(register("bank", Role.BANK_MAKER))
    assert "还没有后台任务" in text_of(client.get("/office/jobs/"))
    assert client.get(f"/office/jobs/{job.pk}/").status_code == 404
    assert client.get(f"/office/jobs/{job.pk}/errors.csv").status_code == 404
    assert act(client, job, "cancel").status_code == 404
    assert client.post("/office/jobs/new/", {"kind": "facts"}).status_code == 403


def test_a_poll_gets_the_progress_alone_and_a_reload_when_it_has_ended(as_office):
    job = send(as_office, firms(2))
    ended = as_office.get(f"/office/jobs/{job.pk}/", headers={"HX-Request": "true"})
    assert ended["HX-Refresh"] == "true"
    assert "<html" not in ended.content.decode()
    assert "every 2s" not in ended.content.decode()
    Job.objects.filter(pk=job.pk).update(state="running", done=1)
    active = as_office.get(f"/office/jobs/{job.pk}/", headers={"HX-Request": "true"})
    assert "HX-Refresh" not in active
    assert 'hx-trigger="every 2s"' in active.content.decode()
    assert "可以离开此页" in text_of(as_office.get("/office/jobs/"))


def test_every_template_has_its_heading_row(as_office):
    page = as_office.get("/office/jobs/").content.decode()
    for kind in "products enterprises talents facts whitelist financings balances postings".split():
        assert f"/office/jobs/template/{kind}.csv" in page
        row = as_office.get(f"/office/jobs/template/{kind}.csv").content.decode("utf-8-sig")
        assert row.count(",") > 5
    assert as_office.get("/office/jobs/template/nothing.csv").status_code == 404


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@x", "＝1", "＋1", "－1", "＠x", "\t=1", " =1", "\r=1"])
def test_no_cell_of_an_export_is_a_formula(text):
    assert csv_safe(text) == f"'{text}"
    assert csv_safe(7) == "7"


def test_messages_go_outside_only_where_the_reader_says_so(as_office):
    page = text_of(as_office.get("/messages/"))
    assert "默认只在站内" in page
    wrong = as_office.post("/messages/channels/", {"mail": "nobody", "sms": ""})
    assert wrong.status_code == 422
    assert "name@example.com" in text_of(wrong)
    saved = as_office.post("/messages/channels/", {"mail": "a@example.com", "sms": ""}, follow=True)
    assert "已保存" in text_of(saved)
    assert 'value="a@example.com"' in saved.content.decode()
