"""Zip files made of stored objects, from an object store to an object store, without a disk."""

from shared.zips.memory import MemoryZips
from shared.zips.names import safe_names
from shared.zips.ports import MissingEntry, ZipEntry, ZipReport, Zips
from shared.zips.s3 import S3Zips

__all__ = [
    "MemoryZips",
    "MissingEntry",
    "S3Zips",
    "ZipEntry",
    "ZipReport",
    "Zips",
    "safe_names",
]
