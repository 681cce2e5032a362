"""Pages, API and tasks read what belongs to somebody through selectors and policies, never through a manager."""

import ast

from django.apps import apps

from tests.contracts.source import ROOT, product_files, short, tree

TENANT_MODELS = frozenset(
    "Party PartyName Grant Notification Fact EnterpriseProfile TalentRole Need Consent WhitelistBatch WhitelistEntry "
    "WhitelistPush WhitelistFeedback TalentProfile TalentTitle TeamMember LiaisonOfficer Product ProductVersion "
    "Referral Financing FirstLoanClaim LiaisonAssignment ServiceLog MatchResult Posting User "
    "MatchBlock PreviewAnswer WhitelistSnapshot SavedSearch ChannelChoice Delivery AccountClaim "
    "WebhookEndpoint WebhookDelivery Erasure QuarterlyReport ReportRow RowAnswer".split()
)
# Everybody's, or nobody's: plans are read by everyone with an account, the rest is the house's own.
SHARED_MODELS = frozenset(
    "CalendarOverride TransitionLog OutboxMessage AuditEvent AuditHead Job UserRole InstitutionProfile Plan Measure "
    "MeasureUnit Indicator FirstLoanDefinition MatchProgramme MatchTally EligibilitySweep Synonym SearchedText "
    # What guards the door: read by the guard itself, before anybody is known.
    "ApiClient IdempotentCall LoginFailure UsedPassword".split()
)
MANAGERS = {"objects", "_default_manager", "_base_manager"}
SHORTCUTS = {"get_object_or_404", "get_list_or_404"}


def is_outside(path):
    """True for rooms that may not ask the tables themselves."""
    parts = short(path).split("/")
    return parts[0] == "frontend" or "api" in parts or parts[-1] == "tasks.py"


def reads(module):
    """(line, text) of every use of a tenant model's manager, or of a shortcut that is one."""
    for node in ast.walk(module):
        match node:
            case ast.Attribute(value=ast.Name(id=model), attr=attr) if model in TENANT_MODELS and attr in MANAGERS:
                yield node.lineno, ast.unparse(node)
            case ast.Call(func=ast.Name(id=name)) if name in SHORTCUTS:
                yield node.lineno, name
            case ast.Attribute(attr="get_model"):
                yield node.lineno, ast.unparse(node)


def test_every_model_is_declared_as_somebodys_or_as_shared():
    house = {path.name for path in ROOT.iterdir() if (path / "models.py").exists() or (path / "models").exists()}
    models = {model.__name__ for model in apps.get_models() if model._meta.app_label in house}
    assert models == TENANT_MODELS | SHARED_MODELS
    assert not TENANT_MODELS & SHARED_MODELS


def test_pages_api_and_tasks_ask_selectors():
    found = [
        f"{short(path)}:{line} {text}"
        for path in product_files()
        if is_outside(path)
        for line, text in reads(tree(path))
    ]
    assert found == []


def test_the_check_bites():
    bad = ast.parse("Need.objects.get(code=x)\nget_object_or_404(Need)\nNeed._default_manager.filter(a=1)")
    assert len(list(reads(bad))) == 3
