"""What every test stands on: the services on the path, and no way to a real account."""

import os
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

pytest_plugins = ["tests.browser_fixture"]

# A machine that does other work too is slow at times, which is no fault of what is tested.
settings.register_profile("medley", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("medley")

ROOT = Path(__file__).resolve().parents[1]

# `chalicelib` is a namespace package, so all services' rooms live side by side in one process.
for service in sorted((ROOT / "services").iterdir()):
    if (service / "app.py").exists() or (service / "chalicelib").exists():
        sys.path.insert(0, str(service))

# What a developer has set for a stack of their own is no test's; stacks of a whole module start
# before any test could take it away.
for name in [name for name in os.environ if name.startswith("MEDLEY_")]:
    del os.environ[name]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Lets several processes share the tests: by files, and all that needs the stack in one.

    A module's browser and a session's stack are then started once, not once a process.
    """
    for item in items:
        needs_stack = "stack" in getattr(item, "fixturenames", ())
        group = "stack" if needs_stack else str(item.path)
        item.add_marker(pytest.mark.xdist_group(group))


@pytest.fixture(autouse=True)
def no_account(monkeypatch: pytest.MonkeyPatch) -> None:
    """Credentials that no account knows, so a test that forgets its fake fails at once."""
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_ENDPOINT_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
