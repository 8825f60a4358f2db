"""Zips in memory, with the same bytes as those in S3."""

import zlib
from collections.abc import Sequence

from shared.errors import NotFound
from shared.storage import Storage
from shared.zips.format import Member, directory, local_header
from shared.zips.ports import MissingEntry, Progress, ZipEntry, ZipReport, checked


class MemoryZips:
    """Makes zips of a storage's objects, all at once."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    def write(
        self,
        entries: Sequence[ZipEntry],
        bucket: str,
        key: str,
        *,
        progress: Progress | None = None,
    ) -> ZipReport:
        """See `Zips.write`."""
        members: list[Member] = []
        missing: list[MissingEntry] = []
        out = bytearray()
        done, total = 0, sum(entry.size for entry in checked(entries))
        for entry in entries:
            done += entry.size
            try:
                info = self._storage.head(entry.bucket, entry.key)
                data = self._storage.get(entry.bucket, entry.key)
            except NotFound as exc:
                if exc.code == "bucket_not_found":
                    raise
                missing.append(MissingEntry(name=entry.name, key=entry.key, code=exc.code))
                continue
            if info.size != entry.size or entry.etag not in {None, info.etag}:
                missing.append(MissingEntry(name=entry.name, key=entry.key, code="object_changed"))
                continue
            crc = zlib.crc32(data)
            members.append(Member(entry.name, len(data), crc, len(out)))
            out += local_header(entry.name, len(data), crc) + data
            if progress is not None:
                progress(done, total)
        out += directory(members, len(out))
        self._storage.put(bucket, key, bytes(out), content_type="application/zip")
        return ZipReport(
            bucket=bucket, key=key, size=len(out), entries=len(members), missing=tuple(missing)
        )
