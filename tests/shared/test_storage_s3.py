"""What only S3 can show: its errors, its streams, its addresses."""

import io
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError, ReadTimeoutError
from botocore.response import StreamingBody
from botocore.stub import Stubber

from shared.errors import Forbidden, NotFound, PermanentError, RetryableError
from shared.settings import AwsSettings, Clients
from shared.storage import S3Storage


class CountingStream(io.BytesIO):
    """Counts what is read of it."""

    def __init__(self, data: bytes) -> None:
        super().__init__(data)
        self.taken = 0

    def read(self, size: int | None = -1) -> bytes:
        data = super().read(size)
        self.taken += len(data)
        return data


def stubbed(client: Any, stream: io.BytesIO, length: int) -> S3Storage:
    stubber = Stubber(client)
    body = StreamingBody(stream, length)
    stubber.add_response("get_object", {"Body": body, "ContentLength": length})
    stubber.activate()
    return S3Storage(client)


def test_an_object_that_is_too_large_is_not_downloaded(bare_s3: Any) -> None:
    stream = CountingStream(b"x" * 5_000_000)
    storage = stubbed(bare_s3, stream, 5_000_000)
    with pytest.raises(PermanentError, match="object_too_large"):
        storage.get("b", "k", max_bytes=1000)
    assert stream.taken == 0
    assert stream.closed


def test_an_object_that_lies_about_its_size_is_cut_short(bare_s3: Any) -> None:
    stream = CountingStream(b"x" * 5_000_000)
    storage = stubbed(bare_s3, stream, 10)
    with pytest.raises(PermanentError, match="object_too_large"):
        storage.get("b", "k", max_bytes=1000)
    assert stream.taken < 2_000_000


def test_a_download_that_breaks_off_is_tried_again(bare_s3: Any) -> None:
    storage = stubbed(bare_s3, io.BytesIO(b"half"), 8)
    with pytest.raises(RetryableError, match="aws_unreachable"):
        storage.get("b", "k")


@pytest.mark.parametrize(
    ("code", "status", "error"),
    [
        ("SlowDown", 503, RetryableError),
        ("InternalError", 500, RetryableError),
        ("502", 502, RetryableError),
        ("TooManyRequests", 429, RetryableError),
        ("RequestTimeout", 400, RetryableError),
        ("AccessDenied", 403, Forbidden),
        ("403", 403, Forbidden),
        ("NoSuchKey", 404, NotFound),
        ("404", 404, NotFound),
        ("NoSuchBucket", 404, NotFound),
        ("InvalidObjectState", 403, PermanentError),
        ("InvalidRange", 416, ClientError),
    ],
)
def test_aws_errors_say_who_can_mend_them(
    bare_s3: Any, code: str, status: int, error: type[Exception]
) -> None:
    stubber = Stubber(bare_s3)
    stubber.add_client_error("head_object", code, http_status_code=status)
    stubber.activate()
    with pytest.raises(error) as caught:
        S3Storage(bare_s3).head("b", "k")
    assert type(caught.value) is error


@pytest.mark.parametrize(
    "failure",
    [EndpointConnectionError(endpoint_url="http://x"), ReadTimeoutError(endpoint_url="http://x")],
)
def test_a_connection_that_fails_is_tried_again(bare_s3: Any, failure: Exception) -> None:
    def fail(**_: object) -> None:
        raise failure

    bare_s3.meta.events.register("before-send.s3", fail)
    with pytest.raises(RetryableError, match="aws_unreachable") as caught:
        S3Storage(bare_s3).head("b", "k")
    assert caught.value.__cause__ is failure


def test_presigned_addresses_on_aws_are_regional_and_of_the_new_signature() -> None:
    clients = Clients(AwsSettings(service="s", stage="prod", aws_region="eu-south-2"))
    storage = S3Storage(clients.s3)
    url = storage.presign_get("photos", "a")
    assert url.startswith("https://photos.s3.eu-south-2.amazonaws.com/a?")
    assert "X-Amz-Algorithm=AWS4-HMAC-SHA256" in url
    form = storage.presign_post("photos", "a", content_type="image/jpeg", max_bytes=1)
    assert form.url == "https://photos.s3.eu-south-2.amazonaws.com/"


def test_presigned_addresses_of_a_local_aws_have_the_bucket_in_the_path() -> None:
    local = AwsSettings(
        service="s", aws_endpoint_url="http://127.0.0.1:4566", aws_region="us-east-1"
    )
    storage = S3Storage(Clients(local).s3)
    assert storage.presign_get("photos", "a").startswith("http://127.0.0.1:4566/photos/a?")
    form = storage.presign_post("photos", "a", content_type="image/jpeg", max_bytes=1)
    assert form.url == "http://127.0.0.1:4566/photos"
