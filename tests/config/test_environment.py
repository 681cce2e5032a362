"""What a person can mend ends in one Chinese sentence and exit code 1, whichever command it was."""

import os
import subprocess
import sys

import pytest

from tests.contracts.source import ROOT


@pytest.fixture
def manage(tmp_path):
    """Run manage.py in a process and data directory of its own; gives (exit code, stdout, stderr)."""

    def run(*arguments, **environment):
        clean = {name: value for name, value in os.environ.items() if not name.endswith("_URL")}
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env={**clean, "DATA_DIR": str(tmp_path / "data"), "DJANGO_SETTINGS_MODULE": "config.settings"}
            | environment,
            capture_output=True,
            encoding="utf-8",
            timeout=60,
        )
        return done.returncode, done.stdout, done.stderr

    return run


@pytest.mark.parametrize(
    ("name", "value", "remedy"),
    [
        ("DATABASE_URL", "nonsense://x", "postgres://"),
        ("DATABASE_URL", "postgres://u@h:port/x", "postgres://"),
        ("DATABASE_URL", "garbage", "postgres://"),
        ("DATABASE_URL", "postgres://market:wrong-word@127.0.0.1:1/x", "确认数据库已启动"),
        ("DATABASE_URL", "sqlite:////no/such/folder/db.sqlite3", "磁盘未满"),
        ("SEARCH_URL", "nonsense://x", "http://"),
        ("SEARCH_URL", "http://host:99999", "http://"),
        ("CELERY_BROKER_URL", "nonsense://x", "redis://"),
        ("CELERY_BROKER_URL", "redis://", "redis://"),
        ("CACHE_URL", "nonsense://x", "redis://"),
        ("EMAIL_URL", "nonsense://x", "smtp"),
        ("SMS_URL", "ftp://x", "https://"),
        ("PORT", "abc", "8001"),
        ("DATA_DIR", "/dev/null", "换一个目录"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named_with_its_remedy(manage, name, value, remedy):
    code, out, err = manage("search", "贷", **{name: value})
    assert (code, out) == (1, "")
    assert name in err
    assert remedy in err
    assert "Traceback" not in err
    assert "wrong-word" not in err
    assert len(err.strip().splitlines()) == 1


def test_a_file_that_is_no_database_is_told(manage, tmp_path):
    path = tmp_path / "db"
    path.write_text("不是数据库" * 500)
    code, _, err = manage("search", "贷", DATABASE_URL=f"sqlite:///{path}")
    assert (code, "Traceback" in err) == (1, False)
    assert "DATABASE_URL" in err


def test_an_empty_setting_is_none_at_all(manage):
    code, out, _ = manage("search", "贷", DATABASE_URL="", SEARCH_URL="", CELERY_BROKER_URL="", PORT="")
    assert (code, out) == (0, "“贷”：找到 0 个，完全符合 0 个\n")


def test_the_market_does_not_open_without_its_broker(manage):
    code, _, err = manage("run", CELERY_BROKER_URL="redis://127.0.0.1:1/0")
    assert (code, "Traceback" in err) == (1, False)
    assert "CELERY_BROKER_URL" in err


@pytest.mark.parametrize(
    "arguments",
    [
        ("search", "贷", "--sort", "price"),
        ("search", "贷", "--document", "nothing"),
        ("search", "--queries", "/no/such/file"),
        ("search", "--queries", "/"),
        ("search", "--queries", sys.executable),
        ("rebuild_index", "--document", "nothing"),
        ("rebuild_index", "--check", "--document", "nothing"),
        ("evaluate_search", "/"),
        ("evaluate_search", sys.executable),
        ("evaluate_search", "--document", "nothing"),
    ],
)
def test_words_a_command_does_not_know_are_told_in_a_sentence(manage, arguments):
    code, out, err = manage(*arguments)
    assert (code, out, "Traceback" in err) == (1, "", False)
    assert err.strip().splitlines()[-1].endswith("。")
