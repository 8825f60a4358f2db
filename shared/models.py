"""The base of every model that crosses a boundary, and the one that every service answers."""

from typing import Literal

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel


class Model(BaseModel):
    """A frozen model: snake_case in Python, camelCase in JSON, unknown fields refused.

    Infinity and NaN are refused too: neither JSON nor DynamoDB can carry them.
    """

    model_config = ConfigDict(
        alias_generator=to_camel,
        populate_by_name=True,
        frozen=True,
        extra="forbid",
        allow_inf_nan=False,
    )


class Health(Model):
    """That the service answers, and as what."""

    service: str
    stage: str
    status: Literal["ok"] = "ok"
