"""Objects in buckets: the port, S3, and a fake."""

from shared.storage.memory import MemoryStorage
from shared.storage.ports import ObjectInfo, PresignedPost, Storage
from shared.storage.s3 import S3Storage

__all__ = ["MemoryStorage", "ObjectInfo", "PresignedPost", "S3Storage", "Storage"]
