"""Policies against what was really called: each call allowed, nothing allowed that nobody calls."""

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any, NamedTuple

from medley.iam.calls import Need

NOT_BY_CODE = {
    "logs:CreateLogStream": "Lambda writes the log of a function, with the function's role.",
    "logs:PutLogEvents": "Lambda writes the log of a function, with the function's role.",
    "xray:PutTraceSegments": "X-Ray's daemon sends what the function hands to it.",
    "xray:PutTelemetryRecords": "X-Ray's daemon sends what the function hands to it.",
    "sqs:ReceiveMessage": "Lambda takes a queue's messages, with the function's role.",
    "sqs:DeleteMessage": "Lambda takes a queue's messages, with the function's role.",
    "sqs:GetQueueAttributes": "Lambda takes a queue's messages, with the function's role.",
}
"""What Lambda itself does in a function's name, and why; no code of ours calls it."""


class Grant(NamedTuple):
    """One action on one pattern of resources that a caller is allowed."""

    caller: str
    action: str
    resource: str


def grants(policies: Mapping[str, Mapping[str, Any]]) -> Iterator[Grant]:
    """Everything that rendered policies allow, each given by its caller's name.

    Raises:
        ValueError: a statement has more than actions and resources, which is not judged here.
    """
    for caller, policy in policies.items():
        for statement in policy["Statement"]:
            if set(statement) - {"Sid", "Effect", "Action", "Resource"} or (
                statement["Effect"] != "Allow"
            ):
                raise ValueError(f"{caller}: {statement.get('Sid')} cannot be judged here")
            for action in _list(statement["Action"]):
                for resource in _list(statement["Resource"]):
                    yield Grant(caller, action, resource)


def covers(grant: Grant, need: Need) -> bool:
    """Whether a grant allows a call."""
    return (
        grant.caller == need.caller
        # Actions do not differ by the case of their letters; resources do.
        and bool(_pattern(grant.action.lower()).fullmatch(need.action.lower()))
        and bool(_pattern(grant.resource).fullmatch(need.resource))
    )


def refused(allowed: Iterable[Grant], called: Iterable[Need]) -> list[Need]:
    """The calls that AWS would refuse; each once, in their order."""
    known = list(allowed)
    return [
        need for need in dict.fromkeys(called) if not any(covers(grant, need) for grant in known)
    ]


def unused(allowed: Iterable[Grant], called: Iterable[Need]) -> list[Grant]:
    """What is allowed though no call needs it, but for what Lambda itself does."""
    needs = set(called)
    return [
        grant
        for grant in allowed
        if grant.action not in NOT_BY_CODE and not any(covers(grant, need) for need in needs)
    ]


@cache
def _pattern(text: str) -> re.Pattern[str]:
    """IAM's wildcards: ``*`` is any text, slashes and colons too, and ``?`` one character."""
    parts = re.split(r"([*?])", text)
    known = {"*": ".*", "?": "."}
    return re.compile("".join(known.get(part, re.escape(part)) for part in parts), re.DOTALL)


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
