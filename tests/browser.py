"""A real Chromium looking at the live server, and complaining about what a reader would not see.

`Visit` wraps one browser context. It notes every content-security-policy violation, script
error, broken static file and request to another host; the fixture fails the test that has one.
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.test import Client
from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Request, Response

ROOT = Path(__file__).resolve().parent.parent
DESK = {"width": 1366, "height": 900}
PHONE = {"width": 390, "height": 844}
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
UNSTICK = """() => {
  window.unstuck = [...document.querySelectorAll('body *')].filter(
    one => getComputedStyle(one).position === 'sticky');
  window.unstuck.forEach(one => { one.style.position = 'static'; });
}"""
OPTIONS = ["--no-sandbox", "--disable-background-networking", "--disable-component-update"]


@dataclass
class Visit:
    """One reader with one window. `page` is Playwright's page; `address` the server's."""

    context: BrowserContext
    address: str
    problems: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.context.on("request", self._note_request)
        self.context.on("response", self._note_response)
        self.context.on("console", self._note_console)
        self.context.on("weberror", lambda error: self.problems.append(f"script: {error.error}"))
        self.page: Page = self.context.new_page()

    def sign_in(self, user: Any) -> "Visit":
        """Give this window a session of the user's, without the form."""
        client = Client()
        client.force_login(user)
        name = settings.SESSION_COOKIE_NAME
        cookie = {"name": name, "value": client.cookies[name].value, "url": self.address}
        self.context.add_cookies([cookie])
        return self

    def open(self, path: str) -> Page:
        """Go to a path of the portal and return the page."""
        self.page.goto(f"{self.address}{path}")
        return self.page

    def accessibility_faults(self) -> list[str]:
        """Run axe (WCAG 2.2 AA) on the page as it stands; one line per fault.

        What sticks to an edge covers something else at every scroll, and axe would call what it
        half covers too small: it is judged at its place in the flow.
        """
        source = (ROOT / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")
        self.page.evaluate(source)
        self.page.evaluate(UNSTICK)
        found = self.page.evaluate(
            "tags => axe.run(document, {runOnly: {type: 'tag', values: tags}})", WCAG
        )
        self.page.evaluate("() => window.unstuck.forEach(one => one.style.position = '')")
        return [
            f"{fault['id']}: {fault['help']}: {node['html'][:200]}"
            for fault in found["violations"]
            for node in fault["nodes"]
        ]

    def _note_request(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme in {"http", "https", "ws"} and not request.url.startswith(self.address):
            self.problems.append(f"request to another host: {request.url}")

    def _note_response(self, response: Response) -> None:
        if response.status >= 500 or (response.status >= 400 and "/static/" in response.url):
            self.problems.append(f"{response.status}: {response.url}")

    def _note_console(self, message: ConsoleMessage) -> None:
        # The browser says this of every 404 and 422, which a test may well ask for.
        if message.type == "error" and not message.text.startswith("Failed to load resource"):
            self.problems.append(f"console: {message.text}")
