"""An indexer in a process of its own, to be killed: rows are files of a folder, each holding its number of versions.

``python -m tests.search.indexer FOLDER`` rebuilds for ever from what the folder says at that moment.
"""

import os
import sys
from pathlib import Path

import django


def document(folder: Path):
    """Rows K0… of equal version, read from one file that is replaced as a whole."""
    from search.registry import Document, Keyword, Number, Sort, Text

    def build(keys):
        version = int((folder / "version").read_text())
        return [{"key": key, "name": f"科创贷 v{version}", "kind": f"v{version}", "version": version} for key in keys]

    return Document(
        name="killed",
        label="测试",
        texts=(Text("name", 100),),
        keywords=(Keyword("kind", "版本"),),
        numbers=(Number("version", "版本"),),
        sorts=(Sort("version", "版本", "version"),),
        build=build,
        keys=lambda: [f"K{number:03}" for number in range(60)],
    )


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    from search import sync

    killed = document(Path(sys.argv[1]))
    while True:
        built = sync.rebuild(killed)
        sys.stdout.write(f"{built.generation}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
