"""A stack comes up with all that a service has, disturbs nobody, and leaves nothing behind."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from medley.deploy.errors import ToolError
from medley.local.http import status_of, wait_until
from medley.local.layout import Layout
from medley.local.ports import free_port, is_free, listening, sockets_of
from medley.local.processes import identity
from medley.local.records import read_record
from medley.local.stack import LocalStack
from medley.settings import LocalSettings
from tests.medley.parcels import write_parcels

pytestmark = pytest.mark.end_to_end
type MakeStack = Callable[..., LocalStack]
linux = pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="reads /proc")


def port_of(url: str) -> int:
    return int(re.findall(r":(\d+)", url)[0])


def keys(stack: LocalStack, bucket: str) -> list[str]:
    name = stack.outputs("parcels")[bucket]
    found = stack.client("s3").list_objects_v2(Bucket=name).get("Contents", [])
    return [item["Key"] for item in found]


def put(stack: LocalStack, key: str) -> None:
    stack.client("s3").put_object(Bucket=stack.outputs("parcels")["Incoming"], Key=key, Body=b"x")


def arrives(stack: LocalStack, key: str) -> bool:
    return wait_until(lambda: f"seen/{key}" in keys(stack, "Outgoing"), lambda: True, 20)


def family(stack: LocalStack) -> set[int]:
    """The stack's children and their descendants, by the groups that they lead."""
    record = read_record(stack.layout.run)
    assert record
    leaders = {process.pid for process in record.processes}
    members = set()
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            fields = (folder / "stat").read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        if int(fields[2]) in leaders:
            members.add(int(folder.name))
    return members


def test_an_upload_reaches_its_function_through_the_queue(parcels: LocalStack) -> None:
    put(parcels, "a parcel + ümlaut.txt")
    assert arrives(parcels, "a parcel + ümlaut.txt")


def test_routes_answer_with_the_environment_of_the_stage(parcels: LocalStack) -> None:
    answer = httpx.get(parcels.urls["parcels"] + "health").json()
    assert (answer["stage"], answer["colour"]) == ("local", "brown")
    assert parcels.environment("parcels", "weigh")["OUTGOING"] == "parcels-local-outgoing"


def test_the_policy_and_no_layer_reach_the_functions(parcels: LocalStack) -> None:
    name = parcels.function_name("parcels", "weigh")
    function: dict[str, Any] = parcels.client("lambda").get_function(FunctionName=name)
    assert not function["Configuration"].get("Layers")
    assert function["Configuration"]["Timeout"] == 6
    role = function["Configuration"]["Role"].rsplit("/", 1)[1]
    policy = parcels.client("iam").get_role_policy(RoleName=role, PolicyName=role)
    assert "arn:aws:s3:::parcels-local-outgoing/*" in str(policy["PolicyDocument"])


def test_nothing_is_written_into_the_services_folder(
    parcels: LocalStack, parcels_root: Path
) -> None:
    assert parcels.urls
    names = {str(path.relative_to(parcels_root)) for path in parcels_root.rglob("*")}
    assert names == {
        "parcels",
        "parcels/.chalice",
        "parcels/.chalice/config.json.in",
        "parcels/.chalice/policy.json.in",
        "parcels/app.py",
        "parcels/resources.yaml",
        "parcels/state_machine.asl.json",
    }


@linux
def test_it_listens_on_its_own_ports_of_the_loopback_address_only(parcels: LocalStack) -> None:
    put(parcels, "for a worker")
    assert arrives(parcels, "for a worker")
    held = {inode for pid in family(parcels) for inode in sockets_of(pid)}
    ports = {port for port, inode in listening() if inode in held}
    assert ports == {port_of(parcels.endpoint_url), port_of(parcels.urls["parcels"])}
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        if line.split()[9] in held and line.split()[3] == "0A":
            assert line.split()[1].startswith("0100007F:")


def test_a_stack_that_was_stopped_leaves_no_process_no_port_no_file_elsewhere(
    make_stack: MakeStack, tmp_path: Path
) -> None:
    with make_stack(tmp_path) as stack:
        put(stack, "one")
        assert arrives(stack, "one")
        ports = [port_of(stack.endpoint_url), port_of(stack.urls["parcels"])]
        members = {pid: identity(pid) for pid in family(stack)}
        # The embedded AWS, the routes, and at least one worker.
        assert len(members) >= 3
    assert [pid for pid, was in members.items() if identity(pid) == was] == []
    assert all(is_free(port) for port in ports)
    assert not Layout(tmp_path).run.exists()
    stack.stop()


def test_two_stacks_run_side_by_side(
    parcels: LocalStack, make_stack: MakeStack, tmp_path: Path
) -> None:
    other = make_stack(tmp_path, environment={"parcels": {"COLOUR": "red"}})
    with other:
        put(parcels, "here")
        put(other, "there")
        assert arrives(parcels, "here")
        assert arrives(other, "there")
        assert "seen/there" not in keys(parcels, "Outgoing")
        assert "seen/here" not in keys(other, "Outgoing")
        assert httpx.get(other.urls["parcels"] + "health").json()["colour"] == "red"
        assert httpx.get(parcels.urls["parcels"] + "health").json()["colour"] == "brown"
        called = other.client("lambda").invoke(
            FunctionName=other.function_name("parcels", "weigh"), Payload=b'{"kind": "plain"}'
        )
        assert b'"red"' in called["Payload"].read()
    assert httpx.get(parcels.urls["parcels"] + "health").status_code == 200


