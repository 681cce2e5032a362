"""The log-in page under attack, sessions that end, the second factor, and administrators in their rooms."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.core.cache import caches

from accounts.administration import lock_release, second_factor_reset
from accounts.models import LoginFailure, Role
from accounts.services import user_create
from common import clock
from common.errors import Conflict, NotAllowed
from common.models import AuditEvent
from tests.frontend.conftest import text_of

NOON = datetime(2026, 11, 27, 4, 0, tzinfo=UTC)
BAD = {"username": "firm", "password": "guess"}
GOOD = {"username": "firm", "password": "correct horse"}


def code_for(secret):
    return format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time()))))


def test_after_five_failures_the_page_says_when_it_opens_and_it_does(client, firm_user):
    with clock.at(NOON):
        for _ in range(5):
            assert "用户名或密码不对" in text_of(client.post("/login/", BAD))
        page = text_of(client.post("/login/", GOOD))
        assert "请在 12:15 之后再试" in page
        assert "_auth_user_id" not in client.session
    with clock.at(NOON + timedelta(minutes=15, seconds=1)):
        assert client.post("/login/", GOOD).status_code == 302


def test_an_unknown_name_gets_the_same_words(client, firm_user):
    wrong = text_of(client.post("/login/", BAD))
    unknown = text_of(client.post("/login/", {**BAD, "username": "nobody"}))
    blank = re.compile(r'value="[^"]*"')
    assert blank.sub("", wrong) == blank.sub("", unknown)


@pytest.mark.parametrize(
    "target",
    ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)", "http:///evil.example"],
)
def test_no_address_after_the_log_in_leads_away(client, firm_user, target):
    assert client.post("/login/", {**GOOD, "next": target})["Location"] == "/me/"


def test_a_session_ends_after_half_an_hour_of_silence_and_after_twelve_hours(client, firm_user):
    with clock.at(NOON):
        client.post("/login/", GOOD)
    for minutes in range(20, 12 * 60, 20):
        with clock.at(NOON + timedelta(minutes=minutes)):
            assert client.get("/me/needs/").status_code == 200
    with clock.at(NOON + timedelta(hours=12, minutes=1)):
        assert client.get("/me/needs/")["Location"] == "/login/?next=/me/needs/"
        client.post("/login/", GOOD)
    with clock.at(NOON + timedelta(hours=12, minutes=32)):
        response = client.get("/me/needs/", follow=True)
        assert "超过 30 分钟没有操作" in text_of(response)


def test_sessions_are_listed_and_the_others_ended(client, firm_user, django_user_model):
    other = type(client)(HTTP_USER_AGENT="另一个浏览器")
    client.post("/login/", GOOD)
    other.post("/login/", GOOD)
    assert "另一个浏览器" in text_of(client.get("/me/sessions/"))
    client.post("/me/sessions/")
    assert other.get("/me/needs/").status_code == 302
    assert client.get("/me/needs/").status_code == 200


@pytest.fixture
def strict(settings):
    settings.MFA_REQUIRED = True


@pytest.fixture
def officer(register):
    return register("office", Role.OFFICE)


def test_an_office_user_sets_up_the_second_factor_before_anything_else(client, strict, officer, plan):
    login = {"username": "office", "password": "correct horse"}
    client.post("/login/", login)
    assert client.get("/plan/")["Location"] == "/me/security/totp/"
    page = client.get("/me/security/totp/").content.decode()
    secret = re.search(r"<code[^>]*>([A-Z2-7]+)</code>", page)[1]
    assert client.post("/me/security/totp/", {"code": "000000"}).status_code == 200
    assert client.post("/me/security/totp/", {"code": code_for(secret)})["Location"] == "/me/security/codes/"
    codes = re.findall(r"<code>(\d{8})</code>", client.get("/me/security/codes/").content.decode())
    assert len(codes) == 10
    assert client.get("/plan/").status_code == 200
    stored = Authenticator.objects.get(type="totp")
    assert secret not in str(stored.data)
    client.post("/logout/")
    assert client.post("/login/", login)["Location"].startswith("/login/verify/")
    assert client.get("/plan/").status_code == 302
    assert client.post("/login/verify/", {"code": codes[0]})["Location"] == "/office/"
    assert client.get("/plan/").status_code == 200
    client.post("/logout/")
    client.post("/login/", login)
    assert "验证码不对" in text_of(client.post("/login/verify/", {"code": codes[0]}))  # once only


def test_who_must_have_it_cannot_put_it_off(client, strict, officer):
    TOTP.activate(officer, generate_totp_secret())
    client.force_login(officer)
    assert client.get("/plan/")["Location"] == "/me/security/verify/"


@pytest.mark.parametrize("role", [Role.FIRM, Role.TALENT])
def test_firms_and_talents_may_go_without(client, strict, firm, actor, role):
    user = user_create(actor=actor, username="x", password=None, display_name="x", party=firm, roles=[role])
    client.force_login(user)
    assert client.get("/me/").status_code == 200


ROOMS = {Role.SYSTEM_ADMIN: "/system/", Role.SECURITY_ADMIN: "/security/", Role.AUDIT_ADMIN: "/audit/"}
BUSINESS = ("/plan/", "/ledger/2023Q1/", "/products/", "/office/", "/desk/", "/me/", "/admin/", "/api/v1/plans/")


@pytest.mark.parametrize("role", ROOMS)
def test_an_administrator_sees_the_own_room_and_no_business(client, actor, plan, role):
    client.force_login(
        user_create(actor=actor, username="a", password=None, display_name="甲", party=None, roles=[role])
    )
    for other, room in ROOMS.items():
        assert client.get(room).status_code == (200 if other == role else 403)
    for page in BUSINESS:
        assert client.get(page).status_code == 403, page
    assert client.get("/me/sessions/").status_code == 200


def test_rooms_are_closed_to_everybody_else(as_office):
    for room in ROOMS.values():
        assert as_office.get(room).status_code == 403


def test_the_administration_has_no_log_in_of_its_own(client, db):
    assert client.get("/admin/login/")["Location"] == "/login/"
    assert client.post("/admin/login/", GOOD)["Location"] == "/login/"


def test_administrators_work_in_their_rooms(client, actor, firm_user):
    def enter(role):
        name = f"adm-{role}"
        client.force_login(
            user_create(actor=actor, username=name, password=None, display_name=name, party=None, roles=[role])
        )

    enter(Role.SYSTEM_ADMIN)
    made = client.post("/system/", {"username": "new1", "display_name": "新人", "organisation": ""}, follow=True)
    assert "初始密码" in text_of(made)
    assert client.post("/system/", {"username": "new1", "display_name": "新人"}).status_code == 422
    client.post("/system/", {"action": "close", "user": firm_user.pk})
    firm_user.refresh_from_db()
    assert not firm_user.is_active
    enter(Role.SECURITY_ADMIN)
    answer = client.post("/security/", {"action": "grant", "user": firm_user.pk, "role": "talent"}, follow=True)
    assert "已加上岗位：人才" in text_of(answer)
    refused = client.post("/security/", {"action": "grant", "user": firm_user.pk, "role": "audit_admin"})
    assert (refused.status_code, "三员分立" in text_of(refused)) == (409, True)
    enter(Role.AUDIT_ADMIN)
    page = text_of(client.get("/audit/?verify=1"))
    assert "整条链完整" in page
    assert "role_grant" in page
    assert client.get("/audit/?day=2026-99-99&actor=%00&action=%27").status_code == 200


def test_five_wrong_codes_close_the_second_factor_and_the_database_counts_them(client, strict, officer, actor):
    login = {"username": "office", "password": "correct horse"}
    secret = generate_totp_secret()
    TOTP.activate(officer, secret)
    with clock.at(NOON):
        client.post("/login/", login)
        for _ in range(5):
            assert "验证码不对" in text_of(client.post("/login/verify/", {"code": "000000"}))
            # What another process counted in its memory is none of this one's business.
            caches["default"].clear()
        page = text_of(client.post("/login/verify/", {"code": code_for(secret)}))
        assert "请在 12:15 之后再试" in page
        assert LoginFailure.objects.filter(key__startswith="code:").count() == 5
        # The password's own count is another: nobody who guesses one closes the other.
        assert not LoginFailure.objects.filter(key__startswith="account:").exists()
    security = user_create(
        actor=actor, username="sec", password=None, display_name="sec", party=None, roles=[Role.SECURITY_ADMIN]
    )
    assert lock_release(actor=security, user=officer) == 5
    LoginFailure.objects.all().delete()
    with clock.at(NOON + timedelta(minutes=1)):
        assert client.post("/login/verify/", {"code": code_for(secret)})["Location"] == "/office/"


def test_who_lost_telephone_and_codes_is_let_set_up_anew(client, strict, officer, actor):
    TOTP.activate(officer, generate_totp_secret())
    name = "sec"
    security = user_create(
        actor=actor, username=name, password=None, display_name=name, party=None, roles=[Role.SECURITY_ADMIN]
    )
    with pytest.raises(NotAllowed):
        second_factor_reset(actor=officer, user=security)
    with pytest.raises(NotAllowed, match="自己"):
        second_factor_reset(actor=security, user=security)
    second_factor_reset(actor=security, user=officer)
    assert AuditEvent.objects.get(action="second_factor_reset").actor_id == security.pk
    with pytest.raises(Conflict, match="没有启用"):
        second_factor_reset(actor=security, user=officer)
    client.force_login(officer)
    assert client.get("/plan/")["Location"] == "/me/security/totp/"
