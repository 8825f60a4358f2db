"""A service's `app.py`, and its routes as a caller sees them."""

import importlib.util
import json
from pathlib import Path
from threading import RLock
from types import ModuleType
from typing import Any

from chalice.test import Client

SERVICES = Path(__file__).resolve().parents[1] / "services"


def load_app(slug: str, name: str = "") -> ModuleType:
    """The app.py under a name of its own, since each service has one of that name."""
    name = name or f"{slug.replace('-', '_')}_app"
    spec = importlib.util.spec_from_file_location(name, SERVICES / slug / "app.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Api:
    """The routes over a world, whose ``deps`` they are given."""

    def __init__(self, module: ModuleType, world: Any) -> None:
        self.world = world
        self.module = module
        folder = str(Path(str(module.__file__)).parent)
        self._client = Client(module.app, stage_name="local", project_dir=folder)
        # One request at a time, as in a Lambda: an app keeps the one at hand in a variable, and a
        # browser asks for several things at once.
        self._one = RLock()

    def __call__(
        self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None
    ) -> Any:
        sent = dict(headers or {})
        text = body if isinstance(body, (str, bytes)) else json.dumps(body)
        if body is not None:
            sent.setdefault("Content-Type", "application/json")
        with self._one, self._client as client:
            return client.http.request(
                method, path, headers=sent, body=b"" if body is None else text
            )

    @staticmethod
    def problem(answer: Any, status: int, code: str) -> Any:
        """The body of an answer that must be this problem."""
        assert answer.status_code == status, answer.body
        assert answer.headers["Content-Type"] == "application/problem+json"
        body = answer.json_body
        assert (body["status"], body["code"]) == (status, code)
        assert {"type", "title", "detail", "instance"} <= set(body)
        return body