def test_services_come_up_together_or_only_those_that_are_asked_for(tmp_path: Path) -> None:
    root = write_parcels(write_parcels(tmp_path / "services"), "letters")
    settings = LocalSettings(aws_port=0, base_port=0, state_dir=tmp_path / "state")
    with LocalStack(settings, services_root=root) as stack:
        assert set(stack.urls) == {"letters", "parcels"}
        for url in stack.urls.values():
            assert httpx.get(f"{url}health").status_code == 200
        assert stack.outputs("letters")["Outgoing"] == "letters-local-outgoing"
    with LocalStack(settings, ["letters"], services_root=root) as stack:
        assert set(stack.urls) == {"letters"}


def test_state_is_kept_over_a_stop_only_when_asked_for(
    make_stack: MakeStack, parcels_root: Path, tmp_path: Path
) -> None:
    with make_stack(tmp_path, keep=True) as stack:
        put(stack, "kept")
        assert arrives(stack, "kept")
    with make_stack(tmp_path, keep=True) as stack:
        assert keys(stack, "Incoming") == ["kept"]
        # What is kept still works: the function, its trigger, the machine.
        put(stack, "and more")
        assert arrives(stack, "and more")
    other = LocalSettings(aws_port=free_port(), base_port=0, state_dir=tmp_path)
    with pytest.raises(ToolError, match="Set MEDLEY_AWS_PORT"):
        LocalStack(other, keep=True, services_root=parcels_root).start()
    with make_stack(tmp_path) as stack:
        assert keys(stack, "Incoming") == []


def test_a_second_stack_with_the_same_state_folder_is_refused(
    parcels: LocalStack, make_stack: MakeStack
) -> None:
    with pytest.raises(ToolError, match=f"process {os.getpid()}.*medley down"):
        make_stack(parcels.layout.root).start()
    assert httpx.get(parcels.urls["parcels"] + "health").status_code == 200


SCRIPT = """
import sys, time
from pathlib import Path
from medley.local.stack import LocalStack
from medley.settings import LocalSettings
root, state = map(Path, sys.argv[1:])
settings = LocalSettings(aws_port=0, base_port=0, state_dir=state, workers=2)
with LocalStack(settings, services_root=root) as stack:
    print("up", flush=True)
    time.sleep(600)
"""


def test_a_parent_that_is_killed_takes_its_children_along_and_the_next_start_works(
    make_stack: MakeStack, parcels_root: Path, tmp_path: Path
) -> None:
    parent = subprocess.Popen(  # noqa: S603 -- our own script
        [sys.executable, "-c", SCRIPT, str(parcels_root), str(tmp_path)],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert parent.stdout
    assert parent.stdout.readline() == "up\n"
    record = read_record(Layout(tmp_path).run)
    assert record
    assert record.parent_runs
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    parent.stdout.close()
    children = record.processes
    assert len(children) == 2
    gone = wait_until(
        lambda: all(identity(child.pid) != child.identity for child in children), lambda: True, 10
    )
    assert gone
    assert not record.parent_runs
    with make_stack(tmp_path) as stack:
        assert httpx.get(stack.urls["parcels"] + "health").status_code == 200


def test_plain_chalice_local_works_in_the_services_folder_after_up(tmp_path: Path) -> None:
    folder = write_parcels(tmp_path / "services") / "parcels"
    settings = LocalSettings(aws_port=0, base_port=0, state_dir=tmp_path / "state")
    port = free_port()
    command = ["chalice", "local", "--stage", "local", "--no-autoreload", "--port", str(port)]
    with LocalStack(settings, configure=True, services_root=folder.parent):
        assert (folder / ".chalice" / "policy-local.json").exists()
        chalice = subprocess.Popen(  # noqa: S603 -- Chalice's own command
            [str(Path(sys.executable).with_name(command[0])), *command[1:]], cwd=folder
        )
        try:
            url = f"http://127.0.0.1:{port}/health"
            assert wait_until(lambda: status_of(url) == 200, lambda: chalice.poll() is None, 20)
        finally:
            chalice.kill()
            chalice.wait()


def test_a_part_that_ends_by_itself_is_noticed(make_stack: MakeStack, tmp_path: Path) -> None:
    with make_stack(tmp_path) as stack:
        assert stack.failed_child() is None
        pid = httpx.get(stack.urls["parcels"] + "health").json()["pid"]
        os.kill(pid, signal.SIGKILL)
        assert wait_until(lambda: stack.failed_child() is not None, lambda: True, 5)
        child = stack.failed_child()
        assert child
        assert "parcels has ended. Its log is" in child.explain("has ended")
