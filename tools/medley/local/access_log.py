"""The lines that ``chalice local`` prints of requests, without the tokens of links in them.

A link such as ``/g/{token}`` is a permission by itself, so it belongs in no log.
"""

import re
import sys

from chalice.local import ChaliceRequestHandler

# Tokens are random and URL-safe; ids of events, photos and requests have no capital letters.
_TOKEN = re.compile(r"(?<=/)(?=[A-Za-z0-9_-]*[A-Z])[A-Za-z0-9_-]{22,}")


def masked(line: str) -> str:
    """The line with ``***`` for each token in a path."""
    return _TOKEN.sub("***", line)


def mask_tokens() -> None:
    """From here on the server of ``chalice local`` masks what it prints."""

    def log_message(self: ChaliceRequestHandler, format: str, *args: object) -> None:  # noqa: A002
        line = masked(format % args)
        sys.stderr.write(f"{self.address_string()} - - [{self.log_date_time_string()}] {line}\n")

    ChaliceRequestHandler.log_message = log_message
