"""The environment of the stack's children: nothing of an account, nothing of another stack."""

import os

from medley.local.layout import Layout
from medley.local.ports import HOST
from medley.paths import STATE, TOOLS
from medley.settings import LocalSettings

ACCOUNT_ID = "000000000000"
# What would point a child at a real account, or make MiniStack another one than was tested.
_FOREIGN = (
    "AWS_",
    "MINISTACK_",
    "LOCALSTACK_",
    "LAMBDA_",
    "SFN_",
    "S3_",
    "SFTP_",
    "IOT_",
    "MEDLEY_",
)
_FOREIGN_NAMES = {
    "AUTH", "BIND_HOST", "DOCKER_HOST", "EDGE_PORT", "GATEWAY_PORT", "LOG_LEVEL", "PERSIST_STATE",
    "SERVICES", "STATE_DIR", "USE_SSL",
}  # fmt: skip


def credentials(settings: LocalSettings) -> dict[str, str]:
    """Names that only the embedded AWS takes; it reads the account from the access key."""
    return {
        "AWS_ACCESS_KEY_ID": ACCOUNT_ID,
        "AWS_SECRET_ACCESS_KEY": "local",
        "AWS_DEFAULT_REGION": settings.region,
        "AWS_REGION": settings.region,
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
    }


def child_environment(settings: LocalSettings, layout: Layout, endpoint_url: str) -> dict[str, str]:
    """The environment for a child that speaks to the embedded AWS."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(_FOREIGN) and name not in _FOREIGN_NAMES
    }
    # It would make every start compile everything; the prefix below keeps the folders clean.
    kept.pop("PYTHONDONTWRITEBYTECODE", None)
    return {
        **kept,
        **credentials(settings),
        "AWS_ENDPOINT_URL": endpoint_url,
        "NO_PROXY": f"{HOST},localhost",
        "no_proxy": f"{HOST},localhost",
        "PYTHONUNBUFFERED": "1",
        # Functions run from a copy of the code, beside which nothing lies that was built.
        "TOOLS_DIR": str(TOOLS),
        # Chalice packs each __pycache__ that it finds below a service. All stacks share this one.
        "PYTHONPYCACHEPREFIX": str(STATE / "pycache"),
        "TMPDIR": str(layout.temporary),
    }


def ministack_environment(
    settings: LocalSettings, layout: Layout, port: int, *, keep: bool
) -> dict[str, str]:
    """The environment for MiniStack: on loopback only, with its files in the state folder."""
    persist = {
        "PERSIST_STATE": "1",
        "S3_PERSIST": "1",
        "STATE_DIR": str(layout.aws / "state"),
        "S3_DATA_DIR": str(layout.aws / "s3"),
    }
    return {
        **child_environment(settings, layout, f"http://{HOST}:{port}"),
        **(persist if keep else {}),
        "BIND_HOST": HOST,
        "GATEWAY_PORT": str(port),
        "MINISTACK_HOST": HOST,
        "MINISTACK_REGION": settings.region,
        "MINISTACK_ACCOUNT_ID": ACCOUNT_ID,
        # Neither listens here, and no container of anyone's is looked at.
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
        "DOCKER_HOST": f"unix://{layout.aws / 'no-docker.sock'}",
        # Its workers unpack the code anew for each process, and what they compile would pile up in
        # a common place. Empty, it lies beside the code and goes with it.
        "PYTHONPYCACHEPREFIX": "",
    }
