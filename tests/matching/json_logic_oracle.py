"""Somebody else's evaluator as an oracle."""

from typing import Any

from json_logic import jsonLogic


def holds(expression: dict[str, Any], data: dict[str, Any]) -> bool:
    """What JSON Logic says of one expression for one complete set of data."""
    return bool(jsonLogic(expression, data))
