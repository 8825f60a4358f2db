"""The world in memory as fixtures, and the service's routes over it."""

from collections.abc import Callable
from functools import partial
from types import ModuleType

import pytest

from tests import service_app
from tests.reels.world import Killed, World


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def make_world() -> Callable[..., World]:
    return World


@pytest.fixture
def killed() -> type[BaseException]:
    return Killed


@pytest.fixture
def load_app() -> Callable[..., ModuleType]:
    return partial(service_app.load_app, "reels")


@pytest.fixture
def api(world: World, monkeypatch: pytest.MonkeyPatch) -> service_app.Api:
    module = service_app.load_app("reels")
    monkeypatch.setattr(module, "deps", lambda: world.deps)
    return service_app.Api(module, world)
