"""Domain errors. Services raise them; ``config.http`` translates them once for pages and once for the API."""


class DomainError(Exception):
    """A refusal a person can act on.

    ``message`` is the Chinese sentence shown, ``code`` is stable for machines, ``field`` names the form field.
    """

    status = 400
    code = "invalid"
    title = "无法完成"

    def __init__(self, message: str, *, code: str | None = None, field: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.code = code or self.code
        self.field = field


class Invalid(DomainError):
    """The input breaks a rule."""

    status, code, title = 422, "invalid", "填写有误"


class NotAllowed(DomainError):
    """The actor may see the object but not do this to it."""

    status, code, title = 403, "not_allowed", "没有权限"


class Missing(DomainError):
    """The object does not exist, or its existence may not be known to the actor."""

    status, code, title = 404, "not_found", "没有找到"


class Conflict(DomainError):
    """The state changed, or a unique record already exists."""

    status, code, title = 409, "conflict", "内容已变化"


class TooMany(DomainError):
    """Asked too often; ``message`` says when to come back."""

    status, code, title = 429, "too_many", "请求太多"
