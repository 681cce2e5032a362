"""A small city: three firms, a talent, a team, four institutions, officers, units and the office, on one day."""

from datetime import date, timedelta
from typing import Any

from accounts.api_clients import client_open
from accounts.claims import Document, claim_open
from accounts.deliveries import channels_choose
from accounts.models import Grant, Notification, Party, Role, User, WebhookDelivery, WebhookEndpoint
from accounts.selectors import organisation_by_name
from accounts.services import grant_end, grant_open, notify, party_register, system_actor, user_create
from common import clock, jobs
from enterprises import services as enterprises
from enterprises.models import Consent, Need, WhitelistEntry
from ledger.entries import NewPosting, posting_enter
from ledger.filing import report_open
from ledger.models import Plan
from ledger.services import carried_plans, plan_load
from matching.cases import first_loans
from matching.cases.answers import referral_pause, referral_refuse
from matching.cases.financings import financing_record
from matching.cases.liaison import liaison_assign, liaison_end, service_log_write
from matching.cases.referrals import referral_advance, referral_create
from matching.models import FirstLoanClaim, LiaisonAssignment
from products.content import VersionContent
from products.models import ProductVersion
from products.services import approve, draft_create, institution_register, submit_for_review, suspend
from search.models import SavedSearch
from search.synonyms import synonym_add
from talents.services import officer_appoint, talent_register
from tests.codes import credit_code
from tests.contracts.isolation.things import ANONYMOUS, Person, World, canary

PASSWORD = "correct horse"
TODAY = date(2024, 9, 27)
EARLIER = date(2024, 1, 10)
ASKED: dict[str, Any] = {"kinds": ["贷"], "amount": 3_000_000, "term_months": 12, "guarantees": ["信用"]}
SEEKERS = (("A", "firm_a"), ("B", "firm_b"), ("C", "firm_c"), ("P", "talent"), ("T", "team"))
LEAD, OTHER_LEAD, OFFICE = "市市场监管局", "市发改委", "市政府金融办"


def build() -> World:
    """Everything, written by the services that write it in the product."""
    city = _City()
    with clock.at(EARLIER):
        city.parties()
        city.people()
        city.shelf()
        city.needs()
    with clock.at(TODAY):
        city.listed()
        city.cases()
        city.money()
        city.accompanied()
        city.told()
        city.dismiss()
    return city.world


