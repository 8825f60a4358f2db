"""Whether a file is what a listing may have: by its first bytes, its sizes, and its market."""

from dataclasses import dataclass

from chalicelib.media_processing.models import Check, Profile, Range
from shared.errors import ItemError, PermanentError
from shared.images.decoding import ImageLimits, check_size
from shared.images.more_containers import inspect_more

# Enough for the header of every format: a phone's HEIC has its item table in the first 100 kB,
# a camera's JPEG its embedded preview before its size.
HEAD_BYTES = 1 << 20
_MOVIES = frozenset(
    {b"isom", b"iso2", b"iso4", b"iso5", b"iso6", b"mp41", b"mp42", b"avc1", b"M4V ", b"MSNV"}
    | {b"dash", b"3gp4", b"3gp5", b"f4v "}
)


@dataclass(frozen=True)
class Seen:
    """What the first bytes of a file say; pixels of a video are not known from them."""

    format: str
    width: int | None = None
    height: int | None = None

    @property
    def is_video(self) -> bool:
        """Whether it moves."""
        return self.format in {"MP4", "MOV"}


def look(head: bytes, limits: ImageLimits) -> Seen:
    """The kind and size of a file, whatever its name says.

    Raises:
        PermanentError: ``empty_file``, ``not_an_image``, ``unsupported_format``,
            ``truncated_image``, ``too_many_pixels``, ``too_small``.
    """
    if video := _video(head):
        return Seen(video)
    found = inspect_more(head)
    check_size(found.width, found.height, limits)
    return Seen(found.format, found.width, found.height)


def _video(head: bytes) -> str | None:
    if head[4:8] != b"ftyp":
        return "MOV" if head[4:8] in {b"moov", b"wide"} else None
    brands = {head[8:12], *(head[at : at + 4] for at in range(16, min(64, len(head)), 4))}
    if head[8:12] == b"qt  ":
        return "MOV"
    return "MP4" if brands & _MOVIES else None


def checks(
    profile: Profile, seen: Seen, size: int, *, checksum_ok: bool | None = None
) -> tuple[Check, ...]:
    """The report on one file, for what its market asks; unknown sizes of videos pass."""
    report = [Check(check="type", ok=True, message=seen.format)]
    if checksum_ok is not None:
        message = "" if checksum_ok else "The file is not the one that the checksum names."
        report.append(Check(check="checksum", ok=checksum_ok, message=message))
    report.append(_within("bytes", profile.bytes, size))
    if seen.width and seen.height:
        report.append(_within("pixels", profile.pixels, seen.width * seen.height))
        report.append(_within("width", profile.width, seen.width))
        report.append(_within("height", profile.height, seen.height))
        report.append(_within("aspect", profile.aspect, round(seen.width / seen.height, 4)))
    return tuple(report)


def count_checks(profile: Profile, counts: dict[str, int]) -> dict[str, Check]:
    """For each media type that the profile counts, whether a batch has as many as it may."""
    return {
        kind: _within("count", wanted, counts.get(kind, 0))
        for kind, wanted in profile.count.items()
    }


def verdict(report: tuple[Check, ...]) -> ItemError | None:
    """What a report comes to: None, or an error that names the first check that failed."""
    for check in report:
        if not check.ok:
            code = "checksum_mismatch" if check.check == "checksum" else f"bad_{check.check}"
            return ItemError(code=code, message=check.message)
    return None


def refusal(exc: PermanentError) -> Check:
    """The report's line for a file that is none that may be taken."""
    return Check(check="type", ok=False, message=exc.message)


def _within(name: str, wanted: Range, value: float) -> Check:
    if wanted.least is not None and value < wanted.least:
        return Check(check=name, ok=False, message=f"{value:.12g} is under {wanted.least:.12g}.")
    if wanted.most is not None and value > wanted.most:
        return Check(check=name, ok=False, message=f"{value:.12g} is over {wanted.most:.12g}.")
    return Check(check=name, ok=True, message=f"{value:.12g}")
