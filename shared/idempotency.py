"""Names that make a repeated request the same request."""

import hashlib
import uuid


def execution_name(owner: str, route: str, key: str | None) -> str:
    """The name of the execution (and the id of the job) that a request starts.

    Args:
        owner: Whose request it is, such as an event's id.
        route: Which route was called, so that one key on two routes makes two executions.
        key: The caller's Idempotency-Key; without one, every call is a new request.

    Returns:
        At most 40 hexadecimal digits, which Step Functions takes as they are.
    """
    if key is None:
        return uuid.uuid4().hex
    # Each part is led by its length, so that ("a", "bc") and ("ab", "c") differ.
    parts = (part.encode() for part in (owner, route, key))
    digest = hashlib.sha256(b"".join(b"%d:%b" % (len(part), part) for part in parts))
    return digest.hexdigest()[:40]