class _City:
    def __init__(self) -> None:
        self.world = World()
        self.system = system_actor("测试")
        self.party: dict[str, Party] = {}
        self.need: dict[str, Need] = {}
        self.product: dict[str, ProductVersion] = {}

    def user(self, name: str) -> User:
        found = self.world.people[name].user
        assert found is not None
        return found

    def parties(self) -> None:
        plan_load(actor=self.system, path=carried_plans()[0])
        self.plan = Plan.objects.get()
        self.world.add("plan", "", self.plan, code=self.plan.code)
        for number, name in enumerate("ABC"):
            party = enterprises.enterprise_register(
                actor=self.system, uscc=credit_code(60 + number), name=f"{canary(name, 'name')}有限公司"
            )
            self.party[name] = party
        for name, talent in (("P", Party.Kind.PERSON), ("T", Party.Kind.TEAM)):
            self.party[name] = talent_register(
                actor=self.system, talent_code=f"RC-{name}", name=canary(name, "name"), kind=talent
            )
        head = institution_register(actor=self.system, name="总行", kind="银行", local=True)
        for name, kind, parent in (("X", "银行", head), ("Y", "银行", None), ("G", "担保", None)):
            self.party[name] = institution_register(
                actor=self.system, name=f"{name}测试机构", kind=kind, local=True, parent=parent
            )
        for name in "XYG":
            self.world.add("institution", name, self.party[name], officer_bank="other")
        # 市政府金融办 supports the third, 市市场监管局 the thirteenth.
        for unit, number, supports in (("L", 3, "F"), ("K", 12, ""), ("", 8, ""), ("", 13, "L")):
            measure = self.plan.measures.get(number=number)
            self.world.add("measure", unit, measure, **dict.fromkeys(supports, "supports"))
        self.world.add("report", "", report_open(actor=self.system, quarter="2023Q4"))
        self.party |= {"H": head, "M": party_register(actor=self.system, kind=Party.Kind.DEPARTMENT, name="人才中心")}
        for name, unit in (("L", LEAD), ("K", OTHER_LEAD), ("F", OFFICE)):
            found = organisation_by_name(unit)
            assert found is not None, unit
            self.party[name] = found

    def people(self) -> None:
        roster: tuple[tuple[str, str, str, tuple[str, ...]], ...] = (
            ("firm_a", "firm", "A", (Role.FIRM,)),
            ("firm_b", "firm", "B", (Role.FIRM,)),
            ("firm_c", "firm", "C", (Role.FIRM,)),
            ("talent", "talent", "P", (Role.TALENT,)),
            ("team", "team", "T", (Role.TALENT,)),
            ("x_maker", "bank_maker", "X", (Role.BANK_MAKER,)),
            ("x_checker", "bank_checker", "X", (Role.BANK_CHECKER,)),
            ("y_maker", "bank_maker", "Y", (Role.BANK_MAKER,)),
            ("y_checker", "bank_checker", "Y", (Role.BANK_CHECKER,)),
            ("head", "bank_maker", "H", (Role.BANK_MAKER,)),
            ("guarantor", "guarantor", "G", (Role.BANK_MAKER,)),
            ("officer_now", "officer", "M", (Role.OFFICER,)),
            ("officer_backup", "officer", "M", (Role.OFFICER,)),
            ("officer_former", "officer", "M", (Role.OFFICER,)),
            # Sent by bank X, and of its party: what X may see is still not for this officer.
            ("officer_bank", "officer", "X", (Role.OFFICER,)),
            # At the desk of Y and an officer of A at once: a competitor of the other banks.
            ("officer_desk", "officer_desk", "Y", (Role.OFFICER, Role.BANK_MAKER)),
            ("lead", "lead_unit", "L", (Role.LEAD_UNIT,)),
            ("other_lead", "lead_unit", "K", (Role.LEAD_UNIT,)),
            ("clerk", "office_clerk", "F", (Role.OFFICE,)),
            ("signer", "office_signer", "F", (Role.OFFICE_SIGNER,)),
            ("admin", "administrator", "-", ()),
            ("sysadmin", "system_admin", "-", (Role.SYSTEM_ADMIN,)),
            ("secadmin", "security_admin", "-", (Role.SECURITY_ADMIN,)),
            ("auditadmin", "audit_admin", "-", (Role.AUDIT_ADMIN,)),
            ("nobody", "nobody", "-", ()),
            # A desk is a role at an institution: neither half makes one.
            ("loose", "nobody", "-", (Role.BANK_MAKER, Role.BANK_CHECKER)),
            ("misplaced", "nobody", "M", (Role.BANK_MAKER, Role.BANK_CHECKER)),
            ("disabled", "disabled", "A", (Role.FIRM,)),
            ("disabled_bank", "disabled", "X", (Role.BANK_MAKER, Role.BANK_CHECKER)),
            ("disabled_office", "disabled", "F", (Role.OFFICE, Role.OFFICE_SIGNER, Role.LEAD_UNIT, Role.SYSTEM)),
        )
        self.world.people[ANONYMOUS] = Person(ANONYMOUS, ANONYMOUS, "-", None)
        for name, role, tenant, roles in roster:
            party = self.party.get(tenant)
            shown = canary(tenant, "user") if tenant in "ABCPT" else name
            user = user_create(
                actor=self.system, username=name, password=PASSWORD, display_name=shown, party=party, roles=roles
            )
            self.world.people[name] = Person(name, role, tenant, user)
        self.world.people["system"] = Person("system", "system", "-", self.system)
        User.objects.filter(username="admin").update(is_staff=True, is_superuser=True)
        self.user("admin").refresh_from_db()
        for name, label in SEEKERS:
            enterprises.facts_declare(
                actor=self.user(label), party=self.party[name], values={"region": "东胜区", "industry": "新材料"}
            )
            if name in "ABC":
                enterprises.contact_record(
                    actor=self.user(label),
                    party=self.party[name],
                    name=canary(name, "contact"),
                    phone=f"0477-77{ord(name)}",
                )

    def shelf(self) -> None:
        for name in "XY":
            maker, checker = self.user(f"{name.lower()}_maker"), self.user(f"{name.lower()}_checker")
            for state in ("listed", "suspended", "review", "draft"):
                draft = draft_create(
                    actor=maker,
                    institution=self.party[name],
                    category="贷",
                    content=VersionContent(name=canary(name, state), amount_max=5_000_000),
                    code=f"{name}-{state}",
                )
                if state != "draft":
                    submit_for_review(actor=maker, version=draft)
                if state in ("listed", "suspended"):
                    approve(actor=checker, version=draft)
                if state == "suspended":
                    suspend(actor=checker, version=draft, reason="测试")
                self.product[f"{name}-{state}"] = draft
                draft.refresh_from_db()
                self.world.add(
                    f"product_{state}", name, ProductVersion.objects.get(pk=draft.pk), draft.product.code, state
                )

    def needs(self) -> None:
        for name, label in SEEKERS:
            actor, party = self.user(label), self.party[name]
            wanted = {"open": "open", "closed": "closed"} | (
                {"pool": "pool"} if name == "A" else {"withdrawn": "w", "expired": "e"} if name == "C" else {}
            )
            for need_name in wanted:
                self.need[f"{name}-{need_name}"] = enterprises.need_register(
                    actor=actor, party=party, purpose=canary(name, f"purpose-{need_name}"), **ASKED
                )
            draft = {**ASKED, "purpose": canary(name, "purpose-draft")}
            self.need[f"{name}-draft"] = enterprises.need_draft_save(actor=actor, party=party, **draft)

    def consent(self, need: str, bank: str, actor: str, **given: Any) -> Consent:
        return enterprises.consent_give(
            actor=self.user(actor), need=self.need[need], institution=self.party[bank], **given
        )

    def listed(self) -> None:
        for code, unit, names in (("LB", "L", "A"), ("KB", "K", "B")):
            batch = enterprises.whitelist_publish(
                actor=self.system,
                code=code,
                department=self.party[unit],
                published_on=TODAY,
                basis_doc=canary(unit, "basis"),
                parties=[self.party[name] for name in names],
            )
            self.world.add("batch", unit, batch, str(batch.pk), "basis")
            entry = WhitelistEntry.objects.get(batch=batch)
            self.world.add("entry", unit, entry, str(entry.pk), "")
            bank = "X" if unit == "L" else "Y"
            (push,) = enterprises.whitelist_push(
                actor=self.system, batch=batch, institutions=[self.party[bank]], basis_doc=canary(unit, "push")
            )
            self.world.add("push", unit, push, str(push.pk), "push", **{bank: "receiver"})
            answer: dict[str, Any] = {"answer": "talking", "answered_on": TODAY, "note": canary(bank, "feedback")}
            enterprises.whitelist_answer(
                actor=self.user(f"{bank.lower()}_maker"), push=push, party=self.party[names], **answer
            )
            self.world.add("feedback", bank, push, "", "feedback", **{unit: "sender"})

    def cases(self) -> None:
        with clock.at(EARLIER):
            gone = self.consent("C-withdrawn", "X", "firm_c", days=365)
            self.consent("C-expired", "X", "firm_c", days=30)
            for state in ("withdrawn", "expired"):
                self.sent(f"C-{state}", "X", "firm_c")
        enterprises.consent_withdraw(actor=self.user("firm_c"), consent=gone)
        # A whole firm shown to one institution; ended for a second, run out for a third.
        for bank in "GX":
            grant_open(actor=self.system, grantee=self.party[bank], party=self.party["C"], reason="测试")
        grant_end(
            actor=self.system, grant=Grant.objects.get(grantee=self.party["X"], party=self.party["C"], reason="测试")
        )
        with clock.at(EARLIER):
            until = clock.now() + timedelta(days=9)
            grant_open(actor=self.system, grantee=self.party["Y"], party=self.party["C"], reason="测试", until=until)
        for bank in "XY":
            self.consent("A-open", bank, "firm_a")
        self.consent("B-open", "Y", "firm_b")
        self.consent("P-open", "G", "talent")
        by_list = Consent.Purpose.WHITELIST
        self.consent("A-open", "X", "firm_a", purpose=by_list)
        with clock.at(EARLIER):
            self.consent("C-expired", "X", "firm_c", days=30, purpose=by_list)
            taken = self.consent("B-open", "Y", "firm_b", days=365, purpose=by_list)
        enterprises.consent_withdraw(actor=self.user("firm_b"), consent=taken)
        first = self.sent("A-open", "X", "firm_a", version=self.product["X-listed"])
        referral_advance(actor=self.user("x_maker"), referral=first, to="accepted")
        referral_pause(actor=self.user("x_maker"), referral=first, reason=canary("X", "pause"))
        second = self.sent("A-open", "Y", "firm_a")
        referral_refuse(actor=self.user("y_maker"), referral=second, reason="other", note=canary("Y", "refusal"))
        for referral, bank, word in ((first, "X", "pause"), (second, "Y", "refusal")):
            served = dict.fromkeys(("officer_now", "officer_backup"), "assigned")
            self.world.add("answer", bank, referral, "", word, A="asker", officer_former="formerly", **served)
        self.sent("B-open", "Y", "firm_b")
        for name, label in SEEKERS:
            enterprises.need_close(actor=self.user(label), need=self.need[f"{name}-closed"], reason="不再需要")

    def sent(self, need: str, bank: str, actor: str, **given: Any) -> Any:
        return referral_create(
            actor=self.user(actor),
            need=self.need[need],
            institution=self.party[bank],
            channel="chosen",
            **given,
        )

    def money(self) -> None:
        self.definition = first_loans.definition_sign(
            actor=self.system,
            version="测试",
            effective_from=date(2022, 1, 1),
            record_blocks=["贷款"],
            loan_counts=["流动资金贷款"],
            document="测试",
        )
        for bank, firm in (("X", "A"), ("Y", "B")):
            lent, _ = financing_record(
                actor=self.user(f"{bank.lower()}_maker"),
                serial=canary(bank, "serial"),
                institution=self.party[bank],
                party=self.party[firm],
                kind="贷",
                credit_kind="流动资金贷款",
                amount=3_000_000,
                disbursed_on=TODAY,
                need=self.need[f"{firm}-open"],
            )
            above = {"H": "branch"} if bank == "X" else {}
            self.world.add("financing", bank, lent, str(lent.pk), "serial", **{firm: "borrower"}, **above)
            claim = first_loans.first_loan_claim(
                actor=self.user(f"{bank.lower()}_maker"),
                financing=lent,
                query_on=TODAY - timedelta(days=2),
                operator=canary(bank, "operator"),
                prior_credit_kinds=[],
            )
            claim = first_loans.first_loan_verify(actor=self.user("clerk"), claim=claim)
            self.world.add(
                "first_loan",
                bank,
                FirstLoanClaim.objects.get(pk=claim.pk),
                str(claim.pk),
                "operator",
                **{firm: "borrower"},
                **above,
            )
        for unit, user, kind, fields in (
            ("L", "lead", "ip_pledge_campaign", {"name": canary("L", "posting")}),
            ("K", "other_lead", "training_held", {"name": canary("K", "posting"), "topic": "直接融资"}),
        ):
            new = NewPosting(kind=kind, occurred_on=TODAY, fields=fields, organisation=self.party[unit])
            posted = posting_enter(actor=self.user(user), new=new, client_key=f"posting-{unit}")
            self.world.add("posting", unit, posted, str(posted.pk), "posting")

    def accompanied(self) -> None:
        since: dict[str, Any] = {"since": date(2020, 1, 1), "until": None}
        appointed = {}
        for name in ("officer_now", "officer_backup", "officer_former", "officer_bank", "officer_desk"):
            user = self.user(name)
            assert user.party is not None
            appointed[name] = officer_appoint(actor=self.system, user=user, employer=user.party, capacity=30, **since)
            self.world.add("roster", "", appointed[name], str(appointed[name].pk))
        former = liaison_assign(actor=self.user("clerk"), party=self.party["A"], officer=appointed["officer_former"])
        self.log("A", "officer_former", "oldlog")
        liaison_end(actor=self.user("clerk"), assignment=former, reason=canary("A", "end"))
        ended = LiaisonAssignment.objects.get(pk=former.pk)
        self.world.add("assignment_ended", "A", ended, "", "end", officer_former="formerly")
        now = liaison_assign(
            actor=self.user("clerk"),
            party=self.party["A"],
            officer=appointed["officer_now"],
            backup=appointed["officer_backup"],
        )
        served = dict.fromkeys(("officer_now", "officer_backup"), "assigned")
        self.world.add("assignment", "A", now, "", "", **served)
        self.log("A", "officer_now", "log")
        other = liaison_assign(actor=self.user("clerk"), party=self.party["B"], officer=appointed["officer_desk"])
        self.world.add("assignment", "B", other, "", "", officer_desk="assigned")
        self.log("B", "officer_desk", "log")
        self.owned()

    def log(self, name: str, officer: str, word: str) -> None:
        written = service_log_write(
            actor=self.user(officer),
            party=self.party[name],
            happened_on=TODAY,
            way="phone",
            content=canary(name, word),
            next_step=canary(name, f"{word}-next"),
            client_key=f"{name}-{word}",
        )
        self.world.add("service_log", name, written, "", f"{word} {word}-next", **self.to(name))

    def to(self, name: str) -> dict[str, str]:
        """What officers are to a party."""
        if name == "A":
            served = dict.fromkeys(("officer_now", "officer_backup"), "assigned")
            return {**served, "officer_former": "formerly"}
        return {"officer_desk": "assigned"} if name == "B" else {}

    def owned(self) -> None:
        """Parties and their needs, with what every bank and officer is to them."""
        held = {
            "A-open": {"X": "consented", "Y": "consented"},
            "B-open": {"Y": "consented"},
            "P-open": {"G": "consented"},
            "C-withdrawn": {"X": "withdrawn"},
            "C-expired": {"X": "expired"},
        }
        for key, need in self.need.items():
            name, state = key.split("-")
            need = Need.objects.get(pk=need.pk)
            kind = {"draft": "need_draft", "closed": "need_closed"}.get(state, "need")
            # An officer of a bank's own is none of its desk, a disabled user nobody's.
            strangers = {"officer_bank": "other"}
            whole = {"G": "granted"} if name == "C" and state != "draft" else {}
            related = {**held.get(key, {}), **whole, **self.to(name), **strangers}
            if key == "B-open":
                related["officer_desk"] = "both"
            self.world.add(kind, name, need, need.code, f"purpose-{state}", **related)
        known = {"A": {"X": "pushed"}, "B": {"Y": "pushed"}, "P": {"G": "consented"}}
        known["A"] |= {"Y": "consented", "L": "listed", "K": "listed"}
        known["B"] |= {"L": "listed", "K": "listed"}
        known["C"] = {"X": "withdrawn", "G": "granted"}
        for name in "ABCPT":
            party = self.party[name]
            shown = {**known.get(name, {}), **self.to(name), "officer_bank": "other"}
            self.world.add("party", name, party, party.code, "name", **shown)
            whole = {"G": "granted"} if name == "C" else {}
            self.world.add("facts", name, party, "", "", **whole, **self.to(name))
            self.world.add("user_name", name, party, "", "user", **self.to(name))
            if name in "ABC":
                self.world.add("firm", name, party, **whole)
                told = {"X": "told"} if name == "A" else {}
                self.world.add(
                    "contact", name, party, party.code, "contact", officer_bank="other", **told, **self.to(name)
                )
        for consent in Consent.objects.select_related("need__party", "institution"):
            name = next(key for key, party in self.party.items() if party == consent.need.party)
            bank = next(key for key, party in self.party.items() if party == consent.institution)
            self.world.add("consent", name, consent, str(consent.pk), "", **{bank: "holder"})
            row = consent.need.referrals.filter(institution=consent.institution).first()
            if row is not None and consent.purpose == Consent.Purpose.ASSESS:
                relation = "consented" if consent.live else "withdrawn" if consent.status == "已撤回" else "expired"
                related = {bank: relation, **self.to(name), "officer_bank": "other"}
                if (name, bank) == ("B", "Y"):
                    related["officer_desk"] = "both"
                self.world.add("referral", name, row, row.code, "", **related)

    def told(self) -> None:
        for person in self.world.people.values():
            if person.user is None:
                continue
            notify(users=[person.user], key="canary", title=canary(person.name, "message"))
            found = Notification.objects.filter(user=person.user, key="canary").first()
            self.world.add("notification", person.name, found, "", "message", **{person.name: "own"})
        job = jobs.enqueue("rematch", key=canary("job", "key"), name=canary("job", "file"))
        self.world.add("job", "job", job, str(job.pk), "key file")
        # A file somebody brought in before the office's role was taken away.
        job = jobs.enqueue("rematch", key=canary("K", "key"), actor=self.user("other_lead"), name=canary("K", "file"))
        self.world.add("job", "", job, str(job.pk), other_lead="starter")
        self.world.add("job_file", "K", job, "", "file", other_lead="starter")
        self.sought()
        self.connected()

    def connected(self) -> None:
        """Business systems of two banks, and a firm that asks for its account."""
        for name in "XY":
            url = f"https://hook.example/{canary(name, 'hook')}"
            end = WebhookEndpoint.objects.create(
                institution=self.party[name], url=url, secret="whsec_", created_by=self.user(f"{name.lower()}_maker")
            )
            self.world.add("webhook", name, end, str(end.pk), "hook", officer_bank="other")
            sent = WebhookDelivery.objects.create(
                endpoint=end, message_id=canary(name, "sent"), event="referral.dispatched", payload={}
            )
            self.world.add("webhook_delivery", name, sent, str(sent.pk), "sent", officer_bank="other")
            checker = self.user(f"{name.lower()}_checker")
            system, _ = client_open(actor=checker, name=canary(name, "system"), scopes=["referrals:read"])
            self.world.add("api_client", name, system, "", "system", officer_bank="other")
        asked = claim_open(
            uscc=credit_code(77),
            firm_name=canary("Z", "firm"),
            capacity="agent",
            applicant=canary("Z", "applicant"),
            phone="0477-1234567",
            document=Document(canary("Z", "document"), b"%PDF-1.7"),
            password=PASSWORD,
        )
        self.world.add("account_claim", "Z", asked, asked.code, "firm applicant document")

    def sought(self) -> None:
        """What people keep an eye on; the rows alone, since the service asks an index and this city has none."""
        for name in ("firm_a", "x_maker"):
            text = canary(name, "search")
            kept = SavedSearch.objects.create(user=self.user(name), document="products", text=text, path="/products/")
            self.world.add("saved_search", name, kept, str(kept.pk), "search", **{name: "own"})
            address = f"{canary(name, 'mail')}@example.com"
            channels_choose(actor=self.user(name), mail=address)
            self.world.add("channel", name, self.user(name), "", "mail", **{name: "own"})
        word = synonym_add(actor=self.user("clerk"), left="放羊", right="养殖", both=False)
        self.world.add("synonym", "", word, str(word.pk))

    def dismiss(self) -> None:
        """Accounts that are closed now; what they held they held until today."""
        for person in self.world.people.values():
            if person.role == "disabled" and person.user is not None:
                User.objects.filter(pk=person.user.pk).update(is_active=False)
                person.user.is_active = False
