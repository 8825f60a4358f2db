"""The Amazon States Language as far as Medley uses it, strictly: an unknown field is an error.

Step Functions says most of this on deployment only, and MiniStack never does.
"""

from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

ErrorNames = Annotated[list[Annotated[str, Field(min_length=1)]], Field(min_length=1)]
Seconds = Annotated[int, Field(ge=1, le=99_999_999)]
Name = Annotated[str, Field(min_length=1, max_length=80)]
# A reference path: one place in the data, so no filters and no wildcards.
ReferencePath = Annotated[str, Field(pattern=r"^\$(\.[A-Za-z_][A-Za-z0-9_]*)*$")]
AnyPath = Annotated[str, Field(pattern=r"^\$")]
PathOrIntrinsic = Annotated[str, Field(pattern=r"^(\$|States\.)")]


class Strict(BaseModel):
    """Fields by their ASL names, and no others."""

    model_config = ConfigDict(
        extra="forbid", strict=True, alias_generator=lambda name: "".join(
            part.title() for part in name.split("_")
        )
    )  # fmt: skip


def _alone_and_last(lists: list[list[str]]) -> None:
    for index, names in enumerate(lists):
        if "States.ALL" in names and (len(names) > 1 or index < len(lists) - 1):
            raise ValueError("States.ALL stands alone, and last")


class Retrier(Strict):
    """One entry of Retry."""

    error_equals: ErrorNames
    interval_seconds: Seconds | None = None
    max_attempts: Annotated[int, Field(ge=0, le=99_999_999)] = 3
    backoff_rate: Annotated[float, Field(ge=1)] | None = None
    max_delay_seconds: Annotated[int, Field(ge=1, le=31_622_400)] | None = None
    jitter_strategy: Literal["FULL", "NONE"] | None = None

    @model_validator(mode="after")
    def _delay_is_above_interval(self) -> Self:
        if self.max_delay_seconds and self.max_delay_seconds <= (self.interval_seconds or 1):
            raise ValueError("MaxDelaySeconds must be more than IntervalSeconds")
        return self


class Catcher(Strict):
    """One entry of Catch."""

    error_equals: ErrorNames
    next: Name
    result_path: ReferencePath | None = "$"


class Base(Strict):
    """What every state may have."""

    comment: str | None = None


class Flowing(Base):
    """A state that goes on: to a next one, or to the end."""

    next: Name | None = None
    end: Literal[True] | None = None
    input_path: AnyPath | None = "$"
    output_path: AnyPath | None = "$"

    @model_validator(mode="after")
    def _next_or_end(self) -> Self:
        if (self.next is None) == (self.end is None):
            raise ValueError("exactly one of Next and End")
        return self


class Working(Flowing):
    """A state that may fail."""

    parameters: dict[str, Any] | None = None
    result_selector: dict[str, Any] | None = None
    result_path: ReferencePath | None = "$"
    retry: list[Retrier] = []
    catch: list[Catcher] = []

    @model_validator(mode="after")
    def _all_stands_alone(self) -> Self:
        _alone_and_last([retrier.error_equals for retrier in self.retry])
        _alone_and_last([catcher.error_equals for catcher in self.catch])
        return self


class Task(Working):
    """A call."""

    type: Literal["Task"]
    resource: Annotated[str, Field(pattern=r"^arn:aws[a-z-]*:states:::")]
    timeout_seconds: Seconds
    heartbeat_seconds: Seconds | None = None

    @model_validator(mode="after")
    def _heartbeat_is_below_timeout(self) -> Self:
        if self.heartbeat_seconds and self.heartbeat_seconds >= self.timeout_seconds:
            raise ValueError("HeartbeatSeconds must be less than TimeoutSeconds")
        return self


class Pass(Flowing):
    """Moves data."""

    type: Literal["Pass"]
    parameters: dict[str, Any] | None = None
    result: Any = None
    result_path: ReferencePath | None = "$"


class Wait(Flowing):
    """Waits."""

    type: Literal["Wait"]
    seconds: Seconds | None = None
    seconds_path: AnyPath | None = None
    timestamp: str | None = None
    timestamp_path: AnyPath | None = None


class Choice(Base):
    """Branches. A rule's operators are the engine's to check; where it goes is not."""

    type: Literal["Choice"]
    choices: Annotated[list[dict[str, Any]], Field(min_length=1)]
    default: Name
    input_path: AnyPath | None = "$"
    output_path: AnyPath | None = "$"


class Succeed(Base):
    """The end, well."""

    type: Literal["Succeed"]
    input_path: AnyPath | None = "$"
    output_path: AnyPath | None = "$"


class Fail(Base):
    """The end, badly."""

    type: Literal["Fail"]
    error: str | None = None
    cause: str | None = None
    error_path: PathOrIntrinsic | None = None
    cause_path: PathOrIntrinsic | None = None

    @model_validator(mode="after")
    def _names_the_error_once(self) -> Self:
        if (self.error is None) == (self.error_path is None):
            raise ValueError("exactly one of Error and ErrorPath")
        if self.cause is not None and self.cause_path is not None:
            raise ValueError("one of Cause and CausePath")
        return self


class Parallel(Working):
    """Branches at once."""

    type: Literal["Parallel"]
    branches: Annotated[list["Branch"], Field(min_length=1)]


class S3Access(Strict):
    """An ItemReader or a ResultWriter."""

    resource: Literal[
        "arn:aws:states:::s3:getObject",
        "arn:aws:states:::s3:listObjectsV2",
        "arn:aws:states:::s3:putObject",
    ]
    reader_config: dict[str, Any] | None = None
    parameters: dict[str, Any]


class ProcessorConfig(Strict):
    """How a Map's children run."""

    mode: Literal["DISTRIBUTED", "INLINE"]
    execution_type: Literal["EXPRESS", "STANDARD"] | None = None


class Map(Working):
    """A run for each item. No ItemBatcher: a step takes one item, and MiniStack ignores it."""

    type: Literal["Map"]
    item_processor: "Processor"
    items_path: AnyPath | None = None
    item_reader: S3Access | None = None
    item_selector: dict[str, Any] | None = None
    result_writer: S3Access | None = None
    max_concurrency: Annotated[int, Field(ge=0)] = 0
    label: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,40}$")] | None = None
    tolerated_failure_count: Annotated[int, Field(ge=0)] | None = None
    tolerated_failure_percentage: Annotated[float, Field(ge=0, le=100)] | None = None


State = Annotated[
    Task | Pass | Wait | Choice | Succeed | Fail | Parallel | Map, Field(discriminator="type")
]


class Branch(Base):
    """States, and where they start."""

    start_at: Name
    states: Annotated[dict[Name, State], Field(min_length=1)]


class Processor(Branch):
    """What a Map runs for an item."""

    processor_config: ProcessorConfig


class Machine(Branch):
    """A whole machine."""

    timeout_seconds: Seconds


def schema_violations(machine: dict[str, Any]) -> list[str]:
    """Where the machine is not ASL."""
    try:
        Machine.model_validate(machine)
    except ValidationError as exc:
        return [
            f"{'.'.join(str(part) for part in error['loc'])}: {error['msg']}"
            for error in exc.errors()
        ]
    return []
