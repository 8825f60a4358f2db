"""As much of S3 as a zip needs, on loopback, by threads: so little work that it hides nothing.

A key ``{size}/{name}`` is an object of that size, with bytes that are made up and the same for each
read. What is put is counted and thrown away, or kept in a file if that is asked for.
"""

import re
import socket
import socketserver
import zlib
from multiprocessing.connection import Connection
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

BLOCK = 8 << 20


def noise(count: int) -> bytes:
    """Bytes that do not shrink, quickly made."""
    import random

    return random.Random(7).randbytes(count)


DATA = noise(BLOCK)
TWICE = memoryview(DATA + DATA)


def etag(key: str) -> str:
    """What the object of a key has."""
    return f'"{zlib.crc32(key.encode()):032x}"'


def wrapped(name: str, inner: str) -> str:
    return f'<?xml version="1.0" encoding="UTF-8"?><{name}>{inner}</{name}>'


class Requests(socketserver.StreamRequestHandler):
    """One connection of a client, which it keeps."""

    wbufsize = 0
    keep: Path | None = None
    parts: dict[int, bytes] = {}  # noqa: RUF012 -- one zip at a time is all that is kept

    def setup(self) -> None:
        super().setup()
        self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def handle(self) -> None:
        while line := self.rfile.readline().decode("latin-1"):
            method, target, _ = line.split(" ", 2)
            headers = {}
            while (field := self.rfile.readline().decode("latin-1").strip()) != "":
                name, _, value = field.partition(":")
                headers[name.lower()] = value.strip()
            url = urlsplit(target)
            self.answer(method, url.path, parse_qs(url.query, keep_blank_values=True), headers)

    def answer(
        self, method: str, path: str, query: dict[str, list[str]], headers: dict[str, str]
    ) -> None:
        key = path.lstrip("/").partition("/")[2]
        if method == "GET":
            self.get(key, headers)
        elif method == "PUT":
            self.put(query, headers)
        elif method == "POST" and "uploads" in query:
            self.send(200, wrapped("InitiateMultipartUploadResult", "<UploadId>one</UploadId>"))
        elif method == "POST":
            self.read(headers)
            self.finish_parts()
            self.send(200, wrapped("CompleteMultipartUploadResult", "<ETag>zip</ETag>"))
        else:
            self.send(204, "")

    def get(self, key: str, headers: dict[str, str]) -> None:
        if headers.get("if-match", etag(key)) != etag(key):
            self.send(412, wrapped("Error", "<Code>PreconditionFailed</Code>"))
            return
        size = int(key.partition("/")[0])
        found = re.fullmatch(r"bytes=(\d+)-(\d*)", headers.get("range", ""))
        start = int(found[1]) if found else 0
        end = min(size, int(found[2]) + 1) if found and found[2] else size
        status = "206 Partial Content" if found else "200 OK"
        head = f"HTTP/1.1 {status}\r\nContent-Length: {end - start}\r\nETag: {etag(key)}\r\n\r\n"
        self.connection.sendall(head.encode())
        offset = zlib.crc32(key.encode()) % BLOCK
        while start < end:
            at = (offset + start) % BLOCK
            count = min(BLOCK, end - start)
            self.connection.sendall(TWICE[at : at + count])
            start += count

    def put(self, query: dict[str, list[str]], headers: dict[str, str]) -> None:
        data = self.read(headers)
        if self.keep is not None:
            self.parts[int(query.get("partNumber", ["1"])[0])] = data
            if "partNumber" not in query:
                self.finish_parts()
        self.connection.sendall(b'HTTP/1.1 200 OK\r\nContent-Length: 0\r\nETag: "p"\r\n\r\n')

    def finish_parts(self) -> None:
        if self.keep is not None:
            with self.keep.open("wb") as out:
                for number in sorted(self.parts):
                    out.write(self.parts[number])
            self.parts.clear()

    def read(self, headers: dict[str, str]) -> bytes:
        if headers.get("expect") == "100-continue":
            self.connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        left = int(headers.get("content-length") or 0)
        if self.keep is not None:
            return self.rfile.read(left)
        into = memoryview(bytearray(min(left, 1 << 20)))
        while left and (count := self.rfile.readinto(into[: min(left, len(into))])):
            left -= count
        return b""

    def send(self, status: int, text: str) -> None:
        head = f"HTTP/1.1 {status} X\r\nContent-Length: {len(text)}\r\n\r\n"
        self.connection.sendall(head.encode() + text.encode())


class Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 128

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that went away is no news."""


def serve(there: Connection, keep: Path | None) -> None:
    """A server in a process of its own; tells its port."""
    handler = type("Kept", (Requests,), {"keep": keep, "parts": {}})
    with Server(("127.0.0.1", 0), handler) as server:
        there.send(server.server_address[1])
        server.serve_forever()
