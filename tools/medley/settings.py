"""Settings of the local stack, from the environment."""

import os
from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from medley.paths import STATE


class LocalSettings(BaseSettings):
    """What a developer may change about the local stack; each field is MEDLEY_<NAME>."""

    model_config = SettingsConfigDict(env_prefix="MEDLEY_", frozen=True, extra="ignore")

    aws_port: int = Field(
        4566, ge=0, le=65535, description="Port of the embedded AWS; 0 takes any free one."
    )
    base_port: int = Field(
        8001, ge=0, le=65500, description="Port of the first service; 0 takes any free ones."
    )
    state_dir: Path = Field(STATE, description="State, logs and process records.")
    region: str = Field("us-east-1", description="Region of the embedded AWS.")
    workers: int = Field(
        default_factory=lambda: min(8, os.cpu_count() or 2),
        ge=1,
        description="How many calls of one function run at once; each has a process of its own.",
    )
    start_timeout: float = Field(
        90.0, gt=0, description="Seconds that each part gets to become ready."
    )
