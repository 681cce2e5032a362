"""Addresses of the pages."""

from django.urls import path, register_converter

from frontend.views import (
    assignments,
    cockpit,
    consents,
    contacts,
    design,
    desk,
    desk_products,
    desk_referral,
    desk_whitelist,
    firm,
    first_loans,
    health,
    home,
    me,
    notices,
    officer,
    officers,
    own_data,
    plan,
    postings,
    products,
    session,
    whitelist,
    whitelist_publish,
)


class CodeConverter:
    """A public code: no slash, no control character, at most 40 characters."""

    regex = r"[^/\x00-\x1f\x7f]{1,40}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(CodeConverter, "code")

app_name = "frontend"

urlpatterns = [
    path("", home.home, name="home"),
    path("products/", products.products, name="products"),
    path("products/<code:code>/", products.product, name="product"),
    path("me/facts/", me.facts, name="facts"),
    path("me/facts/edit/", me.facts_edit, name="facts_edit"),
    path("me/needs/", me.needs, name="needs"),
    path("me/needs/new/", me.need_new, name="need_new"),
    path("me/needs/<code:code>/edit/", me.need_edit, name="need_edit"),
    path("me/needs/<code:code>/end/", me.need_end, name="need_end"),
    path("me/matches/", me.matches, name="matches"),
    path("me/", firm.today, name="me"),
    path("me/needs/<code:code>/", firm.need, name="need"),
    path("me/needs/<code:code>/apply/", firm.apply, name="apply"),
    path("me/referrals/<code:code>/consent/", firm.consent, name="referral_consent"),
    path("me/referrals/<code:code>/withdraw/", firm.withdraw, name="referral_withdraw"),
    path("me/referrals/<code:code>/supplied/", firm.supplied, name="referral_supplied"),
    path("me/consents/", consents.consents, name="consents"),
    path("me/consents/<code:code>/withdraw/", consents.withdraw, name="consent_withdraw"),
    path("me/data/", own_data.data, name="own_data"),
    path("me/data/<slug:kind>/", own_data.data_file, name="own_data_file"),
    path("messages/", notices.messages, name="messages"),
    path("messages/read/", notices.messages_read, name="messages_read"),
    path("referrals/<code:code>/", firm.referral, name="referral"),
    path("contacts/<code:code>/", contacts.contact, name="contact"),
    path("desk/", desk.today, name="desk"),
    path("officer/", officer.today, name="officer"),
    path("officer/cases/", officer.cases, name="officer_cases"),
    path("officer/cases/<code:code>/", officer.case, name="officer_case"),
    path("office/", cockpit.cockpit, name="office"),
    path("office/indicators/<code:code>/", cockpit.indicator, name="office_indicator"),
    path("office/waiting/<code:kind>/", cockpit.waiting, name="office_waiting"),
    path("officer/cases/<code:code>/offer/", officer.offer, name="officer_offer"),
    path("officer/log/", officer.log, name="officer_log"),
    path("office/first-loans/", first_loans.first_loans, name="first_loans"),
    path("office/first-loans/<code:number>/", first_loans.first_loan_decide, name="first_loan_decide"),
    path("office/postings/", postings.postings, name="postings"),
    path("office/postings/new/", postings.posting_new, name="posting_new"),
    path("office/postings/<code:number>/reverse/", postings.posting_reversal, name="posting_reverse"),
    path("office/officers/", officers.officers, name="officers"),
    path("office/officers/new/", officers.appoint, name="officer_new"),
    path("office/officers/parties/<code:code>/", assignments.assignment, name="assignment"),
    path("office/officers/<code:number>/", officers.officer, name="officer_of_roster"),
    path("office/whitelist/", whitelist.whitelist, name="whitelist"),
    path("office/whitelist/new/", whitelist_publish.publish, name="whitelist_publish"),
    path("office/whitelist/confirm/", whitelist_publish.confirm, name="whitelist_confirm"),
    path("office/whitelist/<code:number>/", whitelist.batch, name="whitelist_batch"),
    path("office/whitelist/<code:number>/push/", whitelist.push, name="whitelist_push"),
    path("office/whitelist/members/<code:number>/exit/", whitelist.leave, name="whitelist_exit"),
    path("office/whitelist/pushes/<code:number>/", whitelist.pushed, name="whitelist_pushed"),
    path("desk/whitelist/", desk_whitelist.pushes, name="desk_whitelist"),
    path("desk/whitelist/<code:number>/", desk_whitelist.push, name="desk_push"),
    path("desk/inbox/", desk.inbox, name="desk_inbox"),
    path("desk/referrals/<code:code>/", desk_referral.referral, name="desk_referral"),
    path("desk/referrals/<code:code>/financing/", desk_referral.financing, name="desk_financing"),
    path("desk/pool/", desk.pool, name="desk_pool"),
    path("desk/pool/<code:code>/grab/", desk.grab, name="desk_grab"),
    path("desk/products/", desk_products.products, name="desk_products"),
    path("desk/products/new/", desk_products.product_new, name="desk_product_new"),
    path("desk/products/<code:code>/", desk_products.product, name="desk_product"),
    path("desk/products/<code:code>/edit/", desk_products.product_edit, name="desk_product_edit"),
    path("plan/", plan.plan, name="plan"),
    path("ledger/", plan.ledger_now, name="ledger"),
    path("ledger/<code:quarter>/", plan.ledger, name="ledger_quarter"),
    path("ledger/<code:quarter>/<slug:kind>/", plan.ledger_file, name="ledger_file"),
    path("design/", design.design, name="design"),
    path("login/", session.Login.as_view(), name="login"),
    path("logout/", session.Logout.as_view(), name="logout"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
]
