"""政务统一身份认证: tied from inside, then a way in; against a small OpenID provider on loopback."""

import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.frontend.conftest import text_of

LOGIN = "/login/oidc/gov/"


class Provider(BaseHTTPRequestHandler):
    """Whoever comes is ``subject``."""

    subject = "gov-0001"

    def do_GET(self):
        base = f"http://127.0.0.1:{self.server.server_port}"
        if self.path.endswith("openid-configuration"):
            return self.answer(
                {
                    "issuer": base,
                    "authorization_endpoint": f"{base}/authorize",
                    "token_endpoint": f"{base}/token",
                    "userinfo_endpoint": f"{base}/userinfo",
                    "jwks_uri": f"{base}/jwks",
                    "token_endpoint_auth_methods_supported": ["client_secret_post"],
                }
            )
        return self.answer({"sub": type(self).subject, "name": "赵经办"})

    def do_POST(self):
        form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        good = form.get("client_secret") == ["secret"] and form.get("code") == ["good"] and "code_verifier" in form
        self.answer({"access_token": "t", "token_type": "Bearer"} if good else {"error": "invalid_grant"}, good)

    def answer(self, body, good=True):
        self.send_response(200 if good else 400)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(json.dumps(body).encode())

    def log_message(self, *args):
        pass


@pytest.fixture
def provider(settings):
    server = ThreadingHTTPServer(("127.0.0.1", 0), Provider)
    Thread(target=server.serve_forever, daemon=True).start()
    settings.SOCIALACCOUNT_PROVIDERS = {
        "openid_connect": {
            "OAUTH_PKCE_ENABLED": True,
            "APPS": [
                {
                    "provider_id": "gov",
                    "name": "政务统一身份认证",
                    "client_id": "market",
                    "secret": "secret",
                    "settings": {"server_url": f"http://127.0.0.1:{server.server_port}", "uid_field": "sub"},
                }
            ],
        }
    }
    yield server
    server.shutdown()
    server.server_close()


def come_back(client, query="", code="good"):
    """Go to the provider and return with ``code``."""
    sent = client.post(f"{LOGIN}{query}")
    asked = parse_qs(urlsplit(sent["Location"]).query)
    assert asked["code_challenge_method"] == ["S256"]
    assert asked["redirect_uri"] == ["http://testserver/login/oidc/gov/callback/"]
    return client.get(f"{LOGIN}callback/", {"code": code, "state": asked["state"][0]})


def test_tied_once_then_a_way_in(client, firm_user, provider):
    assert "用政务统一身份认证登录" in text_of(client.get("/login/"))
    stranger = come_back(client)
    assert (stranger.status_code, "还没有绑定" in text_of(stranger)) == (403, True)
    client.post("/login/", {"username": "firm", "password": "correct horse"})
    assert "绑定政务统一身份认证" in text_of(client.get("/me/security/outside/"))
    come_back(client, "?process=connect")
    assert firm_user.socialaccount_set.get().uid == "gov-0001"
    client.post("/logout/")
    assert come_back(client)["Location"] == "/me/"
    assert client.get("/me/needs/").status_code == 200


def test_a_bad_code_or_state_gets_words(client, db, provider):
    assert "没有成功" in text_of(come_back(client, code="bad"))
    assert "没有成功" in text_of(client.get(f"{LOGIN}callback/", {"code": "good", "state": "made up"}))


def test_without_the_environment_there_is_no_such_way(client, db):
    assert "统一身份认证" not in text_of(client.get("/login/"))
    assert client.post(LOGIN).status_code == 404
