"""The runners of the demo's race, who do not exist: a start list, and one runner's view."""

import random
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

import httpx

from medley.demo.http import DemoError, checked
from medley.demo.samples import Sample

SEED = 7
# Of those who started, some were never in front of a camera.
UNSEEN = 6
WHOLE_SHARE = 0.2
MOST_SECONDS = 300
POLL_SECONDS = 0.5

GIVEN = (
    *("Ada", "Amina", "Ana María", "Björn", "Chiara", "Dilnoza", "Emeka", "Fatou", "Hana"),
    *("İrem", "Jonas", "Kwame", "Lucía", "Mateusz", "Ngozi", "Priya", "Søren", "Tomáš", "Zofia"),
)
FAMILY = (
    *("Adeyemi", "Bauer", "Çelik", "Dvořák", "Eriksson", "Ferrer", "García Núñez", "Ibrahim"),
    *("Jansen", "Kowalska", "Lindqvist", "Mensah", "O’Brien", "Østergaard", "Šimić", "Wójcik"),
)
# Of scripts and orders of their own.
WHOLE = ("佐藤 健", "Γιώργος Παππάς", "Nguyễn Thị Ánh", "Оксана Шевченко")
TEAMS = ("", "", "City Harriers", "Lauffreunde Süd", "Night Owls", "Club Atletismo Norte")
CATEGORIES = ("W30", "M30", "W40", "M40", "W50", "M50")


def start_list(bibs: Iterable[str], *, seed: int = SEED) -> bytes:
    """A start list as CSV: these bibs and a few more, each with a runner that the seed decides.

    Args:
        bibs: Digits without leading zeros.
        seed: Names the runners.
    """
    rng = random.Random(seed)
    known = {int(bib) for bib in bibs}
    free = [bib for bib in range(1, max(known, default=0) + 1000) if bib not in known]
    everybody = sorted(known | set(rng.sample(free, UNSEEN)))
    lines = ["bib,name,category,team,finish time"]
    for bib in everybody:
        usual = f"{rng.choice(GIVEN)} {rng.choice(FAMILY)}"
        name = rng.choice(WHOLE) if rng.random() < WHOLE_SHARE else usual
        seconds = rng.randrange(4_800, 12_600)
        clock = f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"
        lines.append(f"{bib},{name},{rng.choice(CATEGORIES)},{rng.choice(TEAMS)},{clock}")
    return "\n".join(lines).encode()


def put_start_list(client: httpx.Client, event_id: str, text: bytes) -> None:
    """Give the event its runners, and wait until they are there."""
    path = f"/events/{event_id}/participants"
    kind = {"Content-Type": "text/csv; charset=utf-8"}
    made = checked(client.put(path, content=text, headers=kind))["importId"]
    end = time.monotonic() + MOST_SECONDS
    while True:
        last = checked(client.get(path))["lastImport"] or {}
        if last.get("importId") == made and last["state"] != "PENDING":
            break
        if time.monotonic() > end:
            raise DemoError("the start list did not arrive")
        time.sleep(POLL_SECONDS)
    if last["state"] != "DONE":
        raise DemoError(f"the start list was refused: {last['error']['message']}")


def coverage(client: httpx.Client, event_id: str) -> dict[str, int]:
    """How many ``runners`` are listed, and how many of them are ``withPhotos``."""
    found: dict[str, int] = checked(client.get(f"/events/{event_id}/participants"))["coverage"]
    return found


def runners_view(
    client: httpx.Client, event: dict[str, Any], photos: Sequence[dict[str, Any]]
) -> list[Sample]:
    """The gallery as the runner with the most photos sees it; nothing where nobody was read."""
    counted = Counter(bib for photo in photos for bib in photo["bibs"])
    if not counted:
        return []
    bib = min(counted, key=lambda one: (-counted[one], int(one)))
    base = str(client.base_url).rstrip("/")
    path = checked(client.post(f"/events/{event['eventId']}/gallery-link"))["path"]
    page, found = client.get(path), checked(client.get(f"{path}/photos", params={"bib": bib}))
    shown = [photo for burst in found["bursts"] for photo in burst["photos"]]
    problems = []
    if page.status_code != 200 or "text/html" not in page.headers["content-type"]:
        problems.append(f"the gallery's page answers {page.status_code}")
    if {one["imageId"] for one in shown} != {
        one["imageId"] for one in photos if bib in one["bibs"]
    }:
        problems.append(f"{counted[bib]} photos show bib {bib}, and its gallery has {len(shown)}")
    for one in shown:
        file = client.get(
            f"{path}/photos/{one['imageId']}/download", params={"bib": bib}, follow_redirects=True
        )
        if file.status_code != 200 or not file.content.startswith(b"\xff\xd8"):
            problems.append(f"photo {one['imageId']} cannot be downloaded: {file.status_code}")
    return [
        Sample(
            service="event-images",
            name="One runner's gallery",
            made=f"{len(shown)} photo{'s' * (len(shown) != 1)} of bib {bib}, to download",
            url=f"{base}{path}#bib={bib}",
            problems=tuple(problems),
        )
    ]
