"""API keys: made once, stored as hashes in Secrets Manager, several alive for rotation."""

import hashlib
import hmac
import re
import secrets as randomness
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from chalice.app import AuthRequest, AuthResponse, AuthRoute, Chalice, Request
from pydantic import Field, ValidationError

from shared.errors import Forbidden, MedleyError, Unauthorized, Unavailable
from shared.models import Model
from shared.observability import logger
from shared.secrets import Secrets

SCOPES = ("read", "write", "admin")
"""Each scope includes those before it."""

_READING = ["GET", "HEAD", "OPTIONS"]
_TOKEN = re.compile(r"mk_([A-Za-z0-9-]+)_([0-9a-f]{12})_([0-9a-f]{64})")


class StoredKey(Model):
    """One key as Secrets Manager holds it; `sha256` is of the whole token, in hexadecimal."""

    id: str
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    scopes: tuple[str, ...]
    created_at: datetime


class StoredKeys(Model):
    """The secret's document."""

    keys: tuple[StoredKey, ...]


class IssuedKey(Model):
    """A new key: the token, which is shown once, and what is stored."""

    token: str
    stored: StoredKey


class Principal(Model):
    """Who calls: the key's id, and what it may do."""

    id: str
    scopes: tuple[str, ...]

    def may(self, scope: str) -> bool:
        """Whether the scope, or one that includes it, is there."""
        return any(wider in self.scopes for wider in SCOPES[SCOPES.index(scope) :])


def issue(stage: str, scopes: Iterable[str], now: datetime) -> IssuedKey:
    """Makes a key `mk_<stage>_<id>_<secret>` with 256 random bits."""
    chosen = tuple(scopes)
    if not chosen or not set(chosen) <= set(SCOPES):
        raise ValueError(f"scopes are some of {SCOPES}")
    # Hexadecimal, so that the parts are told apart by their underscores.
    key_id = randomness.token_hex(6)
    token = f"mk_{stage}_{key_id}_{randomness.token_hex(32)}"
    if not _TOKEN.fullmatch(token):
        raise ValueError(f"not a stage's name: {stage!r}")
    stored = StoredKey(id=key_id, sha256=_sha256(token), scopes=chosen, created_at=now)
    return IssuedKey(token=token, stored=stored)


def keys_document(keys: Iterable[StoredKey]) -> str:
    """The secret's text for these keys."""
    return StoredKeys(keys=tuple(keys)).model_dump_json(by_alias=True)


class ApiKeys:
    """The keys of one stage. Stage `local` is open.

    Args:
        secrets: Keeps the secret for its time to live, which is how long a revoked key lives on.
        name: The secret's name or ARN.
        stage: The stage that keys must be made for.
    """

    def __init__(self, secrets: Secrets, name: str, stage: str) -> None:
        self._secrets = secrets
        self._name = name
        self._stage = stage

    def authorize(self, token: str) -> Principal:
        """Who has this token, which may come with `Bearer ` before it.

        A token's hash is compared with that of every key, always to the end, so that the time
        taken says nothing of the keys.

        Raises:
            Unauthorized: `unknown_api_key`.
            Unavailable: `api_keys_unreadable`, the secret is absent or is no such document.
            RetryableError: AWS is busy.
        """
        if self._stage == "local":
            return Principal(id="local", scopes=SCOPES)
        scheme, _, rest = token.strip().partition(" ")
        bare = rest.strip() if scheme.lower() == "bearer" else token.strip()
        keys = self._keys()
        form = _TOKEN.fullmatch(bare)
        digest = _sha256(bare)
        found = None
        for key in keys:
            if hmac.compare_digest(key.sha256, digest):
                found = key
        if found is None or form is None or form[1] != self._stage:
            raise Unauthorized("unknown_api_key", "The API key is not known.")
        return Principal(id=found.id, scopes=found.scopes)

    def _keys(self) -> tuple[StoredKey, ...]:
        try:
            return StoredKeys.model_validate_json(self._secrets.secret(self._name)).keys
        except ValidationError as exc:
            raise Unavailable("api_keys_unreadable", "The API keys cannot be read.") from exc
        except MedleyError as exc:
            if exc.code != "secret_not_found":
                raise
            raise Unavailable("api_keys_unreadable", "There are no API keys.") from exc


def authorizer(app: Chalice, keys: Callable[[], ApiKeys], *, stage: str, service: str) -> Any:
    """What guards routes: `authorize = authorizer(app, ...)`, then `authorizer=authorize`.

    Chalice finds the function by the name `authorize` in `app.py`, so that is the name to
    assign it to. In stage `local` this is None, and routes are open.
    API Gateway keeps an answer for 5 minutes and uses it for all routes, so the answer is about
    all of them: a key that only reads may GET, others may do anything. What needs `admin` says
    so by `require`.
    """
    if stage == "local":
        return None

    def authorize(auth_request: AuthRequest) -> AuthResponse:
        try:
            principal = keys().authorize(auth_request.token)
        except Unauthorized:
            return AuthResponse(routes=[], principal_id="nobody")
        except MedleyError as exc:
            logger(service).error("API keys cannot be checked", exc_info=exc)
            raise
        everything = [*_READING, "POST", "PUT", "PATCH", "DELETE"]
        methods = everything if principal.may("write") else _READING
        return AuthResponse(
            routes=[AuthRoute("*", methods)],
            principal_id=principal.id,
            context={"scopes": " ".join(principal.scopes)},
        )

    return app.authorizer(name="authorize", ttl_seconds=300)(authorize)


def require(request: Request, scope: str, stage: str) -> None:
    """Raises Forbidden `scope_missing` when the request's key lacks a scope."""
    if stage == "local":
        return
    context = request.context.get("authorizer") or {}
    scopes = tuple(str(context.get("scopes", "")).split())
    if not Principal(id=str(context.get("principalId", "")), scopes=scopes).may(scope):
        raise Forbidden("scope_missing", f"The API key lacks the scope {scope}.")


def _sha256(token: str) -> str:
    # A plain hash is enough: a token is 256 random bits, not a password that can be guessed.
    return hashlib.sha256(token.encode()).hexdigest()
