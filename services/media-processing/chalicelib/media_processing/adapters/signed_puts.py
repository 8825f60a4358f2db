"""URLs that S3 takes one object at."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


class S3SignedPuts:
    """See ``ports.SignedPuts``."""

    def __init__(self, client: "S3Client") -> None:
        self._client = client

    def presign_put(
        self, bucket: str, key: str, *, content_type: str, size: int | None, expires: int
    ) -> str:
        """See ``ports.SignedPuts``."""
        params: dict[str, Any] = {"Bucket": bucket, "Key": key, "ContentType": content_type}
        if size is not None:
            # A header that is signed must come as it was signed.
            params["ContentLength"] = size
        return self._client.generate_presigned_url("put_object", Params=params, ExpiresIn=expires)
