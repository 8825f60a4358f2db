"""What the machines and the queues of every service hand to its steps."""

from pydantic import ConfigDict, Field

from shared.models import Model


class StepInput(Model):
    """What a step takes. The machine's state may carry more than a step needs."""

    model_config = ConfigDict(extra="ignore")


class MachineError(StepInput):
    """What a Catch of the machine puts at ``$.error``; these two names are Amazon's."""

    error: str = Field(default="Unknown", alias="Error")
    cause: str = Field(default="", alias="Cause")


class MessageAttributes(StepInput):
    """What SQS adds to a message; the name is Amazon's."""

    deliveries: int = Field(default=1, alias="ApproximateReceiveCount")
