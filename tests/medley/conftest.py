"""A local stack with the small service `parcels`, for tests that only use it."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from medley.local.stack import LocalStack
from medley.settings import LocalSettings
from tests.medley.parcels import write_parcels

WORKERS = 2
type MakeStack = Callable[..., LocalStack]


@pytest.fixture(scope="session")
def parcels_root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_parcels(tmp_path_factory.mktemp("services"))


@pytest.fixture(scope="session")
def make_stack(parcels_root: Path) -> MakeStack:
    """A stack that is not started: on free ports, with a state folder of the test's."""

    def make(state: Path, **options: object) -> LocalStack:
        settings = LocalSettings(aws_port=0, base_port=0, state_dir=state, workers=WORKERS)
        return LocalStack(settings, services_root=parcels_root, **options)  # type: ignore[arg-type]

    return make


@pytest.fixture(scope="session")
def parcels(
    make_stack: MakeStack, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[LocalStack]:
    """A stack that runs, shared by the tests that do not stop it."""
    with make_stack(tmp_path_factory.mktemp("state")) as stack:
        yield stack
