"""Fixtures of the matching tests."""

from tests.matching.ten_firms import ten_firms

__all__ = ["ten_firms"]
