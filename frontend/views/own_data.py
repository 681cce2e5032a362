"""我的数据: what is held about the reader's own party, to take along."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from frontend.viewer import required_party, required_user
from matching.cases.own_data import MEDIA_TYPES, own_data, own_data_file


@never_cache
@require_safe
def data(request: HttpRequest) -> HttpResponse:
    """How much of what is held, and the two files."""
    party = required_party(request)
    counts = [(title, len(rows)) for title, rows in own_data(required_user(request), party).items()]
    return render(request, "frontend/own_data.html", {"party": party, "counts": counts})


@never_cache
@require_POST
def data_file(request: HttpRequest, kind: str) -> HttpResponse:
    """The file, json or xlsx; recorded."""
    required_party(request)
    content = own_data_file(actor=required_user(request), kind=kind)
    response = HttpResponse(content, content_type=MEDIA_TYPES[kind])
    response["Content-Disposition"] = f'attachment; filename="my-data.{kind}"'
    return response
