"""One try to deliver a callback."""

from time import monotonic

from chalicelib.media_processing.domain.deliveries import attempted, endpoint_key
from chalicelib.media_processing.domain.webhooks import headers, retry_after_seconds
from chalicelib.media_processing.models import Attempt, DeliveryState
from chalicelib.media_processing.ports import Answer, Dependencies, Undeliverable
from shared.errors import RetryableError
from shared.tables import ConditionFailed, Item, Put

NEVER_BETTER = frozenset({"bad_url", "forbidden_address"})
GONE = 410


def deliver(row: Item, body: bytes, deps: Dependencies, *, last: bool) -> float | None:
    """Send a callback once and write down how that went, on ``row`` and in the table.

    Args:
        row: The delivery's row; its ``state`` and ``attempts`` are brought up to date.
        body: What is sent.
        deps: The dependencies.
        last: Whether no other try follows.

    Returns:
        The seconds that the receiver asked to wait, if it did.

    Raises:
        RetryableError: another run delivers the same callback at this moment.
    """
    if deps.media.get(endpoint_key(row["url"])) is not None:
        _note(row, None, "disabled", 0, DeliveryState.DISABLED, deps)
        return None
    now = deps.clock()
    sent = headers(_secret(deps), row["deliveryId"], now, body)
    began = monotonic()
    answer: Answer | None = None
    error: str | None = None
    try:
        answer = deps.receivers.post(row["url"], body, sent)
    except Undeliverable as exc:
        error = exc.code
    took = int((monotonic() - began) * 1000)
    status = answer.status if answer else None
    if answer and status and not 200 <= status < 300:
        error = "redirect" if 300 <= status < 400 else f"status_{status}"
    state = DeliveryState.DELIVERED
    if error:
        state = DeliveryState.FAILED if last or error in NEVER_BETTER else DeliveryState.PENDING
    if status == GONE:
        state = DeliveryState.DISABLED
        pk, sk = endpoint_key(row["url"])
        deps.media.write(
            Put({"pk": pk, "sk": sk, "url": row["url"], "disabledAt": now.isoformat()})
        )
    _note(row, status, error, took, state, deps)
    return retry_after_seconds(answer.retry_after, now) if answer else None


def _note(
    row: Item,
    status: int | None,
    error: str | None,
    took: int,
    state: DeliveryState,
    deps: Dependencies,
) -> None:
    attempt = Attempt(at=deps.clock(), status=status, error=error, milliseconds=took)
    try:
        after = deps.media.write(attempted(row, attempt, state))
    except ConditionFailed as exc:
        raise RetryableError("busy", "Another run delivers the same callback.") from exc
    row |= after or {}


def _secret(deps: Dependencies) -> str:
    return deps.secrets.secret(deps.settings.callback_secret or "")
