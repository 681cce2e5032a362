"""What every engine can do. The contract suite in tests/search runs on each of them."""

from collections.abc import Callable, Iterable, Mapping
from typing import Protocol, TypeVar

from search.declare import Document
from search.engines.generations import Manifest
from search.plan import AnalysedRow, Page, Plan

T = TypeVar("T")


class Reader(Protocol):
    """One immutable generation, pinned: what it answers never changes while it is held."""

    @property
    def manifest(self) -> Manifest:
        """What it was built from."""

    def count(self, plan: Plan) -> int:
        """Number of documents ``plan`` selects."""

    def search(self, plan: Plan) -> Page:
        """Total, one page and facet counts of ``plan``."""

    def contents(self) -> Mapping[str, str]:
        """Key → content hash of what is really there."""

    def holding(self, field: str, token: str) -> int:
        """Number of documents whose text ``field`` holds ``token``."""

    def share(self, token: str) -> int:
        """Per mille of the documents that hold ``token``, rounded up."""


class Engine(Protocol):
    """Builds generations and opens the current one."""

    name: str

    def build(self, document: Document, rows: Iterable[AnalysedRow], manifest: Manifest) -> Manifest:
        """Write a new generation of all ``rows`` and make it current in one step."""

    def reader(self, document: Document) -> Reader | None:
        """The current generation, None when none was ever built; one that cannot be read is Damaged."""


class Server(Engine, Protocol):
    """An engine that may not be there: every method may end in Unreachable."""

    def deadline(self, *, building: bool = False) -> float:
        """Until when (monotonic seconds) a search, or a build, that begins now may wait."""

    def in_time(self, deadline: float, work: Callable[[], T]) -> T:
        """``work()`` in another thread until ``deadline``; Unreachable at once while it is known dead."""
