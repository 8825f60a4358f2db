"""What can go wrong between the service and Google Drive, told apart by who can mend it."""

import json
import re
from dataclasses import dataclass
from http.client import HTTPException
from json import JSONDecodeError
from typing import Any, Literal

import httplib2
from google.auth.exceptions import GoogleAuthError, RefreshError, TransportError
from googleapiclient.errors import Error, HttpError

from shared.errors import (
    Forbidden,
    MedleyError,
    NotFound,
    PermanentError,
    RetryableError,
    Unavailable,
)

# All that a call may raise when Google or the way there fails.
FAILURES = (Error, GoogleAuthError, httplib2.HttpLib2Error, HTTPException, OSError, JSONDecodeError)

_LIMITED = {"rateLimitExceeded", "userRateLimitExceeded", "RATE_LIMIT_EXCEEDED"}
_USED_UP = {"dailyLimitExceeded", "quotaExceeded"}
_DISABLED = {"accessNotConfigured", "SERVICE_DISABLED"}
_NO_DOWNLOAD = {"downloadQuotaExceeded"}
_REASON = re.compile(r"[A-Za-z_]{1,60}")
NEW_KEY = "Put a new key there with `medley upload-service-account FILE`."


@dataclass(frozen=True)
class Subject:
    """What a call is about: a folder by its id, or a photo by its file name."""

    kind: Literal["folder", "photo"]
    name: str


def explain(exc: Exception, about: Subject, account: str) -> MedleyError:
    """The error for a failed call; a RetryableError when the same call may well work later.

    Args:
        exc: One of FAILURES.
        about: What was asked for.
        account: The service account's address, which people share folders with.
    """
    if isinstance(exc, HttpError):
        return _answered(exc, about, account)
    if isinstance(exc, RefreshError) and not exc.retryable:
        return _refused(account)
    if isinstance(exc, GoogleAuthError) and not isinstance(exc, (RefreshError, TransportError)):
        return _refused(account)
    return RetryableError(
        "drive_unreachable", f"Google Drive did not answer ({type(exc).__name__})."
    )


def retry_after(exc: Exception) -> float | None:
    """The seconds that Google asks to wait, if it does."""
    text = exc.resp.get("retry-after", "") if isinstance(exc, HttpError) else ""
    return float(text) if text.isascii() and text.isdigit() and len(text) < 6 else None


def _answered(exc: HttpError, about: Subject, account: str) -> MedleyError:
    status, reasons = int(exc.resp.status), _reasons(exc.content)
    if status >= 500 or status in {408, 429} or (status == 403 and reasons & _LIMITED):
        return RetryableError("drive_busy", f"Google Drive is busy ({status}).")
    if status == 401:
        return _refused(account)
    if reasons & _DISABLED:
        return Unavailable(
            "drive_api_disabled",
            f"The Google Cloud project of {account} does not have the Google Drive API enabled. "
            "Enable it there, and try again.",
        )
    if reasons & _USED_UP:
        return Unavailable(
            "drive_quota_used_up",
            f"The Google Cloud project of {account} has used up its quota of the Google Drive API.",
        )
    if about.kind == "photo":
        return _photo(status, reasons, about.name)
    return _folder(status, reasons, about.name, account)


def _photo(status: int, reasons: set[str], name: str) -> MedleyError:
    if status == 404:
        return PermanentError(
            "photo_gone", f"{name} is not in Google Drive any more, or not shared any more."
        )
    if reasons & _NO_DOWNLOAD:
        return PermanentError(
            "drive_download_quota", f"Google gives out {name} no more today; try again tomorrow."
        )
    said = next(iter(sorted(reasons)), str(status))
    return PermanentError("drive_photo_refused", f"Google Drive does not give {name} ({said}).")


def _folder(status: int, reasons: set[str], name: str, account: str) -> MedleyError:
    if status == 404:
        return NotFound(
            "drive_folder_not_shared",
            f"Google Drive shows no folder {name} to {account}. Share the folder with this address "
            "as a viewer, and try again.",
        )
    said = next(iter(sorted(reasons)), str(status))
    if status == 403:
        return Forbidden(
            "drive_access_denied",
            f"Google Drive does not let {account} read the folder {name} ({said}). Share it with "
            "this address as a viewer; a company may have to allow sharing to it first.",
        )
    return PermanentError(
        "drive_request_refused", f"Google Drive refuses to list the folder {name} ({said})."
    )


def _refused(account: str) -> Unavailable:
    return Unavailable(
        "drive_key_refused",
        f"Google refuses the key of {account}: it was revoked, or the account is disabled. "
        + NEW_KEY,
    )


def _reasons(content: bytes) -> set[str]:
    """The reasons of an error's body, in either of Google's two forms."""
    try:
        error: Any = json.loads(content)["error"]
        entries = [*error.get("errors", []), *error.get("details", [])]
        found = {entry.get("reason") for entry in entries}
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return set()
    return {reason for reason in found if isinstance(reason, str) and _REASON.fullmatch(reason)}
