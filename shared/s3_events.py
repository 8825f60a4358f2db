"""What S3 tells a queue about new objects."""

import json
from typing import Any
from urllib.parse import unquote_plus

from shared.errors import PermanentError
from shared.models import Model


class UploadedObject(Model):
    """One object that was put into a bucket.

    `sequencer` orders the events of one key, compared as hexadecimal text; `event_name` is such
    as `ObjectCreated:Post`.
    """

    bucket: str
    key: str
    size: int
    etag: str
    sequencer: str
    event_name: str


def uploaded_objects(body: str) -> list[UploadedObject]:
    """The new objects in the body of one SQS message, with their keys decoded.

    S3's own test message, and events that are not about new objects, give an empty list.

    Raises:
        PermanentError: `invalid_s3_event`, when the body is not an S3 notification.
    """
    try:
        document = json.loads(body)
    except (ValueError, RecursionError) as exc:
        raise PermanentError("invalid_s3_event", "The message is not JSON.") from exc
    if not isinstance(document, dict):
        raise PermanentError("invalid_s3_event", "The message is not an S3 notification.")
    records = document.get("Records")
    if records is None and document.get("Event") == "s3:TestEvent":
        return []
    if not isinstance(records, list):
        raise PermanentError("invalid_s3_event", "The message has no list of records.")
    return [_object(record) for record in records if _is_creation(record)]


def _is_creation(record: Any) -> bool:
    name = record.get("eventName") if isinstance(record, dict) else None
    return isinstance(name, str) and name.removeprefix("s3:").startswith("ObjectCreated:")


def _object(record: dict[str, Any]) -> UploadedObject:
    try:
        entry = record["s3"]["object"]
        return UploadedObject(
            bucket=record["s3"]["bucket"]["name"],
            # S3 writes keys as a form does: a space is '+', a plus is '%2B', UTF-8 is %XX.
            key=unquote_plus(entry["key"], errors="strict"),
            size=int(entry.get("size", 0)),
            etag=str(entry.get("eTag", "")).strip('"'),
            sequencer=str(entry.get("sequencer", "")),
            event_name=str(record["eventName"]).removeprefix("s3:"),
        )
    except (KeyError, TypeError, AttributeError, ValueError) as exc:
        raise PermanentError("invalid_s3_event", "A record lacks a bucket or a key.") from exc
