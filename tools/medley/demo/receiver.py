"""A receiver of callbacks on loopback, which takes only what is signed as it must be."""

import base64
import hashlib
import hmac
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self

Verify = Callable[[bytes, Mapping[str, str]], object]


@dataclass(frozen=True)
class Received:
    """One try of a callback; header names are in lower case. ``refused`` says why, if it was."""

    body: bytes
    headers: dict[str, str]
    status: int
    refused: str = ""


def standard_webhook(secret: str) -> Verify:
    """What checks the signature of Standard Webhooks; it raises ValueError for a wrong one."""

    def verify(body: bytes, headers: Mapping[str, str]) -> object:
        key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
        message = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
        wanted = base64.b64encode(hmac.new(key, message, hashlib.sha256).digest()).decode()
        if not hmac.compare_digest(f"v1,{wanted}", headers["webhook-signature"]):
            raise ValueError("the signature is wrong")
        return None

    return verify


class Receiver:
    """``with Receiver(verify) as receiver: ... receiver.url ... receiver.received``.

    Args:
        verify: Raises for a try that is not signed as it must be, which is answered with 401.
        first: Statuses and headers of the first answers, before anything is verified.
    """

    def __init__(self, verify: Verify, first: Sequence[tuple[int, Mapping[str, str]]] = ()) -> None:
        self.received: list[Received] = []
        self._verify = verify
        self._first = list(first)
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.url = f"http://127.0.0.1:{self._server.server_port}/hook"

    def start(self) -> Self:
        """Take callbacks, until the process ends or ``with`` does."""
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _answer(self, body: bytes, headers: dict[str, str]) -> tuple[int, Mapping[str, str]]:
        with self._lock:
            if self._first:
                status, more = self._first.pop(0)
                self.received.append(Received(body, headers, status))
                return status, more
            try:
                self._verify(body, headers)
            except Exception as error:
                self.received.append(Received(body, headers, 401, f"{error}" or repr(error)))
                return 401, {}
            self.received.append(Received(body, headers, 204))
            return 204, {}

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        answer = self._answer

        class Requests(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("content-length") or 0))
                names = {name.lower(): value for name, value in self.headers.items()}
                status, more = answer(body, names)
                self.send_response(status)
                for name, value in more.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002
                """Nothing: what came is in ``received``."""

        return Requests
