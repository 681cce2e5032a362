"""Headers on every kind of answer, the deploy check in production settings, upload and export hygiene."""

import os
import subprocess
import sys

import pytest
from django.core.management import call_command

from accounts.models import Role
from accounts.services import user_create
from tests.contracts.source import ROOT

PUBLIC = ("/", "/products/", "/login/", "/signup/claim/", "/healthz", "/api/v1/docs/", "/api/v1/schema/", "/nothing/")
PRIVATE = (
    "/plan/",
    "/me/security/",
    "/me/sessions/",
    "/admin/",
    "/admin/accounts/user/",
    "/api/v1/plans/",
    "/messages/",
)


def manage(tmp_path, *arguments, **extra):
    environment = {"PATH": os.environ["PATH"], "DATA_DIR": str(tmp_path / "data"), **extra}
    command = [sys.executable, "manage.py", *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


def check_headers(response):
    policy = response["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert "form-action 'self'" in policy
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["X-Frame-Options"] == "DENY"
    assert response["Referrer-Policy"] == "same-origin"
    assert response["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "camera=()" in response["Permissions-Policy"]
    assert "Server" not in response.headers


@pytest.mark.parametrize("path", PUBLIC)
def test_public_answers_carry_the_headers(client, db, path):
    client.raise_request_exception = False
    check_headers(client.get(path))


@pytest.mark.parametrize("path", PRIVATE)
def test_private_answers_and_the_administration_too(client, actor, path):
    call_command("load_plan", verbosity=0)
    user = user_create(actor=actor, username="x", password=None, display_name="x", party=None, roles=[Role.OFFICE])
    user.is_staff = user.is_superuser = True
    user.save()
    client.force_login(user)
    response = client.get(path)
    assert response.status_code == 200
    check_headers(response)


def test_the_deploy_check_is_clean_in_production_settings(tmp_path):
    result = manage(tmp_path, "check", "--deploy", HTTPS="1", TRUSTED_PROXIES="1", ALLOWED_HOSTS="example.cn")
    assert result.returncode == 0, result.stderr
    assert "no issues (0 silenced)" in result.stdout + result.stderr


def test_https_brings_hsts_and_secure_cookies(tmp_path):
    code = (
        "from django.test import Client; from django.conf import settings; "
        "r = Client(headers={'x-forwarded-proto': 'https', 'host': 'example.cn'}).get('/login/'); "
        "print(r.status_code, r['Strict-Transport-Security'], r.cookies['csrftoken']['secure'], "
        "settings.SESSION_COOKIE_SECURE, settings.SESSION_COOKIE_HTTPONLY, settings.SESSION_COOKIE_SAMESITE); "
        "print(Client(headers={'host': 'example.cn'}).get('/login/')['Location'])"
    )
    settings = {"HTTPS": "1", "TRUSTED_PROXIES": "1", "ALLOWED_HOSTS": "example.cn"}
    assert manage(tmp_path, "migrate", "--verbosity", "0", **settings).returncode == 0
    result = manage(tmp_path, "shell", "--no-imports", "-c", code, **settings)
    first, second = result.stdout.strip().splitlines()
    assert first == "200 max-age=31536000; includeSubDomains; preload True True True Lax"
    assert second.startswith("https://example.cn/login/")
