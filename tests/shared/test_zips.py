"""Zips: what is in them, and that a failure leaves nothing behind."""

import io
import struct
import zipfile
import zlib
from collections.abc import Sequence

import pytest

from shared.errors import NotFound, RetryableError
from shared.storage import MemoryStorage, Storage
from shared.zips import MemoryZips, ZipEntry, Zips
from shared.zips.format import Member, directory, header_size, local_header
from tests.shared.zip_parts import flaky_setup, put, unpacked


def test_what_goes_in_comes_out(storage: Storage, bucket: str, zips: Zips) -> None:
    entries = [
        put(storage, bucket, "a/one.jpg", b"1" * 10),
        put(storage, bucket, "a/empty.jpg", b""),
        put(storage, bucket, "a/写真 é.jpg", b"3" * 300_000),
        put(storage, bucket, "a/large.mp4", bytes(range(256)) * 3000),
    ]
    report = zips.write(entries, bucket, "out/all.zip")
    data = storage.get(bucket, "out/all.zip")
    assert unpacked(data) == {entry.name: storage.get(bucket, entry.key) for entry in entries}
    assert (report.entries, report.size, report.missing) == (4, len(data), ())
    assert storage.head(bucket, "out/all.zip").content_type == "application/zip"


def test_several_parts_make_one_zip(storage: Storage, bucket: str, zips: Zips) -> None:
    entries = [put(storage, bucket, f"{n}.bin", bytes([n]) * 700_000) for n in range(20)]
    zips.write(entries, bucket, "all.zip")
    assert unpacked(storage.get(bucket, "all.zip")) == {
        f"{n}.bin": bytes([n]) * 700_000 for n in range(20)
    }


def test_the_same_objects_give_the_same_bytes(storage: Storage, bucket: str, zips: Zips) -> None:
    entries = [put(storage, bucket, f"{n}.bin", bytes([n]) * 1000) for n in range(5)]
    zips.write(entries, bucket, "one.zip")
    zips.write(entries, bucket, "two.zip")
    assert storage.get(bucket, "one.zip") == storage.get(bucket, "two.zip")


def test_both_kinds_write_the_same_bytes(storage: Storage, bucket: str, zips: Zips) -> None:
    memory = MemoryStorage([bucket])
    entries = []
    for n in range(3):
        put(memory, bucket, f"{n}.bin", bytes([n]) * 900_000)
        entries.append(put(storage, bucket, f"{n}.bin", bytes([n]) * 900_000))
    zips.write(entries, bucket, "out.zip")
    MemoryZips(memory).write(entries, bucket, "out.zip")
    assert storage.get(bucket, "out.zip") == memory.get(bucket, "out.zip")


def test_each_entry_says_its_size_and_crc_before_its_bytes(
    storage: Storage, bucket: str, zips: Zips
) -> None:
    body = b"x" * 700_000
    zips.write([put(storage, bucket, "a.bin", body)], bucket, "out.zip")
    data = storage.get(bucket, "out.zip")
    _, _, flags, method, _, _, crc, packed, size = struct.unpack_from("<4s5H3I", data)
    assert flags & 0b1000 == 0  # no data descriptor
    assert (method, crc, packed, size) == (0, zlib.crc32(body), len(body), len(body))


def test_when_all_objects_are_gone_the_zip_is_empty_and_valid(
    storage: Storage, bucket: str, zips: Zips
) -> None:
    entry = put(storage, bucket, "a.jpg", b"a")
    storage.delete(bucket, "a.jpg")
    assert zips.write([entry], bucket, "out.zip").entries == 0
    assert unpacked(storage.get(bucket, "out.zip")) == {}


def test_a_bucket_that_does_not_exist_is_an_error(
    storage: Storage, bucket: str, zips: Zips
) -> None:
    entry = put(storage, bucket, "a.jpg", b"a")
    with pytest.raises(NotFound, match="bucket_not_found"):
        zips.write([entry], "no-such-bucket-at-all", "out.zip")


