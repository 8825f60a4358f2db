"""What travels through the state machine and the uploads queue: each step's input and output."""

from chalicelib.event_images.models.photos import PhotoState, SourceObject
from chalicelib.event_images.models.sources import Source
from shared.jobs import JobCounts, JobState
from shared.models import Model
from shared.steps import MachineError, MessageAttributes, StepInput


class ListImagesInput(StepInput):
    """The machine's own input."""

    request_id: str
    event_id: str
    source: Source
    force: bool = False


class ItemList(Model):
    """A JSON array of ``ListedPhoto`` in S3, which the Map reads."""

    bucket: str
    key: str


class ListImagesOutput(Model):
    """The list of what is to be done; ``total`` is its length."""

    request_id: str
    event_id: str
    items: ItemList
    total: int


class ListedPhoto(SourceObject):
    """An item of the Map. ``version`` is the one of the photo's row when it was listed; an
    outcome of a later version is one that somebody wrote since."""

    image_id: str
    version: int


class ExtractBibNumberInput(StepInput):
    """One item of the Map."""

    request_id: str
    event_id: str
    photo: ListedPhoto


class ExtractBibNumberOutput(Model):
    """Small, since the Map carries one for each photo."""

    image_id: str
    state: PhotoState
    bibs: list[str]


class RecordImageFailureInput(ExtractBibNumberInput):
    """An item of the Map whose step did not end, with the machine's error."""

    error: MachineError = MachineError()


class RecordImageFailureOutput(ExtractBibNumberOutput):
    """The photo as it is afterwards."""


class ImageProcessingCompletionInput(StepInput):
    """The request whose Map has ended."""

    request_id: str
    event_id: str


class ImageProcessingCompletionOutput(Model):
    """How the request ended."""

    request_id: str
    state: JobState
    counts: JobCounts


class ImageProcessingFailureInput(StepInput):
    """A request whose machine cannot go on."""

    request_id: str
    event_id: str
    error: MachineError = MachineError()


class ImageProcessingFailureOutput(ImageProcessingCompletionOutput):
    """How the request ended."""


class ProcessUploadInput(StepInput):
    """One message of the uploads queue, as SQS gives it to a Lambda."""

    body: str
    attributes: MessageAttributes = MessageAttributes()


class ProcessUploadOutput(Model):
    """The photos that the message was about."""

    photos: list[ExtractBibNumberOutput]
