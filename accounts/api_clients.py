"""Business systems of institutions: made, given a new secret and closed by the institution's checker."""

import secrets
from collections.abc import Iterable

from allauth.idp.oidc.models import Client, Token
from django.db import transaction
from django.db.models import QuerySet

from accounts.models import ApiClient, Role, User
from accounts.policies import Viewer
from accounts.services import user_create
from common import audit, clock
from common.errors import Conflict, Invalid, NotAllowed

SCOPES = {
    "referrals:read": "读取派给本机构的需求",
    "referrals:write": "答复、推进派单",
    "financings:read": "读取本机构登记的业务",
    "financings:write": "登记、冲正业务，申报首贷",
    "whitelist:read": "读取推送给本机构的白名单",
    "whitelist:write": "答复白名单",
    "products:read": "读取本机构产品",
    "products:write": "起草产品、提交复核",
    "webhooks:manage": "登记推送地址",
}


def clients_visible_to(user: Viewer) -> QuerySet[ApiClient]:
    """Clients of the user's own institution, for its checker."""
    if not isinstance(user, User) or not user.has_role(Role.BANK_CHECKER) or user.party_id is None:
        return ApiClient.objects.none()
    return ApiClient.objects.filter(institution_id=user.party_id).select_related("created_by").order_by("-pk")


@transaction.atomic
def client_open(*, actor: User, name: str, scopes: Iterable[str]) -> tuple[ApiClient, str]:
    """A client of the actor's institution and its secret, which is shown this once. Its writes are the maker's."""
    if not actor.has_role(Role.BANK_CHECKER) or actor.party is None:
        raise NotAllowed("接口客户端由本机构的产品复核开通。")
    wanted = list(scopes)
    if not name.strip() or len(name) > 60:
        raise Invalid("请填写系统名称（60 个字以内）。", field="name")
    if not wanted or set(wanted) - SCOPES.keys():
        raise Invalid("请至少选一项权限。", field="scopes")
    secret = secrets.token_urlsafe(32)
    made = Client(name=name.strip(), type=Client.Type.CONFIDENTIAL, grant_types=Client.GrantType.CLIENT_CREDENTIALS)
    made.set_scopes(wanted)
    made.default_scopes = made.scopes
    made.set_secret(secret)
    made.save()
    user = user_create(
        actor=actor,
        username=f"api:{made.pk}",
        password=None,
        display_name=f"{name.strip()}（接口）",
        party=actor.party,
        roles=[Role.BANK_MAKER],
    )
    client = ApiClient.objects.create(
        client_id=made.pk, name=name.strip(), user=user, institution=actor.party, created_by=actor
    )
    audit.record("api_client_open", actor=actor, obj=client, client=made.pk, scopes=wanted)
    return client, secret


@transaction.atomic
def client_rotate(*, actor: User, client: ApiClient) -> str:
    """A new secret; the old one and every token made with it end at once."""
    library = _own(actor, client)
    secret = secrets.token_urlsafe(32)
    library.set_secret(secret)
    library.save(update_fields=["secret"])
    Token.objects.filter(client=library).delete()
    ApiClient.objects.filter(pk=client.pk).update(rotated_at=clock.now())
    audit.record("api_client_rotate", actor=actor, obj=client, client=client.client_id)
    return secret


@transaction.atomic
def client_revoke(*, actor: User, client: ApiClient) -> None:
    """Close it for good: no new token, and those it has end at once."""
    library = _own(actor, client)
    Token.objects.filter(client=library).delete()
    # No hash begins with an exclamation mark, so nothing fits it.
    Client.objects.filter(pk=library.pk).update(secret="!", grant_types="")  # noqa: S106
    ApiClient.objects.filter(pk=client.pk).update(revoked_at=clock.now())
    User.objects.filter(pk=client.user_id).update(is_active=False)
    audit.record("api_client_revoke", actor=actor, obj=client, client=client.client_id)


def scopes_of(clients: Iterable[ApiClient]) -> dict[str, list[str]]:
    """By client id, what each may do."""
    rows = Client.objects.filter(pk__in=[client.client_id for client in clients])
    return {row.pk: row.get_scopes() for row in rows.order_by("pk")}


def _own(actor: User, client: ApiClient) -> Client:
    if not clients_visible_to(actor).filter(pk=client.pk).exists():
        raise NotAllowed("接口客户端由本机构的产品复核管理。")
    if ApiClient.objects.filter(pk=client.pk, revoked_at__isnull=False).exists():
        raise Conflict("这个客户端已停用，请另开一个。")
    return Client.objects.select_for_update(of=("self",)).get(pk=client.client_id)
