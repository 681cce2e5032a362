"""Logging in and out."""

import pytest

from accounts.services import user_create
from tests.frontend.conftest import text_of


def test_home_offers_the_login(client, shelf):
    assert 'href="/login/"' in text_of(client.get("/"))


def test_a_right_password_leads_to_the_page_asked_for(client, firm_user):
    response = client.post("/login/", {"username": "firm", "password": "correct horse", "next": "/me/facts/"})
    assert (response.status_code, response["Location"]) == (302, "/me/facts/")


def test_a_wrong_password_keeps_the_name_and_says_what_to_do(client, firm_user):
    page = text_of(client.post("/login/", {"username": "firm", "password": "guess"}))
    assert "用户名或密码不对，请重新填写" in page
    assert 'value="firm"' in page
    assert "guess" not in page
    assert "<title>错误：登录" in page


def test_an_empty_form_names_both_fields(client, db):
    page = text_of(client.post("/login/", {}))
    assert "请填写用户名" in page
    assert "请填写密码" in page


def test_the_login_never_sends_people_to_another_site(client, firm_user):
    response = client.post(
        "/login/", {"username": "firm", "password": "correct horse", "next": "https://evil.example/x"}
    )
    assert response["Location"] == "/me/"


def test_logging_out_is_a_post_and_ends_the_session(as_firm):
    assert as_firm.get("/logout/").status_code == 405
    assert as_firm.post("/logout/")["Location"] == "/"
    assert as_firm.get("/me/facts/").status_code == 302


@pytest.mark.parametrize(
    ("role", "page"),
    [("firm", "/me/"), ("bank_maker", "/desk/"), ("office", "/office/"), ("officer", "/officer/")],
)
def test_each_reader_lands_on_the_first_page_of_its_portal(client, actor, firm, role, page):
    user_create(actor=actor, username="who", password="long enough 1", display_name="某", party=firm, roles=[role])
    response = client.post("/login/", {"username": "who", "password": "long enough 1"})
    assert response["Location"] == page
