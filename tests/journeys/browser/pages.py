"""What every address of the URLconf is: a page with its readers and arguments, or no page and why.

A page that is added gets one line in PAGES: who may see it, and which of the staged codes (``stage.py``) its address
takes. The walk fails for a name that stands in neither table.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from django.urls import URLPattern, URLResolver, get_resolver, reverse

from tests.journeys.browser.site import VISITOR

FIRMS = ("qiye1", "rencai1", "tuandui1")
MAKER, CHECKER = "yinhang1", "yinhang2"
BANKS = (MAKER, CHECKER)
OFFICER = ("tepai1",)
OFFICE = ("jinrongban1", "jinrongban2")
LEAD = ("kejiju1",)
REPORTING = (*OFFICE, *LEAD)
# One reader of each portal, where a page is the same for all of its roles.
MEMBERS = ("qiye1", "rencai1", MAKER, "tepai1", "jinrongban1", "kejiju1")
ALL = (VISITOR, *MEMBERS)
READERS = (VISITOR, *FIRMS, *BANKS, *OFFICER, *OFFICE, *LEAD)


@dataclass(frozen=True)
class Spec:
    """``readers`` see the page; ``args`` name staged codes, or stand for themselves; ``query`` may hold {codes}.

    ``sole`` is False where others may see it too, as with addresses that lead everybody to the own page.
    """

    readers: tuple[str, ...]
    args: tuple[str, ...] = ()
    query: str = ""
    sole: bool = True

    def address(self, name: str, codes: dict[str, str]) -> str:
        """The path of page ``name`` on a staged site."""
        return reverse(name, args=[codes.get(argument, argument) for argument in self.args]) + self.query.format(
            **codes
        )


PAGES = {
    "frontend:home": Spec(ALL, sole=False),
    "frontend:products": Spec(ALL, query="?q=500万 知识产权质押 2年&category=贷&strict=amount", sole=False),
    "frontend:product": Spec(ALL, ("local_product",), sole=False),
    "frontend:design": Spec((VISITOR,), sole=False),
    "frontend:login": Spec((VISITOR,), sole=False),
    "frontend:messages": Spec(MEMBERS, sole=False),
    "frontend:plan": Spec(MEMBERS, sole=False),
    "frontend:ledger_quarter": Spec(MEMBERS, ("2023Q1",), sole=False),
    "frontend:account_claim": Spec((VISITOR,), sole=False),
    "frontend:account_claim_status": Spec((VISITOR,), sole=False),
    "mfa_index": Spec(MEMBERS, sole=False),
    "usersessions_list": Spec(MEMBERS, sole=False),
    "account_change_password": Spec(MEMBERS, sole=False),
    "account_reauthenticate": Spec(MEMBERS, sole=False),
    "socialaccount_connections": Spec(MEMBERS, sole=False),
    "frontend:account_claims": Spec(OFFICE),
    "frontend:connect": Spec(BANKS),
    "frontend:connect_deliveries": Spec(BANKS),
    "frontend:system": Spec(("guanli1",)),
    "frontend:security": Spec(("guanli2",)),
    "frontend:audit": Spec(("guanli3",)),
    "frontend:me": Spec(FIRMS),
    "frontend:facts": Spec(FIRMS),
    "frontend:facts_edit": Spec(FIRMS),
    "frontend:needs": Spec(FIRMS),
    "frontend:need_new": Spec(FIRMS),
    "frontend:matches": Spec(FIRMS),
    "frontend:consents": Spec(FIRMS),
    "frontend:own_data": Spec(FIRMS),
    "frontend:erase": Spec(FIRMS),
    "frontend:need": Spec(("qiye1",), ("need",)),
    "frontend:need_edit": Spec(("qiye1",), ("need",)),
    "frontend:apply": Spec(("qiye1",), ("need",), "?product={other_local}"),
    "frontend:referral_consent": Spec(("qiye1",), ("asking",)),
    "frontend:referral_withdraw": Spec(("qiye1",), ("referral",)),
    "frontend:consent_withdraw": Spec(("qiye1",), ("consent",)),
    "frontend:desk": Spec(BANKS),
    "frontend:desk_inbox": Spec(BANKS),
    "frontend:desk_pool": Spec(BANKS),
    "frontend:desk_referral": Spec(BANKS, ("referral",)),
    "frontend:desk_financing": Spec(BANKS, ("referral",)),
    "frontend:desk_products": Spec(BANKS),
    "frontend:desk_product": Spec(BANKS, ("local_product",)),
    "frontend:desk_product_new": Spec((MAKER,)),
    "frontend:desk_product_edit": Spec((MAKER,), ("draft_product",)),
    "frontend:desk_product_rules": Spec((MAKER,), ("draft_product",)),
    "frontend:officer": Spec(OFFICER),
    "frontend:officer_case": Spec(OFFICER, ("party",)),
    "frontend:officer_cases": Spec(OFFICER),
    "frontend:officer_log": Spec(OFFICER),
    "frontend:contact": Spec(OFFICER, ("party",), sole=False),
    "frontend:first_loans": Spec(OFFICE),
    "frontend:office": Spec(REPORTING),
    "frontend:office_search": Spec(OFFICE),
    "frontend:synonyms": Spec(OFFICE),
    "frontend:saved_searches": Spec(MEMBERS, sole=False),
    "frontend:jobs": Spec(MEMBERS, sole=False),
    "frontend:job": Spec(OFFICE, ("job",)),
    "frontend:office_indicator": Spec(REPORTING, ("first-loan-growth",), "?quarter=2024Q4"),
    "frontend:office_waiting": Spec(OFFICE, ("officers",), sole=False),
    "frontend:whitelist": Spec(REPORTING, query="?on=2023-06-30"),
    "frontend:whitelist_publish": Spec(REPORTING),
    "frontend:whitelist_batch": Spec(REPORTING, ("batch",)),
    "frontend:whitelist_push": Spec(OFFICE, ("batch",), sole=False),
    "frontend:whitelist_exit": Spec(OFFICE, ("member",), sole=False),
    "frontend:whitelist_pushed": Spec(OFFICE, ("push",), sole=False),
    "frontend:desk_whitelist": Spec(BANKS),
    "frontend:desk_push": Spec(BANKS, ("push",)),
    "frontend:officers": Spec(OFFICE),
    "frontend:officer_new": Spec(OFFICE),
    "frontend:officer_of_roster": Spec(OFFICE, ("officer",)),
    "frontend:assignment": Spec(OFFICE, ("unserved",)),
    "frontend:gaps": Spec(OFFICE),
    "frontend:gap_products": Spec(OFFICE),
    "frontend:gap_needs": Spec(OFFICE, query="?sector={gap_sector}&band={gap_band}&guarantee={gap_guarantee}"),
    "frontend:filing": Spec(REPORTING, ("2025Q4",)),
    "frontend:filing_row": Spec(REPORTING, ("2025Q4", "6")),
    "frontend:postings": Spec(REPORTING),
    "frontend:posting_new": Spec(OFFICE, query="?kind=matching_event", sole=False),
    "frontend:posting_reverse": Spec(OFFICE, ("posting",), sole=False),
}

# States of pages that an address alone brings up: name → (reader, path).
STATES = {
    "none found, with ways out": (VISITOR, "/products/?category=投&institution_kind=保险"),
    "nothing at all": (VISITOR, "/products/?q=zzqqxx"),
    "verdict facet": ("qiye1", "/products/?verdict=unknown"),
    "refused product": ("qiye1", "/products/D026/"),
    "product of another place": (VISITOR, "/products/D001/"),
    "log-in that leads on": (VISITOR, "/login/?next=/me/"),
    "inbox, nothing there": (MAKER, "/desk/inbox/?tab=closed"),
}
PROBLEMS = {
    "no such page": (VISITOR, "/nothing/here/", 404),
    "not for this reader": ("jinrongban1", "/me/needs/", 403),
    "someone else's need": ("qiye1", "/me/needs/N1/", 404),
}

NOT_PAGES = {
    "schema": "OpenAPI for programs",
    "docs": "the vendored interface of the API, not ours to style",
    "frontend:healthz": "for machines",
    "frontend:readyz": "for machines",
    "frontend:logout": "POST only",
    "frontend:need_end": "POST only",
    "frontend:referral_supplied": "POST only",
    "frontend:messages_read": "POST only",
    "frontend:channels": "POST only",
    "frontend:job_act": "POST only",
    "frontend:job_errors": "a file",
    "frontend:job_new": "POST only",
    "frontend:job_template": "a file",
    "frontend:saved_search_add": "POST only",
    "frontend:saved_search_remove": "POST only",
    "frontend:suggest": "for the search box",
    "frontend:synonym_add": "POST only",
    "frontend:synonym_remove": "POST only",
    "frontend:own_data_file": "a file, POST only",
    "frontend:erase_keep": "POST only",
    "frontend:desk_grab": "POST only",
    "frontend:first_loan_decide": "POST only",
    "frontend:referral": "leads each side to its own page",
    "frontend:ledger": "leads to the quarter of today",
    "frontend:ledger_file": "a file",
    "frontend:gaps_file": "a file",
    "frontend:officer_offer": "POST only",
    "frontend:team_bearer": "POST only",
    "frontend:whitelist_confirm": "POST only",
    "frontend:account_claim_decide": "POST only",
    "frontend:account_claim_document": "a document",
    "account_login": "frontend:login",
    "account_logout": "frontend:logout",
    "account_signup": "leads to the claim",
    "account_set_password": "the change of a password",
    "socialaccount_signup": "leads to the claim",
    "socialaccount_login_cancelled": "a state of 政务统一身份认证, proven with it",
    "socialaccount_login_error": "a state of 政务统一身份认证, proven with it",
    "openid_connect_login": "leads to the identity provider",
    "openid_connect_callback": "comes from the identity provider",
    "mfa_authenticate": "inside a log-in only, proven by itself",
    "mfa_reauthenticate": "needs a second factor, proven by itself",
    "mfa_activate_totp": "asks for the password first, proven by itself",
    "mfa_deactivate_totp": "needs a second factor, proven by itself",
    "mfa_view_recovery_codes": "needs a second factor, proven by itself",
    "mfa_generate_recovery_codes": "needs a second factor, proven by itself",
    "api_token": "for programs",
    "api_token_revoke": "for programs",
    "admin_login": "the administration's log-in, which leads to ours",
}
# Django's own administration and the REST interface are no pages of this house.
FOREIGN = ("admin", "v1")


def names() -> list[str]:
    """Every name of the URLconf outside FOREIGN, with its namespace."""
    return sorted(set(_names(get_resolver().url_patterns, "")))


def _names(patterns: list[URLPattern | URLResolver], prefix: str) -> Iterator[str]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            if pattern.namespace not in FOREIGN:
                yield from _names(pattern.url_patterns, f"{pattern.namespace}:" if pattern.namespace else prefix)
        else:
            yield f"{prefix}{pattern.name}"
