"""Fixtures for tests that look at a page with a real browser, and serve what it asks for."""

import os
import shutil
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
NAMES = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)
# A machine that does much else is slow; only a test that fails waits so long.
PATIENCE_MS = 30_000
expect.set_options(timeout=PATIENCE_MS)


@dataclass(frozen=True)
class Asked:
    """A request; the path is decoded, header names are in lower case."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True)
class Answered:
    """An answer."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)


Handler = Callable[[Asked], Answered]
OpenPage = Callable[..., AbstractContextManager[Page]]
Serve = Callable[[Handler], str]


def chromium() -> str:
    """Where a Chromium is; the test fails without one, since a skipped test is not noticed."""
    for name in NAMES:
        if path := shutil.which(name):
            return path
    if path := os.environ.get("CHROMIUM"):
        return path
    pytest.fail(f"No browser: none of {', '.join(NAMES)} is on the PATH, and CHROMIUM is not set.")


# A module's, not the session's: Playwright keeps an event loop running in its thread, beside
# which no other test could start one.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A headless Chromium."""
    path = chromium()
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=path, args=list(ARGUMENTS))
        yield running
        running.close()


@pytest.fixture
def open_page(browser: Browser) -> OpenPage:
    """`with open_page(url, width=…, height=…, dark=…, touch=…) as page:`

    At the end the test fails if a script of the page threw, or its content policy held back
    something that the page itself wanted.
    """

    @contextmanager
    def opened(
        url: str, *, width: int = 1280, height: int = 800, dark: bool = False, touch: bool = False
    ) -> Iterator[Page]:
        context = browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme="dark" if dark else "light",
            reduced_motion="reduce",
            has_touch=touch,
            is_mobile=touch,
            locale="en-GB",
        )
        page = context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        wrong: list[str] = []
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("console", lambda line: _policy(line.text, wrong))
        page.goto(url)
        try:
            yield page
        finally:
            context.close()
        assert not wrong, wrong

    return opened


def _policy(text: str, wrong: list[str]) -> None:
    if "Content Security Policy" in text:
        wrong.append(text)


@pytest.fixture
def serve() -> Iterator[Serve]:
    """`serve(handler)` answers HTTP on a port of its own until the test ends; gives the origin."""
    servers: list[ThreadingHTTPServer] = []

    def start(handler: Handler) -> str:
        server = http_server(handler)
        servers.append(server)
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        return f"http://127.0.0.1:{server.server_port}"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


class Server(ThreadingHTTPServer):
    """A server that a browser may leave at any time."""

    request_queue_size = 128  # a browser opens six at once, and five are the default
    daemon_threads = True
    block_on_close = False  # a browser keeps its connections open

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Prints what went wrong, unless the browser just went away."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


def http_server(handler: Handler) -> ThreadingHTTPServer:
    """A server for the handler on a free port; not started."""

    class Requests(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self) -> None:
            url = urlsplit(self.path)
            asked = Asked(
                method=self.command,
                path=unquote(url.path),
                query=dict(parse_qsl(url.query)),
                headers={name.lower(): value for name, value in self.headers.items()},
                body=self.rfile.read(int(self.headers.get("content-length") or 0)),
            )
            answered = handler(asked)
            self.send_response(answered.status)
            for name, value in answered.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(answered.body)))
            self.end_headers()
            self.wfile.write(answered.body)

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = answer  # noqa: N815 -- the base class's names

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Nothing: a test that fails says why by itself."""

    return Server(("127.0.0.1", 0), Requests)
