"""How the OpenAPI schema is made: every operation may answer the one error envelope."""

from typing import Any, Literal

from drf_spectacular.openapi import AutoSchema
from rest_framework import serializers

# Too many of them to be worth a shape of its own each: programs read ``code``, people ``detail``.
ERRORS = ("400", "401", "403", "404", "405", "406", "409", "415", "422", "429", "500", "503")


class ProblemSerializer(serializers.Serializer[Any]):
    """One thing that is wrong."""

    code = serializers.CharField(help_text="给程序看的稳定代码")
    detail = serializers.CharField(help_text="给人看的中文说明，包括怎么改")
    attr = serializers.CharField(allow_null=True, help_text="哪个字段，说的不是字段时为空")


class EnvelopeSerializer(serializers.Serializer[Any]):
    """What every answer of 400 and above looks like."""

    type = serializers.CharField(help_text="validation_error、client_error、server_error")
    errors = ProblemSerializer(many=True)  # type: ignore[assignment]


class Schema(AutoSchema):
    """The library's, with the envelope."""

    def _get_response_bodies(self, direction: Literal["request", "response"] = "response") -> dict[str, Any]:
        found: dict[str, Any] = super()._get_response_bodies(direction)
        envelope: Any = self._get_response_for_code
        for status in ERRORS:
            found.setdefault(status, envelope(EnvelopeSerializer, status, direction=direction))
        return found
