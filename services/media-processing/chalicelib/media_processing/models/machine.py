"""What travels through ``media_processing_pipeline``: each step's input and output."""

from typing import Literal

from chalicelib.media_processing.models.listing import BatchStatus, ItemState
from shared.models import Model
from shared.steps import MachineError, MessageAttributes, StepInput


class BatchRun(StepInput):
    """One run over a batch: the machine's own input, and what most of its steps take."""

    job_id: str
    listing_id: str
    batch_id: str


class ValidateInput(BatchRun):
    """The batch whose items are to be looked at."""


class ItemList(Model):
    """A JSON array of ``ListedItem`` in S3, which the Map reads."""

    bucket: str
    key: str


class ValidateOutput(Model):
    """The items that passed; ``total`` is their number."""

    job_id: str
    listing_id: str
    batch_id: str
    items: ItemList
    total: int


class ListedItem(StepInput):
    """An item of the Map; ``version`` is the one of its row after validation."""

    item_id: str
    version: int


class MakeThumbnailsInput(BatchRun):
    """One item of the Map."""

    item: ListedItem


class MakeThumbnailsOutput(Model):
    """Small, since the Map carries one for each item."""

    item_id: str
    state: ItemState


class RecordThumbnailsFailureInput(MakeThumbnailsInput):
    """An item of the Map whose step did not end, with the machine's error."""

    error: MachineError = MachineError()


class RecordThumbnailsFailureOutput(MakeThumbnailsOutput):
    """The item as it is afterwards."""


class ZipInput(BatchRun):
    """The run whose Map has ended."""


class ZipFile(Model):
    """The zip; no key where nothing came to its end.

    ``missing`` are names of entries that were gone, changed or not to be read when the zip was
    made, the first hundred of ``missingCount``.
    """

    key: str | None
    bytes: int = 0
    entries: int = 0
    missing_count: int = 0
    missing: tuple[str, ...] = ()


class ZipOutput(Model):
    """The run and its zip."""

    job_id: str
    listing_id: str
    batch_id: str
    zip: ZipFile


class ConsolidateInput(BatchRun):
    """The run whose zip is there."""

    zip: ZipFile = ZipFile(key=None)


class ConsolidateOutput(Model):
    """How the run ended."""

    job_id: str
    listing_id: str
    batch_id: str
    status: BatchStatus
    manifest_key: str


class ProcessingFailureInput(BatchRun):
    """A run that cannot go on."""

    error: MachineError = MachineError()


class ProcessingFailureOutput(Model):
    """How the run ended."""

    status: BatchStatus


class CallbackInput(BatchRun):
    """The run that has ended."""


class CallbackOutput(Model):
    """What to do next: END, or AGAIN after ``waitSeconds``."""

    next: Literal["END", "AGAIN"]
    wait_seconds: int = 0


class ProcessBatchUploadInput(StepInput):
    """One message of the batches queue, as SQS gives it to a Lambda."""

    body: str
    attributes: MessageAttributes = MessageAttributes()


class ProcessBatchUploadOutput(Model):
    """The runs that the message started."""

    job_ids: list[str]
