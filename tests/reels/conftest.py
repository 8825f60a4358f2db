"""The world in memory as fixtures, and the service's routes over it."""

import importlib.util
import json
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from chalice.test import Client

from tests.reels.world import Killed, World

SERVICE = Path(__file__).resolve().parents[2] / "services" / "reels"


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def make_world() -> Callable[..., World]:
    return World


@pytest.fixture
def killed() -> type[BaseException]:
    return Killed


def app_module(name: str = "reels_app") -> ModuleType:
    """The service's app.py under a name of its own."""
    spec = importlib.util.spec_from_file_location(name, SERVICE / "app.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def load_app() -> Callable[..., ModuleType]:
    return app_module


class Api:
    """The routes over a world, as a caller sees them."""

    def __init__(self, module: ModuleType, world: World) -> None:
        self.world = world
        self.module = module
        self._client = Client(module.app, stage_name="local", project_dir=str(SERVICE))

    def __call__(
        self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None
    ) -> Any:
        sent = dict(headers or {})
        text = body if isinstance(body, (str, bytes)) else json.dumps(body)
        if body is not None:
            sent.setdefault("Content-Type", "application/json")
        with self._client as client:
            return client.http.request(
                method, path, headers=sent, body=b"" if body is None else text
            )

    @staticmethod
    def problem(answer: Any, status: int, code: str) -> Any:
        """The body of an answer that must be this problem."""
        assert answer.status_code == status
        assert answer.headers["Content-Type"] == "application/problem+json"
        body = answer.json_body
        assert (body["status"], body["code"]) == (status, code)
        assert {"type", "title", "detail", "instance"} <= set(body)
        return body


@pytest.fixture
def api(world: World, monkeypatch: pytest.MonkeyPatch) -> Api:
    module = app_module()
    monkeypatch.setattr(module, "deps", lambda: world.deps)
    return Api(module, world)
