"""A runner who is sharp in one photo supports a doubtful reading of another one, seconds apart."""

from datetime import datetime, timedelta

import pytest

from chalicelib.event_images.domain.evidence import (
    LISTED,
    LOW_CONFIDENCE,
    SEEN_NEARBY,
    UNLISTED,
    Evidence,
    Verdict,
)
from chalicelib.event_images.domain.nearby_evidence import (
    NearbyRules,
    SeenPhoto,
    applied,
    support,
    undone,
)
from chalicelib.event_images.models import BibAlternative

NOON = datetime.fromisoformat("2026-05-01T12:00:00")  # the camera's own time has no zone
LEAST = 0.5


def evidence(
    bib: str,
    confidence: float = 0.95,
    verdict: Verdict = "accepted",
    reasons: tuple[str, ...] = (LISTED,),
    alternatives: tuple[BibAlternative, ...] = (),
) -> Evidence:
    return Evidence(
        bib=bib,
        confidence=confidence,
        box=(0.0, 0.0, 10.0, 10.0),
        verdict=verdict,
        reasons=reasons,
        alternatives=alternatives,
    )


def doubtful(bib: str, confidence: float = 0.3, *reasons: str, **others: float) -> Evidence:
    """A reading for review; alternatives are given as ``n3521=0.2``."""
    return evidence(
        bib,
        confidence,
        "review",
        (*reasons, LOW_CONFIDENCE),
        tuple(BibAlternative(bib=k[1:], confidence=v) for k, v in others.items()),
    )


def photo(
    image_id: str, seconds: float, *found: Evidence, camera: str | None = "camera 1"
) -> SeenPhoto:
    return SeenPhoto(image_id, camera, NOON + timedelta(seconds=seconds), found)


def test_a_doubtful_reading_is_accepted_when_the_number_is_sharp_two_seconds_later() -> None:
    blurred, sharp = photo("a", 0, doubtful("4821")), photo("b", 2, evidence("4821"))

    (change,) = support([blurred, sharp], min_confidence=LEAST)

    assert (change.image_id, change.after.bib, change.after.verdict) == ("a", "4821", "accepted")
    assert change.after.confidence > change.before.confidence
    assert change.after.reasons == (SEEN_NEARBY,)
    (behind,) = change.supporters
    assert (behind.image_id, behind.bib, behind.seconds) == ("b", "4821", 2)


@pytest.mark.parametrize(
    "other",
    [
        photo("b", 60, evidence("4821")),
        photo("b", 2, evidence("4821"), camera="camera 2"),
        photo("b", 2, evidence("4821"), camera=None),
        SeenPhoto("b", "camera 1", None, (evidence("4821"),)),
        photo("b", 2, doubtful("4821", 0.9)),
        photo("b", 2, evidence("4821", 0.6)),
        photo("b", 2, evidence("733")),
        photo("a", 2, evidence("733")),
    ],
    ids=["later", "elsewhere", "no camera", "no time", "doubtful too", "not sure enough",
         "somebody else", "the photo itself"],
)  # fmt: skip
def test_nothing_else_supports_a_reading(other: SeenPhoto) -> None:
    assert support([photo("a", 0, doubtful("4821")), other], min_confidence=LEAST) == ()


def test_the_nearer_in_time_and_the_more_companions_the_more_it_says() -> None:
    def after(*others: SeenPhoto) -> float:
        alone = photo("a", 0, doubtful("4821"), evidence("733"))
        return support([alone, *others], min_confidence=LEAST)[0].after.confidence

    far, close = photo("b", 8, evidence("4821")), photo("b", 1, evidence("4821"))
    together = photo("b", 1, evidence("4821"), evidence("733"))

    assert after(far) < after(close) < after(together)
    assert after(close) == after(close, photo("c", 9, evidence("4821")))


def test_many_photos_of_one_moment_say_no_more_than_the_rules_allow() -> None:
    others = [photo(f"b{i}", 0.1, evidence("4821")) for i in range(50)]
    rules = NearbyRules(most=2)

    (change,) = support([photo("a", 0, doubtful("4821", 0.2)), *others],
                        min_confidence=LEAST, rules=rules)  # fmt: skip

    assert change.after.confidence == pytest.approx(0.4 / 1.2)
    assert len(change.supporters) == 50


def test_an_alternative_that_is_seen_nearby_is_likelier_and_stays_an_alternative() -> None:
    here = photo("a", 0, doubtful("3527", 0.4, n3521=0.2))

    (change,) = support([here, photo("b", 1, evidence("3521"))], min_confidence=LEAST)

    assert (change.after.bib, change.after.verdict) == ("3527", "review")
    assert change.after.confidence < 0.4
    assert change.after.alternatives[0].confidence > 0.4


def test_what_does_not_start_is_never_accepted_by_this() -> None:
    here = photo("a", 0, doubtful("9999", 0.45, UNLISTED))

    (change,) = support([here, photo("b", 1, evidence("9999"))], min_confidence=LEAST)

    assert change.after.verdict == "review"
    assert UNLISTED in change.after.reasons


def test_support_does_not_feed_on_support() -> None:
    chain = [
        photo("a", 0, doubtful("4821")),
        photo("b", 9, doubtful("4821")),
        photo("c", 18, evidence("4821")),
    ]

    assert [change.image_id for change in support(chain, min_confidence=LEAST)] == ["b"]


def test_a_number_that_the_photo_shows_anyway_needs_no_support() -> None:
    here = photo("a", 0, evidence("4821"), doubtful("4821"))

    assert support([here, photo("b", 1, evidence("4821"))], min_confidence=LEAST) == ()


def test_the_order_of_the_photos_does_not_matter() -> None:
    photos = [
        photo("a", 0, doubtful("4821")),
        photo("b", 1, evidence("4821")),
        photo("c", 2, evidence("4821"), doubtful("733")),
        photo("d", 3, evidence("733")),
    ]

    assert support(photos, min_confidence=LEAST) == support(photos[::-1], min_confidence=LEAST)


def test_a_change_can_be_made_and_taken_back() -> None:
    here, there = photo("a", 0, evidence("733"), doubtful("4821")), photo("b", 1, evidence("4821"))
    changes = support([here, there], min_confidence=LEAST)

    changed = applied(here, changes)

    assert [e.verdict for e in changed.evidence] == ["accepted", "accepted"]
    assert undone(changed, changes) == here
    assert applied(there, changes) == there


def test_a_reading_that_has_changed_since_is_left_alone() -> None:
    changes = support(
        [photo("a", 0, doubtful("4821")), photo("b", 1, evidence("4821"))], min_confidence=LEAST
    )
    newer = photo("a", 0, doubtful("4821", 0.2))

    assert applied(newer, changes) == newer
