"""Callbacks over HTTP, to receivers that strangers name.

A name may resolve to an address within our own network, and to another one a moment later. So
the name is resolved once, every address is checked, and the connection is made to an address
that passed, with the name kept for TLS and for the Host header.
"""

import http.client
import ipaddress
import socket
import ssl
from collections.abc import Callable, Mapping
from urllib.parse import urlsplit

from chalicelib.media_processing.ports import Answer, Undeliverable

_MOST_ANSWER = 4096
Resolve = Callable[[str, int], list[str]]


def resolved(host: str, port: int) -> list[str]:
    """The addresses of a host."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def is_public(address: str) -> bool:
    """Whether an address belongs to the open internet."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(found, ipaddress.IPv6Address):
        # Addresses of IPv4 in other clothes lead to where the IPv4 address leads.
        inner = found.ipv4_mapped or found.sixtofour or (found.teredo[1] if found.teredo else None)
        if inner is None and found in ipaddress.ip_network("64:ff9b::/96"):
            inner = ipaddress.IPv4Address(int(found) & 0xFFFFFFFF)
        if inner is not None and not is_public(str(inner)):
            return False
    return found.is_global and not found.is_multicast


class HttpReceivers:
    """See ``ports.Receivers``.

    Args:
        timeout: Seconds for connecting, and for each read.
        allow_private: Take private addresses and plain HTTP too.
        resolve: Gives a host's addresses.
        context: How TLS is done.
    """

    def __init__(
        self,
        timeout: float,
        *,
        allow_private: bool = False,
        resolve: Resolve = resolved,
        context: ssl.SSLContext | None = None,
    ) -> None:
        self._timeout = timeout
        self._private = allow_private
        self._resolve = resolve
        self._context = context

    def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        host, port, path, tls = self._parts(url)
        connection = self._connection(host, port, tls)
        try:
            connection.request("POST", path, body=body, headers=dict(headers))
            answer = connection.getresponse()
            # Read, so that the receiver is not cut off; no more, since it may never end.
            answer.read(_MOST_ANSWER)
            return Answer(answer.status, answer.headers.get("Retry-After"))
        except ssl.SSLError as exc:
            raise Undeliverable("bad_certificate", "The receiver's TLS cannot be trusted.") from exc
        except TimeoutError as exc:
            raise Undeliverable(
                "no_answer", f"The receiver did not answer within {self._timeout:g} seconds."
            ) from exc
        except (OSError, http.client.HTTPException) as exc:
            raise Undeliverable("no_answer", "The receiver broke off.") from exc
        finally:
            connection.close()

    def _parts(self, url: str) -> tuple[str, int, str, bool]:
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError as exc:
            raise Undeliverable("bad_url", "The callback's URL is not valid.") from exc
        tls = parts.scheme == "https"
        if not (tls or (self._private and parts.scheme == "http")) or not parts.hostname:
            raise Undeliverable("bad_url", "The callback's URL must be https.")
        if parts.username or parts.password:
            raise Undeliverable("bad_url", "The callback's URL must not hold a password.")
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        return parts.hostname, port or (443 if tls else 80), path, tls

    def _connection(self, host: str, port: int, tls: bool) -> http.client.HTTPConnection:
        raw = self._socket(host, port)
        connection = http.client.HTTPConnection(host, port, timeout=self._timeout)
        try:
            if tls:
                context = self._context or ssl.create_default_context()
                connection = http.client.HTTPSConnection(
                    host, port, timeout=self._timeout, context=context
                )
                raw = context.wrap_socket(raw, server_hostname=host)
        except ssl.SSLError as exc:
            raw.close()
            raise Undeliverable("bad_certificate", "The receiver's TLS cannot be trusted.") from exc
        except OSError as exc:
            raw.close()
            raise Undeliverable("no_connection", "The receiver broke off.") from exc
        connection.sock = raw
        return connection

    def _socket(self, host: str, port: int) -> socket.socket:
        try:
            addresses = self._resolve(host, port)
        except OSError as exc:
            raise Undeliverable("unknown_host", f"There is no host {host}.") from exc
        if not self._private and not all(is_public(address) for address in addresses):
            raise Undeliverable("forbidden_address", "The callback's host is not a public one.")
        for address in addresses[:4]:
            try:
                return socket.create_connection((address, port), self._timeout)
            except OSError:
                continue
        raise Undeliverable("no_connection", f"{host} takes no connection.")
