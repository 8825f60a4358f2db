"""Receivers that strangers name: real sockets, and addresses that lead home."""

import socket
import threading
from collections.abc import Callable, Iterator

import pytest

from chalicelib.media_processing.adapters.receivers import HttpReceivers, is_public
from chalicelib.media_processing.ports import Undeliverable
from tests.browser_fixture import Answered, Asked, Serve


def code_of(call: Callable[[], object]) -> str:
    with pytest.raises(Undeliverable) as caught:
        call()
    return caught.value.code


@pytest.fixture
def local() -> HttpReceivers:
    return HttpReceivers(2, allow_private=True)


def test_what_is_sent_arrives(serve: Serve, local: HttpReceivers) -> None:
    seen: list[Asked] = []

    def receive(asked: Asked) -> Answered:
        seen.append(asked)
        return Answered(503, b"later", {"Retry-After": "7"})

    answer = local.post(f"{serve(receive)}/hooks?a=1", b'{"a": 1}', {"webhook-id": "msg_1"})
    assert (answer.status, answer.retry_after) == (503, "7")
    (asked,) = seen
    assert (asked.method, asked.path, asked.body) == ("POST", "/hooks", b'{"a": 1}')
    assert asked.headers["webhook-id"] == "msg_1"
    assert asked.headers["host"].startswith("127.0.0.1:")


def test_a_redirect_is_not_followed(serve: Serve, local: HttpReceivers) -> None:
    asked: list[str] = []

    def receive(request: Asked) -> Answered:
        asked.append(request.path)
        return Answered(302, headers={"Location": "/elsewhere"})

    assert local.post(f"{serve(receive)}/hooks", b"{}", {}).status == 302
    assert asked == ["/hooks"]


@pytest.fixture
def silent() -> Iterator[str]:
    """A receiver that takes a connection and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}/"


def test_a_receiver_that_hangs_is_left(silent: str) -> None:
    receivers = HttpReceivers(0.2, allow_private=True)
    assert code_of(lambda: receivers.post(silent, b"{}", {})) == "no_answer"


def test_a_receiver_that_talks_nonsense_is_an_error(local: HttpReceivers) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def babble() -> None:
            connection, _ = server.accept()
            with connection:
                connection.recv(4096)
                connection.sendall(b"SSH-2.0-hello\r\n")

        threading.Thread(target=babble, daemon=True).start()
        url = f"http://127.0.0.1:{server.getsockname()[1]}/"
        assert code_of(lambda: local.post(url, b"{}", {})) == "no_answer"


def test_an_answer_without_end_is_not_read_to_its_end(local: HttpReceivers) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def pour() -> None:
            connection, _ = server.accept()
            with connection:
                connection.recv(4096)
                connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
                try:
                    while True:
                        connection.sendall(b"x" * 65536)
                except OSError:
                    pass

        threading.Thread(target=pour, daemon=True).start()
        url = f"http://127.0.0.1:{server.getsockname()[1]}/"
        assert local.post(url, b"{}", {}).status == 200


def test_nobody_listens(local: HttpReceivers) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    assert code_of(lambda: local.post(f"http://127.0.0.1:{port}/", b"", {})) == "no_connection"


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/",
        "ftp://example.com/",
        "https://",
        "https://user:secret@example.com/",
        "https://[::1/",
        "https://example.com:99999/",
    ],
)
def test_an_address_must_be_https_and_nothing_else(url: str) -> None:
    receivers = HttpReceivers(1, resolve=lambda *_: ["93.184.216.34"])
    assert code_of(lambda: receivers.post(url, b"{}", {})) == "bad_url"


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",  # noqa: S104
        "224.0.0.1",
        "255.255.255.255",
        "::1",
        "::",
        "fe80::1",
        "fe80::1%eth0",
        "fd00::1",
        "fd00:ec2::254",
        "::ffff:127.0.0.1",
        "::ffff:169.254.169.254",
        "2002:7f00:1::",
        "64:ff9b::7f00:1",
        "not an address",
    ],
)
def test_no_address_of_ours_is_public(address: str) -> None:
    assert not is_public(address)
    receivers = HttpReceivers(1, resolve=lambda *_: ["93.184.216.34", address])
    assert code_of(lambda: receivers.post("https://a.example/", b"", {})) == "forbidden_address"


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946"])
def test_addresses_of_the_internet_are_public(address: str) -> None:
    assert is_public(address)


def test_a_name_that_changes_its_address_after_the_check_gains_nothing() -> None:
    asked = 0

    def resolve(host: str, port: int) -> list[str]:
        nonlocal asked
        asked += 1
        return ["10.0.0.1"]

    receivers = HttpReceivers(1, resolve=resolve)
    assert code_of(lambda: receivers.post("https://a.example/", b"", {})) == "forbidden_address"
    assert asked == 1


def test_a_name_that_does_not_exist_is_said() -> None:
    def resolve(host: str, port: int) -> list[str]:
        raise socket.gaierror(-2, "Name or service not known")

    receivers = HttpReceivers(1, resolve=resolve)
    assert code_of(lambda: receivers.post("https://a.example/", b"", {})) == "unknown_host"


def test_tls_that_cannot_be_trusted_is_refused(serve: Serve) -> None:
    port = serve(lambda _: Answered(200)).rsplit(":", 1)[-1]
    receivers = HttpReceivers(2, allow_private=True, resolve=lambda *_: ["127.0.0.1"])
    url = f"https://a.example:{port}/"
    assert code_of(lambda: receivers.post(url, b"", {})) == "bad_certificate"
