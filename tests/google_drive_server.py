"""Google Drive on loopback: its token endpoint and the part of its API that is used.

It holds callers to Google's rules: who lists a shared drive must say so, a key must sign, a token
must be its own. Troubles wait in `troubles` until a call of their kind takes them.
"""

import hashlib
import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from google.auth import jwt

ACCOUNT = "photos@medley-test.iam.gserviceaccount.com"
FOLDER = "application/vnd.google-apps.folder"
SHORTCUT = "application/vnd.google-apps.shortcut"
NO_FILE = {"errors": [{"reason": "notFound"}], "code": 404, "message": "File not found."}
Json = dict[str, Any]


@cache
def private_key() -> rsa.RSAPrivateKey:
    """A throwaway key, one for all tests of a process."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@dataclass
class Trouble:
    """What a call of this kind (`list`, `get`, `media`, `token`) meets, once.

    A `media` trouble without a status cuts the download: it promises all bytes and gives half.
    """

    kind: str
    status: int = 0
    reason: str = ""
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class Asked:
    """One call that came."""

    kind: str
    id: str
    query: dict[str, str]


class GoogleDrive:
    """The world behind the server; `url` is where it is."""

    def __init__(self) -> None:
        self.files: dict[str, Json] = {}
        self.data: dict[str, bytes] = {}
        self.members: set[str] = set()  # the shared drives that the account is a member of
        self.troubles: list[Trouble] = []
        self.asked: list[Asked] = []
        self.revoked = False
        self.url = ""
        self._serial = count(1)
        self._lock = threading.Lock()

    # --- what a test lays out ---------------------------------------------------------------

    @property
    def endpoint(self) -> str:
        """Where the API is, as GDRIVE_API_ENDPOINT says it."""
        return f"{self.url}/drive/v3/"

    def key(self, **changed: Any) -> str:
        """The service account's key file."""
        pem = private_key().private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        document = {
            "type": "service_account",
            "project_id": "medley-test",
            "private_key_id": "1",
            "private_key": pem.decode(),
            "client_email": ACCOUNT,
            "client_id": "1",
            "token_uri": f"{self.url}/token",
        }
        return json.dumps(document | changed)

    def drive(self, name: str = "Race photos", *, member: bool = True) -> str:
        """A shared drive; the id of it, which is that of its first folder too."""
        drive_id = self._add(name, FOLDER, None, None)
        self.files[drive_id]["driveId"] = drive_id
        if member:
            self.members.add(drive_id)
        return drive_id

    def folder(self, name: str, parent: str | None = None) -> str:
        """A folder; without a parent, one that somebody has shared with the account."""
        return self._add(name, FOLDER, parent, None)

    def file(
        self, name: str, parent: str, data: bytes = b"photo", kind: str = "image/jpeg", **more: Any
    ) -> str:
        """A file with bytes."""
        file_id = self._add(name, kind, parent, data)
        self.files[file_id].update(more)
        return file_id

    def shortcut(self, name: str, parent: str, target: str) -> str:
        """A shortcut."""
        shortcut = self._add(name, SHORTCUT, parent, None)
        kind = self.files.get(target, {}).get("mimeType", "image/jpeg")
        self.files[shortcut]["shortcutDetails"] = {"targetId": target, "targetMimeType": kind}
        return shortcut

    def change(self, file_id: str, data: bytes) -> None:
        """Upload other bytes over a file."""
        self.data[file_id] = data
        md5 = hashlib.md5(data, usedforsecurity=False).hexdigest()
        self.files[file_id].update(size=str(len(data)), md5Checksum=md5)

    def calls(self, kind: str) -> list[Asked]:
        return [one for one in self.asked if one.kind == kind]

    def _add(self, name: str, kind: str, parent: str | None, data: bytes | None) -> str:
        file_id = f"{next(self._serial):028d}"
        self.files[file_id] = {
            "id": file_id,
            "name": name,
            "mimeType": kind,
            "trashed": False,
            "modifiedTime": "2026-05-10T08:30:00.000Z",
            "parents": [parent] if parent else [],
        }
        if parent and "driveId" in self.files.get(parent, {}):
            self.files[file_id]["driveId"] = self.files[parent]["driveId"]
        if data is not None:
            self.change(file_id, data)
        return file_id

    # --- what it answers ----------------------------------------------------------------------

    def trouble(self, kind: str) -> Trouble | None:
        with self._lock:
            for one in self.troubles:
                if one.kind == kind:
                    self.troubles.remove(one)
                    return one
        return None

    def token(self, form: dict[str, list[str]]) -> tuple[int, Json]:
        public = private_key().public_key()
        pem = public.public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        try:
            assert not self.revoked
            # Google's library says this, whatever the key's token_uri is.
            audience = "https://oauth2.googleapis.com/token"
            claims = jwt.decode(form["assertion"][0], certs=pem, audience=audience)
            assert claims["iss"] == ACCOUNT
            assert claims["scope"] == "https://www.googleapis.com/auth/drive.readonly"
        except (AssertionError, ValueError, KeyError):
            text = "Invalid JWT Signature."
            return 400, {"error": "invalid_grant", "error_description": text}
        return 200, {"access_token": "good", "expires_in": 3600, "token_type": "Bearer"}

    def visible(self, file_id: str, query: dict[str, str]) -> Json | None:
        found = self.files.get(file_id)
        if found and "driveId" in found and query.get("supportsAllDrives") != "true":
            return None
        return found

    def page(self, query: dict[str, str]) -> tuple[int, Json]:
        asked = re.fullmatch(r"'([\w-]+)' in parents and trashed = false", query["q"])
        if not asked:
            return 400, {"errors": [{"reason": "invalid"}]}
        drive_id = query.get("driveId")
        if query.get("corpora") == "drive" and drive_id not in self.members:
            return 404, {"errors": [{"reason": "notFound"}]}
        both = query.get("supportsAllDrives") == query.get("includeItemsFromAllDrives") == "true"
        found = [
            one
            for one in list(self.files.values())
            if asked[1] in one["parents"]
            and not one["trashed"]
            and ("driveId" not in one or both)
            and drive_id in (None, one.get("driveId"))
        ]
        start = int(query.get("pageToken", "0"))
        end = start + int(query["pageSize"])
        page: Json = {"files": found[start:end], "incompleteSearch": False}
        if end < len(found):
            page["nextPageToken"] = str(end)
        return 200, page


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    drive: GoogleDrive

    def log_message(self, *args: Any) -> None:
        """Tests are quiet."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        self.drive.asked.append(Asked("token", "", {}))
        if self._refused("token"):
            return
        self._json(*self.drive.token(parse_qs(body.decode())))

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        rest = unquote(parts.path.removeprefix("/drive/v3/files")).strip("/")
        kind = "list" if not rest else "media" if query.get("alt") == "media" else "get"
        self.drive.asked.append(Asked(kind, rest, query))
        if self.headers.get("Authorization") != "Bearer good":
            return self._problem(401, {"errors": [{"reason": "authError"}]})
        if kind == "media" and any(t.kind == "media" and not t.status for t in self.drive.troubles):
            self.drive.trouble("media")
            return self._cut(self.drive.data[rest])
        if self._refused(kind):
            return None
        if kind == "list":
            status, page = self.drive.page(query)
            return self._json(status, page) if status == 200 else self._problem(status, page)
        found = self.drive.visible(rest, query)
        if found is None:
            return self._problem(404, NO_FILE)
        return self._json(200, found) if kind == "get" else self._media(self.drive.data[rest])

    def _refused(self, kind: str) -> bool:
        trouble = self.drive.trouble(kind)
        if trouble:
            error = {"errors": [{"reason": trouble.reason}], "code": trouble.status}
            self._problem(trouble.status, error, trouble.headers)
        return trouble is not None

    def _media(self, data: bytes) -> None:
        asked = re.fullmatch(r"bytes=(\d+)-(\d+)", self.headers.get("Range", ""))
        first, last = (int(asked[1]), int(asked[2])) if asked else (0, len(data))
        part = data[first : last + 1]
        end = first + len(part) - 1
        self._send(206, part, {"Content-Range": f"bytes {first}-{end}/{len(data)}"})

    def _cut(self, data: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data[: len(data) // 2])
        self.close_connection = True

    def _problem(self, status: int, error: Json, headers: dict[str, str] | None = None) -> None:
        self._json(status, {"error": error}, headers)

    def _json(self, status: int, body: Json, headers: dict[str, str] | None = None) -> None:
        self._send(
            status,
            json.dumps(body).encode(),
            {"Content-Type": "application/json"} | (headers or {}),
        )

    def _send(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)


@contextmanager
def google_drive() -> Iterator[GoogleDrive]:
    """A Google Drive of the caller's own, on a free port of loopback."""
    drive = GoogleDrive()
    handler = type("Handler", (_Handler,), {"drive": drive})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    drive.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=lambda: server.serve_forever(0.02), daemon=True)
    thread.start()
    try:
        yield drive
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
