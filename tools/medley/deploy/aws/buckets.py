"""Buckets: whether they hold something, and how they are emptied, versions and all."""

from typing import Any

from botocore.exceptions import ClientError

MISSING = {"404", "NoSuchBucket", "NotFound"}


def exists(s3: Any, bucket: str) -> bool:
    """Whether there is such a bucket of ours."""
    try:
        s3.head_bucket(Bucket=bucket)
    except ClientError as error:
        if error.response["Error"]["Code"] in MISSING:
            return False
        raise
    return True


def holds_something(s3: Any, bucket: str) -> bool:
    """Whether there is any object, old version or delete marker."""
    try:
        found = s3.list_object_versions(Bucket=bucket, MaxKeys=1)
    except ClientError as error:
        if error.response["Error"]["Code"] in MISSING:
            return False
        raise
    return bool(found.get("Versions") or found.get("DeleteMarkers"))


def empty(s3: Any, bucket: str) -> str:
    """Delete every version of every object, and unfinished uploads; how many, in words."""
    count = 0
    for page in s3.get_paginator("list_object_versions").paginate(Bucket=bucket):
        found = [*page.get("Versions", []), *page.get("DeleteMarkers", [])]
        keys = [{"Key": one["Key"], "VersionId": one["VersionId"]} for one in found]
        if keys:
            answer = s3.delete_objects(Bucket=bucket, Delete={"Objects": keys, "Quiet": True})
            if errors := answer.get("Errors"):
                raise ClientError({"Error": errors[0]}, "DeleteObjects")
        count += len(keys)
    for page in s3.get_paginator("list_multipart_uploads").paginate(Bucket=bucket):
        for upload in page.get("Uploads", []):
            s3.abort_multipart_upload(Bucket=bucket, Key=upload["Key"], UploadId=upload["UploadId"])
    return f"{count} object{'' if count == 1 else 's'}"
