"""What the process's environment says about the machine. Light: what starts often imports this."""

import os
from collections.abc import Mapping
from pathlib import Path

LOCAL = "local"


def stage(env: Mapping[str, str] | None = None) -> str:
    """STAGE, which decorators need before anything else is known; `local` without it."""
    return (os.environ if env is None else env).get("STAGE") or LOCAL


def cors_origins(env: Mapping[str, str] | None = None) -> str:
    """CORS_ORIGINS: the origins whose pages may call the routes; without it, any."""
    return (os.environ if env is None else env).get("CORS_ORIGINS") or "*"


def queue_name(service: str, queue: str, env: Mapping[str, str] | None = None) -> str:
    """The name of a service's queue: OPT_OUTS_QUEUE_NAME for `opt-outs`, else by the stage."""
    env = os.environ if env is None else env
    setting = f"{queue.replace('-', '_').upper()}_QUEUE_NAME"
    return env.get(setting) or f"{service}-{stage(env)}-{queue}"


def on_aws_lambda(env: Mapping[str, str] | None = None) -> bool:
    """Whether this process is a Lambda of AWS itself: not a laptop, not a local stand-in."""
    env = os.environ if env is None else env
    local = env.get("AWS_ENDPOINT_URL") or env.get("AWS_SAM_LOCAL") or env.get("STAGE") == LOCAL
    return bool(env.get("AWS_LAMBDA_FUNCTION_NAME")) and not local


def in_lambda(env: Mapping[str, str] | None = None) -> bool:
    """Whether this process runs as a Lambda, be it a local one."""
    env = os.environ if env is None else env
    return bool(env.get("AWS_LAMBDA_FUNCTION_NAME"))


def log_level(env: Mapping[str, str] | None = None) -> str:
    """The level of the logs: POWERTOOLS_LOG_LEVEL, else INFO in a Lambda and WARNING elsewhere."""
    env = os.environ if env is None else env
    return env.get("POWERTOOLS_LOG_LEVEL") or ("INFO" if in_lambda(env) else "WARNING")


def ffmpeg_setting(env: Mapping[str, str] | None = None) -> str | None:
    """FFMPEG: the ffmpeg to use instead of the one that comes along; None when it is not set."""
    env = os.environ if env is None else env
    return env.get("FFMPEG") or None


def tools_folder(env: Mapping[str, str] | None = None) -> Path:
    """TOOLS_DIR: where the set-up puts fonts and what it builds; the project's `.tools` without it.

    A function of a local stack runs from a copy of this code, beside which there is no `.tools`.
    """
    env = os.environ if env is None else env
    named = env.get("TOOLS_DIR")
    return Path(named) if named else Path(__file__).resolve().parents[1] / ".tools"
