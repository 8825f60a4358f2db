"""What goes wrong while a stack starts is a clear error, and what was started is stopped."""

import os
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from medley.deploy.errors import StackError, ToolError
from medley.local.ports import PortBusyError, is_free
from medley.local.stack import LocalStack
from medley.settings import LocalSettings
from tests.medley.parcels import write_parcels

pytestmark = pytest.mark.end_to_end
type MakeStack = Callable[..., LocalStack]


def test_a_busy_port_is_one_line_with_the_port_its_holder_and_the_setting(
    tmp_path: Path, parcels_root: Path
) -> None:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        port = server.getsockname()[1]
        for settings, name in (
            ({"aws_port": port, "base_port": 0}, "MEDLEY_AWS_PORT"),
            ({"aws_port": 0, "base_port": port - 5}, "MEDLEY_BASE_PORT"),
        ):
            stack = LocalStack(
                LocalSettings(state_dir=tmp_path, **settings),  # type: ignore[arg-type]
                services_root=parcels_root,
            )
            with pytest.raises(PortBusyError) as raised:
                stack.start()
            message = str(raised.value)
            assert str(port) in message
            assert name in message
            assert "\n" not in message
            assert not Path("/proc/net/tcp").exists() or f"process {os.getpid()}" in message


@pytest.mark.parametrize(
    ("file", "text", "message"),
    [
        ("app.py", "raise RuntimeError('no such colour')", "no such colour"),
        ("resources.yaml", "Resources: {Box: {Type: AWS::No::Such}}", "AWS::No::Such"),
        ("resources.yaml", "Resources: [", "is not YAML"),
        (".chalice/policy.json.in", '{"Statement": "${Nowhere}"}', "Nowhere"),
    ],
)
def test_a_broken_service_is_a_clear_error_and_everything_is_stopped(
    tmp_path: Path, file: str, text: str, message: str
) -> None:
    root = write_parcels(tmp_path / "services")
    (root / "parcels" / file).write_text(text)
    settings = LocalSettings(aws_port=0, base_port=0, state_dir=tmp_path / "state")
    stack = LocalStack(settings, services_root=root)
    with pytest.raises(ToolError, match=message):
        stack.start()
    assert not stack.layout.run.exists()
    assert is_free(int(stack.endpoint_url.rsplit(":", 1)[1]))


def test_a_stack_that_does_not_become_ready_in_time_says_so(
    parcels_root: Path, tmp_path: Path
) -> None:
    settings = LocalSettings(aws_port=0, base_port=0, state_dir=tmp_path, start_timeout=0.05)
    with pytest.raises(StackError, match="ministack is not ready"):
        LocalStack(settings, services_root=parcels_root).start()


def test_an_unknown_service_is_named_with_the_known_ones(make_stack: MakeStack) -> None:
    with pytest.raises(ToolError, match=r"No service 'letters'\. Known: parcels"):
        make_stack(Path("unused"), services=["letters"])
    with pytest.raises(ToolError, match="'letters' whose environment"):
        make_stack(Path("unused"), environment={"letters": {"COLOUR": "red"}})
