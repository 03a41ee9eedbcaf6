"""A real browser for the tests: Debian's Chromium, driven by Playwright, on a service of its own.

Every page is watched: a message of error on the console, an exception of a script, a request that
leaves the service or fails are faults, and the test that caused them fails when it ends.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, Response, sync_playwright

CHROMIUM = shutil.which("chromium")
NEEDS_CHROMIUM = pytest.mark.skipif(
    CHROMIUM is None and not os.environ.get("CI"), reason="Chromium is not installed"
)
_QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
_AXE = (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")
_TAGS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")


@contextmanager
def chromium() -> Iterator[Browser]:
    """Start the browser."""
    assert CHROMIUM is not None, "Chromium is not installed"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(_QUIET))
        try:
            yield browser
        finally:
            browser.close()


@dataclass
class Watched:
    """A page of the service, and what went wrong on it.

    Args:
        page: the page.
        service: the address of the service; nothing else may be asked.
        allowed: statuses beside those below 400 that a test expects.
    """

    page: Page
    service: str
    allowed: tuple[int, ...] = ()
    faults: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("console", self._on_console)
        self.page.on("pageerror", lambda error: self.faults.append(f"exception: {error}"))
        self.page.on("request", self._on_request)
        self.page.on("response", self._on_response)

    def go(self, path: str) -> Page:
        """Open an address of the service, and wait until nothing more is loaded."""
        self.page.goto(f"{self.service}{path}", wait_until="networkidle")
        return self.page

    def axe(self) -> list[str]:
        """Give what axe finds serious or critical, with the elements concerned."""
        self.page.evaluate(_AXE)
        options = {"runOnly": {"type": "tag", "values": list(_TAGS)}}
        found: dict[str, Any] = self.page.evaluate("options => axe.run(document, options)", options)
        return [
            f"{one['impact']}: {one['id']}: {node['target']} {node['failureSummary']}"
            for one in found["violations"]
            if one["impact"] in ("serious", "critical")
            for node in one["nodes"]
        ]

    def shot(self, name: str) -> None:
        """Keep a picture of the whole page where ALLYGRAPH_SCREENSHOTS names a folder."""
        if folder := os.environ.get("ALLYGRAPH_SCREENSHOTS"):
            self.page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)

    def _on_console(self, message: ConsoleMessage) -> None:
        expected = self.allowed and "Failed to load resource" in message.text
        if message.type == "error" and not expected:
            self.faults.append(f"console: {message.text}")

    def _on_request(self, request: Request) -> None:
        if not request.url.startswith((self.service, "data:", "blob:")):
            self.faults.append(f"outside request: {request.url}")

    def _on_response(self, response: Response) -> None:
        if response.status >= 400 and response.status not in self.allowed:
            self.faults.append(f"{response.status}: {response.url}")


@contextmanager
def watched(browser: Browser, service: str, **options: Any) -> Iterator[Watched]:
    """Open a page, as a new visitor; what went wrong on it fails the test."""
    allowed = options.pop("allowed", ())
    context = browser.new_context(**options)
    try:
        page = Watched(context.new_page(), service, allowed)
        yield page
        assert page.faults == []
    finally:
        context.close()
