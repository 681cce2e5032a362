"""An engine whose rows are what was built and, for a third of them, what was changed since."""

from dataclasses import replace

from search.engines.base import Engine
from search.overlay import Change, Overlaid


class Changing:
    """Every third row was another when the generation was built, or not there; and there was one that is gone."""

    def __init__(self, engine: Engine) -> None:
        self.name, self._engine = engine.name, engine
        self._changes: dict[str, Change] = {}

    def build(self, document, rows, manifest):
        ordered = sorted(rows, key=lambda row: row.key)
        changed, others = ordered[::3], [row for row in ordered if row not in ordered[::3]]
        before = [replace(row, key=now.key) for row, now in zip(reversed(ordered), changed[::2], strict=False)]
        gone = [replace(row, key=f"{row.key}-gone") for row in ordered[:2]]
        built = [*others, *before, *gone]
        self._changes = {row.key: Change(row) for row in changed} | {row.key: Change(None) for row in gone}
        return self._engine.build(document, built, replace(manifest, rows={row.key: "" for row in built}))

    def reader(self, document):
        base = self._engine.reader(document)
        return base and Overlaid(base, dict(self._changes))
