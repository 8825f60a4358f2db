"""The real services on a local stack of the tests' own, which is always stopped."""

from collections.abc import Iterator

import pytest

from medley.local.stack import LocalStack
from medley.settings import LocalSettings


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalStack]:
    """Every service, on free ports, with a state folder that goes with the session."""
    settings = LocalSettings(
        aws_port=0, base_port=0, state_dir=tmp_path_factory.mktemp("local-stack")
    )
    with LocalStack(settings) as running:
        yield running
