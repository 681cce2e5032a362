"""系统对接: the checker opens, rotates and closes clients; secrets are shown once; addresses are guarded."""

import re

import pytest

from tests.api.conftest import token_for
from tests.frontend.conftest import text_of
from tests.matching.chain import make_chain


@pytest.fixture
def chain(db):
    return make_chain()


def test_a_client_from_its_opening_to_its_end(client, chain):
    client.force_login(chain.checkers[0])
    page = text_of(client.post("/desk/connect/", {"action": "open", "name": "核心系统", "scopes": ["referrals:read"]}))
    number, secret = re.search(r"客户端编号 (\w+)，密钥：<code[^>]*>([\w-]+)</code>", page).groups()
    assert token_for(number, secret).status_code == 200
    assert secret not in text_of(client.get("/desk/connect/"))
    rotated = text_of(client.post("/desk/connect/", {"action": "rotate", "client": number}))
    fresh = re.search(r"新密钥：<code[^>]*>([\w-]+)</code>", rotated)[1]
    assert (token_for(number, secret).status_code, token_for(number, fresh).status_code) == (401, 200)
    assert "已停用" in text_of(client.post("/desk/connect/", {"action": "revoke", "client": number}))
    assert token_for(number, fresh).status_code == 401


def test_what_is_wrong_is_said_and_others_are_kept_out(client, chain, settings):
    settings.WEBHOOK_LOOPBACK = False
    client.force_login(chain.checkers[0])
    for posted, words in (
        ({"action": "open", "name": "", "scopes": ["referrals:read"]}, "请填写系统名称"),
        ({"action": "open", "name": "x"}, "请至少选一项权限"),
        ({"action": "listen", "url": "https://169.254.169.254/", "events": ["whitelist.pushed"]}, "不能指向内网"),
        ({"action": "rotate", "client": "nobody"}, "没有找到这个客户端"),
    ):
        answer = client.post("/desk/connect/", posted)
        assert (answer.status_code, words in text_of(answer)) == (422, True), posted
    client.force_login(chain.bankers[0])
    assert "客户端由本机构的产品复核管理" in text_of(client.get("/desk/connect/"))
    assert (
        client.post("/desk/connect/", {"action": "open", "name": "x", "scopes": ["referrals:read"]}).status_code == 422
    )
    assert client.post("/desk/connect/deliveries/", {"delivery": "1"}).status_code == 404
    client.force_login(chain.firm_user)
    assert client.get("/desk/connect/").status_code == 403
