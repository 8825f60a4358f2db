"""Whatever a stack has stored: every row of every table, every object of every bucket."""

import io
import json
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass

from medley.local.stack import LocalStack


@dataclass(frozen=True)
class Stored:
    """A row or an object: where it is, and all of it as text."""

    place: str
    text: str


def stored(stack: LocalStack) -> Iterator[Stored]:
    """Every row (its keys are part of it) and every object (its key, metadata and bytes)."""
    dynamodb, s3 = stack.client("dynamodb"), stack.client("s3")
    for table in dynamodb.list_tables()["TableNames"]:
        for page in dynamodb.get_paginator("scan").paginate(TableName=table):
            for row in page["Items"]:
                yield Stored(f"{table}/{row['pk']['S']}/{row['sk']['S']}", json.dumps(row))
    for name in [bucket["Name"] for bucket in s3.list_buckets()["Buckets"]]:
        for page in s3.get_paginator("list_objects_v2").paginate(Bucket=name):
            for one in page.get("Contents", []):
                found = s3.get_object(Bucket=name, Key=one["Key"])
                body: bytes = found["Body"].read()
                text = f"{one['Key']} {json.dumps(found['Metadata'])} {_text(body)}"
                yield Stored(f"{name}/{one['Key']}", text)


def places_of(stack: LocalStack, *words: str) -> list[str]:
    """Where any of these words stands; digits within hexadecimal are no number."""
    spelled = {form for word in words for form in (re.escape(word), re.escape(_escaped(word)))}
    wanted = re.compile(rf"(?<![0-9a-f])(?:{'|'.join(sorted(spelled))})(?![0-9a-f])")
    return [one.place for one in stored(stack) if wanted.search(one.text)]


def _text(body: bytes) -> str:
    text = body.decode("utf-8", "ignore") + " " + body.decode("latin-1")
    if body.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            text += " ".join(archive.namelist())
    return text


def _escaped(word: str) -> str:
    """The word as JSON spells it, for letters beyond ASCII."""
    return json.dumps(word)[1:-1]
