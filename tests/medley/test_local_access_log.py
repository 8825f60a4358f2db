"""The local server's own lines name no token."""

import io
from types import SimpleNamespace

import pytest
from chalice.local import ChaliceRequestHandler

from medley.local.access_log import mask_tokens, masked


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ('"GET /g/THSq8ovAYh74Fw_EQ09EjmJo3v6AWyeM HTTP/1.1" 200 -', '"GET /g/*** HTTP/1.1" 200 -'),
        ("/g/THSq8ovAYh74Fw_EQ09EjmJo3v6AWyeM/photos?bib=7", "/g/***/photos?bib=7"),
        (
            "/events/lakeside-half-marathon-2026-ab12cd",
            "/events/lakeside-half-marathon-2026-ab12cd",
        ),
        ("/events/e/photos/51864935b51cb14296a4", "/events/e/photos/51864935b51cb14296a4"),
        (f"/events/e/requests/{'a1' * 20}", f"/events/e/requests/{'a1' * 20}"),
        ("/assets/gallery.js", "/assets/gallery.js"),
    ],
)
def test_tokens_are_masked_and_ids_are_not(line: str, shown: str) -> None:
    assert masked(line) == shown


def test_the_server_prints_masked_lines(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(ChaliceRequestHandler, "log_message", ChaliceRequestHandler.log_message)
    mask_tokens()
    handler = SimpleNamespace(
        address_string=lambda: "127.0.0.1", log_date_time_string=lambda: "now", wfile=io.BytesIO()
    )
    token = "/g/THSq8ovAYh74Fw_EQ09EjmJo3v6AWyeM"
    ChaliceRequestHandler.log_message(handler, '"%s" %s', f"GET {token}", "200")  # type: ignore[arg-type]
    assert capsys.readouterr().err == '127.0.0.1 - - [now] "GET /g/***" 200\n'
