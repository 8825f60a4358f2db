"""Callbacks: how they are signed, and when one is tried again.

The signature is that of Standard Webhooks (https://www.standardwebhooks.com); receivers of the
system before this one check ``X-Toq-Signature``.
"""

import base64
import binascii
import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime

MOST_RETRY_AFTER = 3600
PREFIX = "whsec_"


def headers(secret: str, message_id: str, at: datetime, body: bytes) -> dict[str, str]:
    """The headers of one try; ``message_id`` is the same for all tries of a callback.

    Args:
        secret: ``whsec_`` and base64, or base64 alone.
        message_id: What a receiver knows a repeat by.
        at: The time of the try, with its zone.
        body: The bytes that are sent.

    Raises:
        ValueError: the secret is not base64.
    """
    timestamp = str(int(at.timestamp()))
    signed = b".".join((message_id.encode(), timestamp.encode(), body))
    signature = base64.b64encode(_hmac(_key(secret), signed)).decode()
    return {
        "Content-Type": "application/json",
        "User-Agent": "medley-media-processing",
        "webhook-id": message_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": f"v1,{signature}",
        "X-Toq-Signature": _hmac(secret.encode(), body).hex(),
    }


def _hmac(key: bytes, message: bytes) -> bytes:
    return hmac.new(key, message, hashlib.sha256).digest()


def _key(secret: str) -> bytes:
    try:
        return base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except binascii.Error as exc:
        raise ValueError("The secret of the callbacks is not base64.") from exc


@dataclass(frozen=True)
class Schedule:
    """When a callback is tried again: waits that double, with full jitter.

    ``first`` and ``most`` are seconds.
    """

    tries: int = 8
    first: float = 5
    most: float = 3600

    def wait(self, tried: int, retry_after: float | None, jitter: float) -> int | None:
        """Seconds until the next try; None when there is none.

        Args:
            tried: How many tries there were.
            retry_after: What the receiver asked for, in seconds.
            jitter: 0 to 1, drawn anew for each wait.
        """
        if tried >= self.tries:
            return None
        if retry_after is not None:
            return max(1, int(min(retry_after, MOST_RETRY_AFTER)))
        wait: float = min(self.most, self.first * 2.0 ** (tried - 1)) * jitter
        return max(1, round(wait))


def retry_after_seconds(value: str | None, now: datetime) -> float | None:
    """A Retry-After header in seconds: a number, or a date; None if it is neither."""
    if not value:
        return None
    if value.isascii() and value.strip().isdigit():
        return float(value)
    from email.utils import parsedate_to_datetime

    try:
        then = parsedate_to_datetime(value)
    except ValueError:
        return None
    return max(0.0, (then - now).total_seconds()) if then.tzinfo else None
