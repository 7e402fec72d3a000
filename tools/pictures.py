"""Make the pictures of the documentation from Meridian, a company that does not exist: `python -m tools.pictures`. Needs Chromium."""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.web.browser import served_at
from troth.app.bootstrap import open_workspace
from troth.app.building.build import build
from troth.app.pages.served import Served
from troth.app.reading import read_page
from troth.app.starting.examples import demo
from troth.faces.page import render
from troth.faces.web import web_app
from troth.faces.web.gate import OpenGate

ROOT = Path(__file__).resolve().parents[1]
PICTURES = ROOT / "docs" / "pictures"
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-sync"]
SHOTS = {
    "meridian.png": (1280, 1120, "light"),
    "meridian-dark.png": (1280, 1120, "dark"),
    "meridian-phone.png": (380, 900, "light"),
}

# Of the server: by name of the picture, the page and its window.
PAGES = {
    "monday.png": ("/", 1280, 1120, "light"),
    "monday-dark.png": ("/", 1280, 1120, "dark"),
    "monday-phone.png": ("/", 380, 900, "light"),
    "promises.png": ("/promises", 1280, 1120, "light"),
    "promise.png": ("/promises/deliver", 1280, 1120, "light"),
    "measures.png": ("/measures", 1280, 1120, "light"),
    "measure.png": ("/measures/delivered_in_time", 1280, 1120, "light"),
    "units.png": ("/units", 1280, 1120, "light"),
    "huddle.png": ("/huddle/warehouse=LYS", 1920, 1080, "light"),
    "board.png": ("/roles/board", 1280, 1120, "light"),
    "customers.png": ("/customers", 1280, 1120, "light"),
    "data.png": ("/data", 1280, 1120, "light"),
    "rules.png": ("/rules/promises.deliver", 1280, 1120, "light"),
}


def main() -> int:
    chromium = shutil.which("chromium")
    if chromium is None:
        print("needs Chromium: run tools/system.sh")
        return 1
    PICTURES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        workspace = open_workspace(demo(Path(folder) / "meridian"))
        build(workspace)
        page_file = Path(folder) / "page.html"
        page_file.write_text(render(read_page(workspace)), encoding="utf-8")
        browser = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        for name, (width, height, scheme) in SHOTS.items():
            page = browser.new_page(viewport={"width": width, "height": height}, color_scheme=scheme)  # type: ignore[arg-type]
            page.goto(page_file.as_uri())
            page.screenshot(path=PICTURES / name)
            page.close()
        with served_at(web_app(Served(workspace), OpenGate())) as base:
            for name, (path, width, height, scheme) in PAGES.items():
                page = browser.new_page(viewport={"width": width, "height": height}, color_scheme=scheme)  # type: ignore[arg-type]
                page.goto(f"{base}{path}")
                page.screenshot(path=PICTURES / name)
                page.close()
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
