"""Signed uploads of single images, and the URLs by which jobs name them."""

import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

import boto3
import pytest
from botocore.config import Config
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.media_processing.adapters.signed_puts import S3SignedPuts
from chalicelib.media_processing.domain.uploads import (
    BadImageUrlError,
    content_type,
    safe_name,
    upload_of,
)
from tests.service_app import Api

PRESIGN = "/uploads/presign"


def test_an_upload_is_signed_for_one_key_type_and_size(api: Api) -> None:
    body = {"filename": "car-damage.jpg", "contentType": "image/jpeg", "size": 1234}
    found = api("POST", PRESIGN, body).json_body
    assert found["bucket"] == "incoming"
    assert re.fullmatch(r"uploads/2026/05/01/[0-9a-f-]{36}-car-damage\.jpg", found["key"])
    assert found["imageUrl"] == f"s3://incoming/{found['key']}"
    assert found["url"] == found["put"]["url"]
    assert found["put"]["headers"] == {"Content-Type": "image/jpeg", "Content-Length": "1234"}
    assert "size=1234" in found["url"]
    assert found["post"]["fields"]["key"] == found["key"]
    assert found["post"]["fields"]["Content-Type"] == "image/jpeg"
    assert found["maxBytes"] == 60_000_000


def test_the_ending_says_the_type_where_the_caller_does_not(api: Api) -> None:
    found = api("POST", PRESIGN, {"filename": "a.PNG"}).json_body
    assert found["put"]["headers"] == {"Content-Type": "image/png"}
    again = api("POST", PRESIGN, {"filename": "a.PNG"}).json_body
    assert again["key"] != found["key"]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"filename": "a.svg"}, "unsupported_type"),
        ({"filename": "a.jpg", "contentType": "text/html"}, "unsupported_type"),
        ({"filename": "a.jpg", "size": 60_000_001}, "too_large"),
    ],
)
def test_what_is_no_image_is_refused(api: Api, body: Any, code: str) -> None:
    problem = api.problem(api("POST", PRESIGN, body), 422, "bad_upload")
    assert [error["code"] for error in problem["errors"]] == [code]


@pytest.mark.parametrize("body", [{}, {"filename": ""}, {"filename": "a.jpg", "size": 0}])
def test_a_body_that_is_none_is_refused(api: Api, body: Any) -> None:
    api.problem(api("POST", PRESIGN, body), 400, "invalid_body")


@pytest.mark.parametrize(
    ("filename", "safe"),
    [
        ("../../etc/passwd.jpg", "passwd.jpg"),
        ("C:\\photos\\car 1.jpg", "car-1.jpg"),
        ("Straße & Müll.jpeg", "Strae-Mull.jpeg"),
        ("..", "image"),
        ("写真.jpg", "jpg"),
        ("${filename}", "filename"),
        ("a" * 300 + ".jpg", "a" * 76 + ".jpg"),
    ],
)
def test_a_files_name_becomes_a_safe_one(filename: str, safe: str) -> None:
    assert safe_name(filename) == safe


@given(st.text(min_size=1, max_size=255))
def test_any_name_makes_a_key_that_a_job_takes(filename: str) -> None:
    name = safe_name(filename)
    assert re.fullmatch(r"[A-Za-z0-9._-]{1,80}", name)
    assert upload_of(f"s3://b/uploads/2026/05/01/u-{name}", "b")


@pytest.mark.parametrize(
    ("given_type", "kind"),
    [("image/jpg", "image/jpeg"), ("IMAGE/PNG; q=1", "image/png"), ("image/tiff", None)],
)
def test_a_types_many_spellings(given_type: str, kind: str | None) -> None:
    assert content_type("a.jpg", given_type) == kind


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("https://example.org/a.jpg", "not_an_s3_url"),
        ("http://169.254.169.254/latest", "not_an_s3_url"),
        ("uploads/a.jpg", "not_an_s3_url"),
        ("s3://other/uploads/a.jpg", "outside_uploads"),
        ("s3://b/house-7/raw/photo/a.jpg", "outside_uploads"),
        ("s3://b", "outside_uploads"),
        ("s3://b/uploads/../house-7/raw/a.jpg", "bad_key"),
        ("s3://b/uploads/a//b.jpg", "bad_key"),
        ("s3://b/uploads/", "bad_key"),
        ("s3://b/uploads/a\n.jpg", "bad_key"),
        ("s3://b/uploads/" + "ä" * 600, "bad_key"),
    ],
)
def test_urls_that_no_job_takes(url: str, code: str) -> None:
    with pytest.raises(BadImageUrlError) as caught:
        upload_of(url, "b")
    assert caught.value.code == code


def test_s3_holds_a_put_to_the_signed_length_and_type() -> None:
    client = boto3.client("s3", region_name="eu-west-1", config=Config(signature_version="s3v4"))
    url = S3SignedPuts(client).presign_put(
        "b", "uploads/a.jpg", content_type="image/jpeg", size=7, expires=60
    )
    signed = parse_qs(urlsplit(url).query)["X-Amz-SignedHeaders"]
    assert signed == ["content-length;content-type;host"]
    free = S3SignedPuts(client).presign_put(
        "b", "uploads/a.jpg", content_type="image/jpeg", size=None, expires=60
    )
    assert parse_qs(urlsplit(free).query)["X-Amz-SignedHeaders"] == ["content-type;host"]
