"""特派员 at the finance office: the roster with its load, parties without an officer, joining and leaving."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import Role, User
from accounts.selectors import organisations, users_with
from common import clock
from common.errors import Conflict, Invalid, Missing, NotAllowed
from enterprises import places
from frontend.desk_forms import blame, problems_of
from frontend.office_forms import AppointForm, RetireForm
from frontend.viewer import required_user
from matching.cases.liaison import officer_leave
from matching.cases.selectors_liaison import cases_of
from matching.cases.selectors_roster import industries_of, loads, retired, unaccompanied
from talents.models import LiaisonOfficer
from talents.selectors import everybody_on_roster
from talents.services import officer_appoint

A_PAGE = 30
FORM = ["GET", "HEAD", "POST"]


def required_office(request: HttpRequest) -> User:
    """The reader, when of the finance office; anybody else is NotAllowed."""
    user = required_user(request)
    if not user.has_role(Role.OFFICE, Role.OFFICE_SIGNER):
        raise NotAllowed("特派员由金融办指派，您的账号不是。")
    return user


@require_safe
def officers(request: HttpRequest) -> HttpResponse:
    """Roster with load, and parties without an officer, whitelisted first."""
    required_office(request)
    banner, industry, text = (request.GET.get(name, "").strip() for name in ("banner", "industry", "q"))
    if banner not in (*places.BANNERS, ""):
        raise Missing("没有这个旗区，请从列表里选。")
    everybody = unaccompanied()
    found = unaccompanied(banner=banner, industry=industry, text=text) if banner or industry or text else everybody
    serving = loads()
    context: dict[str, Any] = {
        "loads": serving,
        "room": sum(load.room for load in serving),
        "served": sum(load.active for load in serving),
        "retired": retired()[:A_PAGE],
        "page": Paginator(found, A_PAGE).get_page(request.GET.get("page")),
        "without": len(everybody),
        "listed": sum(row.listed for row in everybody),
        "banners": [(code, places.label(code)) for code in places.BANNERS],
        "industries": industries_of(everybody),
        "banner": banner,
        "industry": industry,
        "text": text,
        "query": _kept(request),
    }
    return render(request, "frontend/office/officers.html", context)


@require_http_methods(FORM)
def appoint(request: HttpRequest) -> HttpResponse:
    """Put one more officer on the roster."""
    user = required_office(request)
    people = {person.pk: person for person in users_with(Role.OFFICER)}
    bodies = {party.pk: party for party in organisations()}
    form = AppointForm(
        [
            (pk, f"{person}（{person.party.name if person.party else person.username}）")
            for pk, person in people.items()
        ],
        [(pk, party.name) for pk, party in bodies.items()],
        request.POST or None,
        initial={"capacity": "30", "since": clock.today().isoformat()},
    )
    conflict = ""
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            officer = officer_appoint(
                actor=user,
                user=people[data["user"]],
                employer=bodies[data["employer"]],
                capacity=data["capacity"],
                since=data["since"],
                until=data["until"],
            )
        except Conflict as error:
            conflict = error.message
        except Invalid as error:
            blame(form, error.field, error.message)
        else:
            messages.success(request, f"{officer.user} 已在名册上，可以指派。")
            return redirect("frontend:officers")
    context = {"form": form, "problems": problems_of(form), "conflict": conflict, "people": people}
    return render(request, "frontend/office/officer_new.html", context, status=status_of(form, conflict))


@require_http_methods(FORM)
def officer(request: HttpRequest, number: str) -> HttpResponse:
    """One officer: whom it accompanies, and leaving the roster."""
    user = required_office(request)
    found = _officer(number)
    form = RetireForm(request.POST or None, initial={"on": clock.today().isoformat()})
    conflict = ""
    if request.method == "POST" and form.is_valid():
        try:
            officer_leave(actor=user, officer=found, **form.cleaned_data)
        except Conflict as error:
            conflict = error.message
        except Invalid as error:
            blame(form, error.field, error.message)
        else:
            messages.success(request, f"{found.user} 已离岗，历史保留。")
            return redirect("frontend:officers")
    cases = list(cases_of(found))
    own = [case for case in cases if case.officer_id == found.pk]
    context = {
        "officer": found,
        "own": own,
        "backups": [case for case in cases if case.officer_id != found.pk],
        "form": form,
        "problems": problems_of(form),
        "conflict": conflict,
    }
    return render(request, "frontend/office/officer.html", context, status=status_of(form, conflict))


def status_of(form: Any, conflict: str) -> int:
    """409 for a conflict, 422 for a wrong form, else 200."""
    if conflict:
        return 409
    return 422 if form.errors else 200


def _officer(number: str) -> LiaisonOfficer:
    known = number.isascii() and number.isdecimal() and len(number) < 19
    found = everybody_on_roster().filter(pk=number).first() if known else None
    if found is None:
        raise Missing("名册上没有这位特派员，请回到名册重新选择。")
    return found


def _kept(request: HttpRequest) -> str:
    """What the pager keeps of the address, ending in & or empty."""
    kept = request.GET.copy()
    kept.pop("page", None)
    return f"{kept.urlencode()}&" if kept else ""
