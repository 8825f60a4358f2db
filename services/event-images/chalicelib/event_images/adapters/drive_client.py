"""Calls to Google Drive by a service account: its key, and patience with Google's limits."""

import json
import random
import threading
import time
from collections.abc import Callable
from typing import Any, Protocol

import httplib2
from google.oauth2.service_account import Credentials
from google_auth_httplib2 import AuthorizedHttp
from googleapiclient.discovery import build

from chalicelib.event_images.adapters.drive_errors import (
    FAILURES,
    NEW_KEY,
    Subject,
    explain,
    retry_after,
)
from shared.errors import NotFound, RetryableError, Unavailable

SCOPE = "https://www.googleapis.com/auth/drive.readonly"
# Seconds that a connection may be silent.
TIMEOUT = 20.0
FIRST_WAIT, MOST_WAIT = 1.0, 32.0


class Drive(Protocol):
    """The part of Google's generated client that is used."""

    def files(self) -> Any:
        """Its files: ``get``, ``get_media``, ``list``."""
        ...


class DriveClient:
    """Google Drive, read only.

    Google's client is made once for each thread, since its connection is not to be shared, and
    again when the parameter holds another key.

    Args:
        key: Gives the service account's key as JSON, as it is now.
        parameter: The name of the SSM parameter that the key is in, for messages.
        endpoint: Another address of the API; Google's without it.
        clock: Seconds, only ever rising.
        sleep: Sleeps so many seconds.
        draw: A number from 0 to 1.
    """

    def __init__(
        self,
        key: Callable[[], str],
        parameter: str,
        *,
        endpoint: str | None = None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
        draw: Callable[[], float] = random.random,
    ) -> None:
        self._key = key
        self._parameter = parameter
        self._endpoint = endpoint
        self._clock = clock
        self._sleep = sleep
        self._draw = draw
        self._made = threading.local()

    def run[T](self, call: Callable[[Drive], T], about: Subject, seconds: float) -> T:
        """What ``call`` gives; it is tried again for ``seconds`` while Google is busy.

        The waits have full jitter under a doubling ceiling, and are never shorter than Google
        asks for.

        Raises:
            RetryableError: Google was busy or did not answer all the time.
            NotFound, Forbidden, PermanentError: the folder or photo is the problem.
            Unavailable: the key is.
        """
        end = self._clock() + seconds
        ceiling = FIRST_WAIT
        while True:
            asked: float | None = None
            try:
                return call(self._drive())
            except RetryableError as exc:
                problem = exc
            except FAILURES as exc:
                explained = explain(exc, about, self.account)
                if not isinstance(explained, RetryableError):
                    raise explained from exc
                problem, asked = explained, retry_after(exc)
            wait = max(asked or 0.0, self._draw() * ceiling)
            if self._clock() + wait >= end:
                raise problem
            self._sleep(wait)
            ceiling = min(MOST_WAIT, ceiling * 2)

    @property
    def account(self) -> str:
        """The service account's address."""
        return str(self._info(self._text()).get("client_email"))

    def _drive(self) -> Drive:
        text = self._text()
        made: tuple[str, Drive] | None = getattr(self._made, "service", None)
        if made is None or made[0] != text:
            made = (text, self._make(self._info(text)))
            self._made.service = made
        return made[1]

    def _make(self, info: dict[str, Any]) -> Drive:
        try:
            credentials = Credentials.from_service_account_info(  # type: ignore[no-untyped-call]
                info, scopes=[SCOPE]
            )
        except ValueError as exc:
            raise self._no_key() from exc
        http = AuthorizedHttp(credentials, http=httplib2.Http(timeout=TIMEOUT))
        # The description of the API is in the package: nothing is looked up, nothing is kept.
        drive: Drive = build(
            "drive",
            "v3",
            http=http,
            cache_discovery=False,
            static_discovery=True,
            client_options={"api_endpoint": self._endpoint} if self._endpoint else None,
        )
        return drive

    def _text(self) -> str:
        try:
            return self._key()
        except NotFound as exc:
            raise Unavailable(
                "drive_key_missing",
                f"The SSM parameter {self._parameter} is not there, so nobody can read Google "
                "Drive. " + NEW_KEY,
            ) from exc

    def _info(self, text: str) -> dict[str, Any]:
        try:
            info = json.loads(text)
        except (ValueError, RecursionError):
            info = None
        if not isinstance(info, dict) or not isinstance(info.get("client_email"), str):
            raise self._no_key()
        return info

    def _no_key(self) -> Unavailable:
        return Unavailable(
            "drive_key_invalid",
            f"The SSM parameter {self._parameter} holds no key of a Google service account. "
            + NEW_KEY,
        )
