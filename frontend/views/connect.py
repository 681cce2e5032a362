"""系统对接 at the institution's desk: clients of its business systems, addresses that are told, what was sent."""

from collections.abc import Callable
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods

from accounts import api_clients
from accounts.models import ApiClient, Role, User, WebhookEndpoint
from accounts.webhooks import endpoints
from common.errors import DomainError, Missing
from frontend.viewer import required_user
from frontend.views.desk import required_desk

A_PAGE = 50


@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_variables("shown")
def connect(request: HttpRequest) -> HttpResponse:
    """The checker's page; a secret is on the answer to the press that made it, and nowhere else."""
    required_desk(request)
    user = required_user(request)
    shown: dict[str, str] = {}
    problem = ""
    if request.method == "POST":
        step = _STEPS.get(request.POST.get("action", ""))
        if step is None:
            raise Missing("没有这项操作，请回到“系统对接”页重新选择。")
        try:
            shown = step(user, request.POST)
        except DomainError as error:
            problem = error.message
    clients = list(api_clients.clients_visible_to(user))
    scopes = api_clients.scopes_of(clients)
    context = {
        "checker": user.has_role(Role.BANK_CHECKER),
        "clients": [
            (client, [api_clients.SCOPES.get(scope, scope) for scope in scopes.get(client.client_id, ())])
            for client in clients
        ],
        "endpoints": [
            (endpoint, [endpoints.EVENTS[event] for event in endpoint.events])
            for endpoint in endpoints.endpoints_visible_to(user).filter(ended_at=None)
        ],
        "scopes": api_clients.SCOPES.items(),
        "events": endpoints.EVENTS.items(),
        "typed": {"name": request.POST.get("name", ""), "url": request.POST.get("url", "")}
        if problem
        else {"name": "", "url": ""},
        "shown": shown,
        "problem": problem,
    }
    response = render(request, "frontend/desk/connect.html", context, status=422 if problem else 200)
    response.headers["Cache-Control"] = "no-store"
    return response


@require_http_methods(["GET", "HEAD", "POST"])
def deliveries(request: HttpRequest) -> HttpResponse:
    """What was sent, newest first; POST sends one again."""
    required_desk(request)
    user = required_user(request)
    rows = endpoints.deliveries_visible_to(user)
    if request.method == "POST":
        number = request.POST.get("delivery", "")
        delivery = rows.filter(pk=int(number)).first() if number.isascii() and number.isdigit() else None
        if delivery is None:
            raise Missing("没有找到这条推送，请回到列表重新选择。")
        endpoints.delivery_resend(actor=user, delivery=delivery)
        return redirect("frontend:connect_deliveries")
    page = Paginator(rows, A_PAGE).get_page(request.GET.get("page"))
    return render(request, "frontend/desk/deliveries.html", {"page": page})


def _open(user: User, posted: QueryDict) -> dict[str, str]:
    client, secret = api_clients.client_open(actor=user, name=posted.get("name", ""), scopes=posted.getlist("scopes"))
    return {"what": f"“{client.name}”的客户端编号 {client.client_id}，密钥", "secret": secret}


def _rotate(user: User, posted: QueryDict) -> dict[str, str]:
    client = _client(user, posted)
    return {"what": f"“{client.name}”的新密钥", "secret": api_clients.client_rotate(actor=user, client=client)}


def _revoke(user: User, posted: QueryDict) -> dict[str, str]:
    api_clients.client_revoke(actor=user, client=_client(user, posted))
    return {}


def _listen(user: User, posted: QueryDict) -> dict[str, str]:
    made = endpoints.endpoint_add(actor=user, url=posted.get("url", ""), events=posted.getlist("events"))
    return {"what": f"{made.url} 的签名密钥", "secret": made.secret}


def _unlisten(user: User, posted: QueryDict) -> dict[str, str]:
    number = posted.get("endpoint", "")
    found: Any = endpoints.endpoints_visible_to(user).filter(ended_at=None)
    endpoint: WebhookEndpoint | None = found.filter(pk=int(number)).first() if number.isdecimal() else None
    if endpoint is None:
        raise Missing("没有找到这个推送地址，或已停用。")
    endpoints.endpoint_end(actor=user, endpoint=endpoint)
    return {}


_STEPS: dict[str, Callable[[User, QueryDict], dict[str, str]]] = {
    "open": _open,
    "rotate": _rotate,
    "revoke": _revoke,
    "listen": _listen,
    "unlisten": _unlisten,
}


def _client(user: User, posted: QueryDict) -> ApiClient:
    client = api_clients.clients_visible_to(user).filter(client_id=posted.get("client", "")).first()
    if client is None:
        raise Missing("没有找到这个客户端，请回到“系统对接”页重新选择。")
    return client
