"""The drill: what is restored is what was backed up, to the byte, and what is no whole backup touches nothing."""

import hashlib
import io
import json
import random
import tarfile

import pytest

from tests.houses import PROVE, House, kill_after

KILLS = 50 if PROVE else 4

LOAD = """
from django.core.management import call_command
call_command("migrate", verbosity=0); call_command("createcachetable", verbosity=0)
from config.demo import load
load.load(lambda text: None)
"""
STATE = """
from common import audit
from accounts.models import Party
print(Party.objects.count(), audit.verify())
"""
TAMPER = """
from django.db import DatabaseError, connection, transaction
for verb in ("UPDATE common_auditevent SET action = 'x'", "DELETE FROM journal_posting"):
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(verb)
        print("changed")
    except DatabaseError:
        print("refused")
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("backup")


@pytest.fixture(scope="module")
def source(folder):
    """A city with its history, an upload, its archive and its figures."""
    house = House(folder / "source")
    house.python(LOAD)
    (house.data / "uploads").mkdir(exist_ok=True)
    (house.data / "uploads" / "a-file").write_bytes(bytes(range(256)) * 100)
    house.before = house.figures()
    house.archive = folder / "market.tar"
    status, out, err = house.manage("backup", house.archive, "--json")
    assert status == 0, err
    house.report = json.loads(out)
    yield house
    house.close()


@pytest.fixture
def empty(tmp_path):
    house = House(tmp_path / "target")
    yield house
    house.close()


def names(path):
    with tarfile.open(path) as tar:
        return tar.getnames()


def test_the_figures_of_a_restored_house_are_those_of_the_one_backed_up(source, empty, record_property):
    figures = json.loads(source.before)
    assert '"whole": true' in figures["audit"]
    assert len(figures["match"]) == 6
    status, out, err = empty.manage("restore", source.archive)
    assert status == 0, err
    assert "重新启动" in out
    assert empty.figures() == source.before == source.figures()
    assert (empty.data / "uploads" / "a-file").read_bytes() == (source.data / "uploads" / "a-file").read_bytes()
    for key in ("secret_key", "audit_key", "demo_logins.json"):
        assert (empty.data / "keys" / key).read_bytes() == (source.data / "keys" / key).read_bytes()
        assert (empty.data / "keys" / key).stat().st_mode & 0o777 == 0o600
    assert set(empty.python(TAMPER).split()) == {"refused"}
    # A backup of what was restored restores again.
    assert empty.manage("backup", empty.data.parent / "again.tar")[0] == 0
    status, out, err = empty.manage("restore", empty.data.parent / "again.tar")
    assert (status, out) == (1, "")
    assert "--force" in err
    assert empty.manage("restore", empty.data.parent / "again.tar", "--force")[0] == 0
    assert empty.figures() == source.before
    size, held = len(source.before.encode()), hashlib.sha256(source.before.encode()).hexdigest()[:16]
    record_property("proof", f"备份后恢复、再备份再恢复：数字 {size} 字节逐字节相同（sha256 {held}…）")


def test_the_archive_holds_database_keys_and_uploads_only_and_is_closed_to_others(source):
    found = names(source.archive)
    assert found[0] == "manifest.json"
    assert {name.split("/")[0] for name in found[1:]} == {found[1], "keys", "uploads"}
    assert source.archive.stat().st_mode & 0o777 == 0o600
    assert source.report["files"] == len(found) - 1
    assert [path.name for path in source.archive.parent.iterdir() if path.name.startswith(".")] == []


def damaged(path, target, how):
    """A copy of the archive, damaged one way."""
    content = path.read_bytes()
    if how == "truncated":
        content = content[: len(content) * 2 // 3]
    elif how == "last byte of a file":
        with tarfile.open(path) as tar:
            member = tar.getmembers()[-1]
        end = member.offset_data + member.size - 1
        content = content[:end] + bytes([content[end] ^ 1]) + content[end + 1 :]
    elif how == "empty":
        content = b""
    elif how == "no archive":
        content = "姓名,金额\n".encode() * 500
    target.write_bytes(content)
    if how in ("member added", "member replaced", "member left out", "member outside"):
        rewritten(path, target, how)
    return target


def rewritten(path, target, how):
    with tarfile.open(path) as old, tarfile.open(target, "w") as new:
        members = old.getmembers()
        for member in members[: -1 if how == "member left out" else None]:
            data = old.extractfile(member).read()
            if how == "member replaced" and member.name == "keys/audit_key":
                data = b"x" * member.size
            new.addfile(member, io.BytesIO(data))
        if how in ("member added", "member outside"):
            extra = tarfile.TarInfo("keys/extra" if how == "member added" else "../../escaped")
            new.addfile(extra, io.BytesIO())


@pytest.mark.parametrize(
    "how",
    [
        "truncated",
        "last byte of a file",
        "empty",
        "no archive",
        "member added",
        "member replaced",
        "member left out",
        "member outside",
    ],
)
def test_a_damaged_archive_is_refused_before_anything_is_touched(source, empty, how):
    path = damaged(source.archive, empty.data.parent / "damaged.tar", how)
    status, out, err = empty.manage("restore", path)
    assert (status, out, "Traceback" in err) == (1, "", False)
    assert "没有改动任何数据" in err
    assert not (empty.data / "db.sqlite3").exists()
    assert not (empty.data / "uploads").exists()
    assert list(empty.data.glob("restore*")) == list(empty.data.glob(".restore*")) == []


def test_an_archive_whose_manifest_was_changed_too_is_refused_by_its_fingerprint(source, empty):
    status, _, err = empty.manage("restore", source.archive, "--fingerprint", "0" * 64)
    assert (status, "指纹" in err) == (1, True)
    assert empty.manage("restore", source.archive, "--fingerprint", source.report["fingerprint"])[0] == 0


def test_places_that_cannot_be_written_or_read_are_told(source, empty):
    status, _, err = source.manage("backup", "/proc/market.tar")
    assert (status, "Traceback" in err, "请检查目录" in err) == (1, False, True)
    status, _, err = empty.manage("restore", "/no/such/file.tar")
    assert (status, "Traceback" in err, "请检查路径" in err) == (1, False, True)


def test_killed_at_any_moment_a_restore_leaves_the_old_state_or_says_so(source, empty, record_property):
    assert empty.manage("load_plan")[0] == 0
    old, new = empty.python(STATE), source.python(STATE)
    assert old != new
    told = killed = 0
    for _ in range(KILLS):
        process = empty.start("manage.py", "restore", str(source.archive), "--force")
        killed += kill_after(process, random.uniform(0.5, 4.0), whole=random.random() < 0.5)
        status, _, err = empty.manage("verify_audit")
        if status:
            assert "manage.py restore" in err
            assert "上一次恢复没有做完" in err
            told += 1
            assert empty.manage("restore", source.archive, "--force")[0] == 0
            assert empty.python(STATE) == new
        else:
            assert empty.python(STATE) in (old, new)
    assert empty.manage("restore", source.archive, "--force")[0] == 0
    assert empty.figures() == source.before
    assert list(empty.data.glob(".restore*")) == []
    record_property("proof", f"恢复中 kill -9 {killed} 次：{told} 次明言没有做完，其余为旧状态或新状态，混合 0 次")
