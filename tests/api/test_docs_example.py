"""docs/api.md: its example runs as printed, against a live server."""

import os
import re
import subprocess
import sys

import pytest

from accounts.api_clients import SCOPES, client_open
from matching.cases.referrals import referral_create
from matching.models import Financing
from tests.api.conftest import serving
from tests.contracts.source import ROOT
from tests.matching.chain import make_chain

TEXT = (ROOT / "docs/api.md").read_text("utf-8")
PROGRAM = "\n".join(re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL))


@pytest.mark.skipif("DATABASE_URL" in os.environ, reason="a server over the test's own connection: proven on SQLite")
def test_the_worked_example_works(db):
    chain = make_chain()
    chain.consent()
    referral_create(actor=chain.firm_user, need=chain.need, institution=chain.banks[0], channel="chosen")
    client, secret = client_open(actor=chain.checkers[0], name="核心系统", scopes=list(SCOPES))
    with serving() as base:
        ran = subprocess.run(
            [sys.executable, "-c", PROGRAM],
            env={
                **os.environ,
                "API_BASE": f"{base}/api/v1",
                "API_CLIENT": client.client_id,
                "API_SECRET": secret,
                "PYTHONIOENCODING": "utf-8",
                "TZ": "Asia/Shanghai",
            },
            capture_output=True,
            text=True,
            timeout=120,
        )
    assert ran.returncode == 0, ran.stderr
    signed, paid, refused = ran.stdout.splitlines()
    assert signed == "已签约"
    assert paid == "True 已放款"
    assert refused.startswith("409 当前状态为“已放款”")
    assert Financing.objects.count() == 1


def test_every_scope_and_event_is_explained():
    assert [scope for scope in SCOPES if f"`{scope}`" not in TEXT] == []
