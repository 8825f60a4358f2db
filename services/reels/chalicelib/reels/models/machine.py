"""What travels through the state machine and the queues: each step's input and output."""

from chalicelib.reels.models.reels import ReelState
from chalicelib.reels.models.templates import Aspect
from shared.jobs import JobCounts, JobState
from shared.models import Model
from shared.steps import MachineError, MessageAttributes, StepInput


class EventImagesBibExtractionInput(StepInput):
    """The machine's own input. Without ``bibs`` it is about all runners."""

    request_id: str
    event_id: str
    bibs: tuple[str, ...] | None = None
    aspects: tuple[Aspect, ...]
    template_id: str
    preview: bool = False
    force: bool = False


class ItemList(Model):
    """A JSON array of ``WantedReel`` in S3, which the Map reads."""

    bucket: str
    key: str


class EventImagesBibExtractionOutput(Model):
    """The list of the reels to make; ``total`` is its length."""

    request_id: str
    event_id: str
    items: ItemList
    total: int


class WantedReel(Model):
    """An item of the Map: one runner, and how the reel is to be."""

    bib: str
    aspects: tuple[Aspect, ...]
    template_id: str
    template_version: int
    preview: bool = False
    force: bool = False


class ReelGenerationInput(StepInput):
    """One item of the Map."""

    request_id: str
    event_id: str
    reel: WantedReel


class ReelGenerationOutput(Model):
    """Small, since the Map carries one for each runner.

    ``state`` is None when there is nothing to show: the runner has opted out.
    """

    bib: str
    state: ReelState | None
    rendered: bool


class RecordReelFailureInput(ReelGenerationInput):
    """An item of the Map whose step did not end, with the machine's error."""

    error: MachineError = MachineError()


class RecordReelFailureOutput(ReelGenerationOutput):
    """The reel as it is afterwards."""


class ReelGenerationCompletionInput(StepInput):
    """The request whose Map has ended."""

    request_id: str
    event_id: str


class ReelGenerationCompletionOutput(Model):
    """How the request ended."""

    request_id: str
    state: JobState
    counts: JobCounts


class ReelGenerationFailureInput(StepInput):
    """A request whose machine cannot go on."""

    request_id: str
    event_id: str
    error: MachineError = MachineError()


class ReelGenerationFailureOutput(ReelGenerationCompletionOutput):
    """How the request ended."""


class ProcessUploadInput(StepInput):
    """One message of the uploads queue, as SQS gives it to a Lambda."""

    body: str
    attributes: MessageAttributes = MessageAttributes()


class ProcessUploadOutput(Model):
    """The materials that the message was about."""

    materials: list[str]


class RemoveOptedOutInput(StepInput):
    """One message of the opt-outs queue: what event-images says of a runner, or of an event."""

    body: str


class RemoveOptedOutOutput(Model):
    """How many files went; ``bib`` is None when the message was about nobody, or about an event.

    ``more`` says that a further message goes on with it.
    """

    bib: str | None
    files: int
    more: bool = False
