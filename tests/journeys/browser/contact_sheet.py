"""``make shots``: a picture of every page at both widths, and one sheet of them all, in ``var/shots``.

Each page is taken as its first declared reader sees it; ``python -m tests.journeys.browser.contact_sheet [FOLDER]``.
"""

import html
import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import django
from playwright.sync_api import Browser

from tests.contracts.source import ROOT
from tests.journeys.browser.pages import PAGES, PROBLEMS, STATES
from tests.journeys.browser.site import DESKTOP, HEIGHT, PHONE, Site, chromium, context_of, serving, staged
from tests.services import chromium_path

SHEET = """<!DOCTYPE html><html lang="zh-Hans"><meta charset="utf-8"><title>全部页面</title>
<style>body{{margin:24px;background:#f6f3ea;font:14px sans-serif}}
main{{display:grid;grid-template-columns:repeat(4,1fr);gap:24px 16px}}figure{{margin:0}}
div{{display:flex;gap:8px;height:360px;overflow:hidden;border:1px solid #cfc7b3;background:#fff}}
a.wide{{flex:0 0 78%}}a.narrow{{flex:1}}img{{display:block;width:100%}}</style>
<main>{figures}</main></html>"""
FIGURE = (
    "<figure><div><a class='wide' href='{wide}'><img src='{wide}' alt=''></a>"
    "<a class='narrow' href='{narrow}'><img src='{narrow}' alt=''></a></div>"
    "<figcaption>{title}</figcaption></figure>"
)


def targets(site: Site) -> Iterator[tuple[str, str, str]]:
    """(title, reader, path) of every page and of its states."""
    for name, spec in PAGES.items():
        yield name.removeprefix("frontend:"), spec.readers[0], spec.address(name, site.codes)
    yield from ((state, reader, path) for state, (reader, path) in STATES.items())
    yield from ((problem, reader, path) for problem, (reader, path, _) in PROBLEMS.items())


def shoot(site: Site, browser: Browser, folder: Path) -> list[str]:
    """Write the pictures; returns the figures of the sheet."""
    figures = []
    for title, reader, path in targets(site):
        context = context_of(browser, site, reader)
        page = context.new_page()
        page.goto(site.base + path)
        stem, taken = "".join(char if char.isalnum() else "-" for char in title), {}
        for kind, width in (("wide", DESKTOP), ("narrow", PHONE)):
            page.set_viewport_size({"width": width, "height": HEIGHT})
            taken[kind] = f"{stem}-{width}.png"
            page.screenshot(path=folder / taken[kind], full_page=True)
        context.close()
        figures.append(FIGURE.format(title=html.escape(f"{title}（{reader}）"), **taken))
    return figures


def main() -> int:
    if not chromium_path():
        sys.stderr.write("没有 Chromium，不能截图。请先安装 chromium 与 fonts-noto-cjk。\n")
        return 1
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / "var" / "shots")
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        # The URLconf is read here; what its settings keep stays with the scratch data.
        os.environ |= {"DATA_DIR": f"{scratch}/own", "DJANGO_SETTINGS_MODULE": "config.settings"}
        django.setup()
        (Path(scratch) / "site").mkdir()
        with serving(staged(Path(scratch) / "stage"), Path(scratch) / "site") as site, chromium() as browser:
            figures = shoot(site, browser, folder)
            (folder / "index.html").write_text(SHEET.format(figures="".join(figures)), "utf-8")
            page = browser.new_page(viewport={"width": 2000, "height": HEIGHT})
            page.goto((folder / "index.html").as_uri())
            page.screenshot(path=folder / "sheet.png", full_page=True)
    sys.stdout.write(f"{len(figures)} 页，见 {folder / 'index.html'} 与 sheet.png\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