def test_progress_ends_with_all_bytes(storage: Storage, bucket: str, zips: Zips) -> None:
    told: list[tuple[int, int]] = []
    entries = [put(storage, bucket, f"{n}.bin", b"x" * 100) for n in range(4)]
    zips.write(entries, bucket, "out.zip", progress=lambda done, total: told.append((done, total)))
    assert told[-1] == (400, 400)
    assert [done for done, _ in told] == sorted(done for done, _ in told)


def test_names_that_differ_in_case_alone_are_refused(
    storage: Storage, bucket: str, zips: Zips
) -> None:
    entries = [put(storage, bucket, name, b"x") for name in ("a.jpg", "A.jpg")]
    with pytest.raises(ValueError, match="twice"):
        zips.write(entries, bucket, "out.zip")
    with pytest.raises(ValueError, match="1 to"):
        zips.write([], bucket, "out.zip")


@pytest.mark.parametrize("storage", ["s3"], indirect=True)
@pytest.mark.parametrize("size", [20_000, 2_000_000])
def test_a_body_that_breaks_off_is_read_again(storage: Storage, bucket: str, size: int) -> None:
    client, zips = flaky_setup(storage)
    entry = put(storage, bucket, "a.bin", bytes(range(250)) * (size // 250))
    client.cuts = 3
    zips.write([entry], bucket, "out.zip")
    assert unpacked(storage.get(bucket, "out.zip")) == {"a.bin": storage.get(bucket, "a.bin")}


@pytest.mark.parametrize("storage", ["s3"], indirect=True)
def test_a_body_that_always_breaks_off_ends_the_zip(storage: Storage, bucket: str) -> None:
    client, zips = flaky_setup(storage)
    entries: Sequence[ZipEntry] = [put(storage, bucket, f"{n}", b"x" * 20_000) for n in range(3)]
    client.cuts = 1000
    with pytest.raises(RetryableError, match="storage_unavailable"):
        zips.write(entries, bucket, "out.zip")
    with pytest.raises(NotFound):
        storage.head(bucket, "out.zip")


@pytest.mark.parametrize("storage", ["s3"], indirect=True)
def test_a_part_that_is_refused_leaves_no_upload_behind(storage: Storage, bucket: str) -> None:
    client, zips = flaky_setup(storage, refuse=True)
    entries = [put(storage, bucket, f"{n}", b"x" * 900_000) for n in range(9)]
    with pytest.raises(RetryableError):
        zips.write(entries, bucket, "out.zip")
    assert "Uploads" not in client.list_multipart_uploads(Bucket=bucket)
    with pytest.raises(NotFound):
        storage.head(bucket, "out.zip")


def test_many_entries_and_large_offsets_use_zip64() -> None:
    """The records that need it are read back by zipfile; no file of this size is made."""
    members = [Member(f"{n}", 1, 0, n) for n in range(70_000)]
    start = 5_000_000_000
    members[-1] = Member("far", 4_999_999_000, 7, 4_000_000_000)
    members[-2] = Member("farther", 3, 9, 4_999_999_990)
    data = directory(members, start)
    # zipfile takes bytes that stand before the zip as a prefix; so the offsets say where we are.
    with zipfile.ZipFile(Shifted(data, start)) as archive:
        found = archive.infolist()
    assert len(found) == 70_000
    assert (found[-1].filename, found[-1].file_size) == ("far", 4_999_999_000)
    assert (found[-1].header_offset, found[-2].header_offset) == (4_000_000_000, 4_999_999_990)


class Shifted(io.BytesIO):
    """Data that seems to lie `start` bytes into a file."""

    def __init__(self, data: bytes, start: int) -> None:
        super().__init__(data)
        self._start = start

    def seek(self, offset: int, whence: int = 0) -> int:
        if whence == 0:
            offset = max(0, offset - self._start)
        return super().seek(offset, whence) + self._start

    def tell(self) -> int:
        return super().tell() + self._start


@pytest.mark.parametrize("size", [0, 5, 0xFFFFFFFF, 6_000_000_000])
def test_the_headers_length_is_known_before_it_is_written(size: int) -> None:
    assert len(local_header("写真.jpg", size, 1)) == header_size("写真.jpg", size)
