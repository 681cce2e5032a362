"""Who calls: a person by session, or a business system by the token it got for its secret."""

from typing import Any

from allauth.idp.oidc.models import Token
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from accounts.models import ApiClient, User

_PREFIX = "bearer "


class TokenAuthentication(BaseAuthentication):
    """``Authorization: Bearer …`` of a client that is still open; the user is the client's own."""

    def authenticate(self, request: Request) -> tuple[User, Token] | None:
        header = request.headers.get("Authorization", "")
        if not header.lower().startswith(_PREFIX):
            return None
        token = Token.objects.lookup(Token.Type.ACCESS_TOKEN, header[len(_PREFIX) :].strip())
        client = token and ApiClient.objects.select_related("user__party").filter(client_id=token.client_id).first()
        if token is None or not client or client.revoked_at or not client.user.is_active:
            raise AuthenticationFailed("令牌无效、已过期或已停用，请用客户端编号和密钥重新换取。")
        return client.user, token

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="api"'


class MayCall(BasePermission):
    """Whoever is logged in; a token also needs the scope that the view names for the method in ``scopes``."""

    message = "这个令牌没有所需的权限，请由本机构产品复核在“系统对接”页开通。"

    def has_permission(self, request: Request, view: Any) -> bool:
        if not request.user or not request.user.is_authenticated:
            return False
        if not isinstance(request.auth, Token):
            return True
        scopes, method = getattr(view, "scopes", {}), str(request.method)
        if method not in scopes:
            # What the view cannot do at all is answered as such, not as a missing right.
            return not hasattr(view, method.lower())
        return scopes[method] in request.auth.get_scopes()


class TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """How the schema describes it."""

    target_class = "accounts.api.authentication.TokenAuthentication"
    name = "clientCredentials"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        flow = {"tokenUrl": "/api/v1/token", "scopes": {}}
        return {"type": "oauth2", "flows": {"clientCredentials": flow}}
