"""The living page of the house's parts: what is drawn here is what the pages use."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from frontend import specimens
from frontend.tokens import colours

SECTIONS = (
    ("colours", "颜色"),
    ("type", "字"),
    ("marks", "印章、价签、条件格"),
    ("controls", "按钮与标签"),
    ("forms", "表单"),
    ("tables", "表格"),
    ("tiles", "数字"),
    ("flow", "步骤与跟踪"),
    ("overlays", "抽屉与对话框"),
    ("states", "状态"),
    ("charts", "图表"),
)


@login_not_required
@require_safe
def design(request: HttpRequest) -> HttpResponse:
    """Tokens, components, states and charts with made-up figures; open to everybody, reads no record."""
    return render(request, "frontend/design.html", {"sections": SECTIONS, "colours": colours(), "specimen": specimens})
