"""What the endpoints of institutions share: only desks get in, lists come in pages, codes are plain."""

from typing import Any, cast

from django.db.models import QuerySet
from rest_framework import serializers
from rest_framework.pagination import PageNumberPagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api.authentication import MayCall
from accounts.models import Party, Role, User
from common.errors import NotAllowed

CODE = r"(?P<code>[A-Za-z0-9_-]{1,40})"
NUMBER = r"(?P<number>[1-9][0-9]{0,17})"


class Pages(PageNumberPagination):
    """Fifty a page, up to two hundred with ``page_size``."""

    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = 200


class DeskView(APIView):
    """A view for the desk of an institution: ``scopes`` names what a token needs for each method."""

    permission_classes = [MayCall]
    scopes: dict[str, str] = {}

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        self.user, self.desk = _desk(request)

    def paged(self, request: Request, rows: QuerySet[Any], line: type[serializers.Serializer[Any]]) -> Response:
        """One page of ``rows``, each as ``line``."""
        pages = Pages()
        page = pages.paginate_queryset(rows, request, view=self)
        return pages.get_paginated_response(line(page, many=True).data)


def _desk(request: Request) -> tuple[User, Party]:
    user = cast(User, request.user)
    if user.party is None or user.party.kind != Party.Kind.INSTITUTION or not user.has_role(*_ROLES):
        raise NotAllowed("这个接口给金融机构的业务系统和经办、复核人员使用。")
    return user, user.party


_ROLES = (Role.BANK_MAKER, Role.BANK_CHECKER)
