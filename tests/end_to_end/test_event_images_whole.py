"""A race from Google Drive to its gallery, as organisers and runners meet it, on the whole stack.

Photos come from a Drive on loopback and are read by the real engine. A start list is laid over
them, people settle what is doubtful, a runner opts out, and everything is read once more.
"""

import io
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from PIL import Image, ImageDraw, ImageFont

from medley.local.stack import LocalStack
from medley.settings import LocalSettings
from tests.end_to_end.drive_flow import upload_key
from tests.end_to_end.everything_stored import places_of, stored
from tests.google_drive_server import GoogleDrive, google_drive

pytestmark = pytest.mark.end_to_end

SERVICE = "event-images"
ENDED = {"SUCCEEDED", "PARTIAL", "FAILED"}
SECONDS = 240
GONE, ADA, BO, UNLISTED = "98765", "20481", "31622", "70007"
NAME = "Ana Lúcia"
# As the list has it, and as it stands on the photos, one digit off.
CY, CY_READ, GONE_READ = "45110", "45170", "98766"
LIST = f"Bib,Name\n{GONE},{NAME}\n{ADA},Ada\n{BO},Bo\n{CY},Cy\n"
# What each photo shows. None of their names says a number.
PHOTOS = {
    "start": (GONE, ADA),
    "bridge": (GONE, BO, ADA),
    "hill": (GONE,),
    "park": (GONE,),
    "river": (BO,),
    "town": (ADA, BO),
    "guest": (UNLISTED,),
    "blurred": (CY_READ,),
    "smudged": (GONE_READ,),
}
SHARED, ALONE = {"start", "bridge"}, {"hill", "park", "smudged"}
Json = dict[str, Any]


def photo(*bibs: str) -> bytes:
    """A JPEG on which these numbers are pinned, each on its own runner."""
    image = Image.new("RGB", (560 * len(bibs), 600), (90, 120, 90))
    draw = ImageDraw.Draw(image)
    font = ImageFont.load_default(130)
    for place, bib in enumerate(bibs):
        left = 560 * place
        draw.rectangle((left + 60, 200, left + 500, 400), fill="white")
        draw.text((left + 280, 300), bib, fill="black", font=font, anchor="mm")
    data = io.BytesIO()
    image.save(data, "JPEG", quality=92)
    return data.getvalue()


class Race:
    """An event whose photos lie in a shared drive, with a folder in it."""

    def __init__(self, stack: LocalStack, api: httpx.Client, google: GoogleDrive) -> None:
        self.stack, self.api = stack, api
        self.drive = google.drive("City Run")
        inner = google.folder("Finish", self.drive)
        for serial, (name, bibs) in enumerate(PHOTOS.items()):
            google.file(f"{name}.jpg", inner if serial % 2 else self.drive, photo(*bibs))
        self.id = self.call("POST", "/events", {"name": "City Run"})["eventId"]
        self.path = f"/events/{self.id}"

    def call(self, method: str, path: str, body: Json | None = None) -> Json:
        answer = self.api.request(method, path, json=body)
        assert answer.is_success, answer.text
        return dict(answer.json())

    def process(self, *, force: bool = False) -> Json:
        """Import the drive, to the request's end."""
        body = {"source": {"kind": "drive", "folderId": self.drive}, "force": force}
        request = self.call("POST", f"{self.path}/process", body)["requestId"]
        path = f"{self.path}/requests/{request}"
        return until(lambda: ended if (ended := self.call("GET", path))["state"] in ENDED else None)

    def photos(self) -> dict[str, Json]:
        """The photos by their names, without the ending."""
        items = self.call("GET", f"{self.path}/photos?limit=200")["items"]
        return {one["filename"].removesuffix(".jpg"): one for one in items}

    def bibs(self) -> dict[str, set[str]]:
        return {name: set(one["bibs"]) for name, one in self.photos().items()}

    def review(self) -> dict[str, Json]:
        items = self.call("GET", f"{self.path}/review")["items"]
        return {one["filename"].removesuffix(".jpg"): one for one in items}

    def decide(self, name: str, **decision: str) -> None:
        item = self.review()[name]
        body = {"decisions": [decision], "ifVersion": item["version"]}
        self.call("PATCH", f"{self.path}/photos/{item['imageId']}", body)

    def start_list(self) -> None:
        text = {"Content-Type": "text/csv"}
        put = self.api.put(f"{self.path}/participants", content=LIST.encode(), headers=text)
        assert put.status_code == 202, put.text
        done = {"importId": put.json()["importId"], "state": "DONE", "error": None}
        until(lambda: self.participants()["lastImport"] == done)

    def participants(self) -> Json:
        return self.call("GET", f"{self.path}/participants")

    def export(self, **body: str) -> Json:
        """Ask for an export, and wait until it has an outcome."""
        made = self.call("POST", f"{self.path}/exports", body)["exportId"]
        path = f"{self.path}/exports/{made}"
        return until(lambda: one if (one := self.call("GET", path))["state"] != "PENDING" else None)

    def pictures(self) -> set[str]:
        """The names of the photos that have both of their pictures."""
        places = {one.place for one in stored(self.stack)}
        media = self.stack.outputs(SERVICE)["MediaBucket"]
        folder = f"{media}/{self.id}/photos/"
        return {
            name
            for name, one in self.photos().items()
            if {f"{folder}{one['imageId']}/{size}.jpg" for size in ("web", "thumb")} <= places
        }


def until[T](look: Callable[[], T | None]) -> T:
    end = time.monotonic() + SECONDS
    while not (found := look()):
        assert time.monotonic() < end, "it took too long"
        time.sleep(0.3)
    return found


@pytest.fixture(scope="module")
def race(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Race]:
    folder: Path = tmp_path_factory.mktemp("whole")
    settings = LocalSettings(aws_port=0, base_port=0, state_dir=folder / "state")
    with google_drive() as google:
        environment = {SERVICE: {"GDRIVE_API_ENDPOINT": google.endpoint}}
        with LocalStack(settings, [SERVICE], environment=environment) as stack:
            upload_key(stack, google, folder)
            url = stack.urls[SERVICE].rstrip("/")
            with httpx.Client(base_url=url, timeout=60) as api:
                yield Race(stack, api, google)


def test_a_runner_who_opts_out_of_a_race_from_drive_is_found_nowhere_ever_again(
    race: Race,
) -> None:
    race.start_list()
    first = race.process()
    assert (first["state"], first["counts"]["done"]) == ("SUCCEEDED", len(PHOTOS)), first
    certain = {name: set(bibs) for name, bibs in PHOTOS.items()}
    doubtful = {"guest": set[str](), "blurred": set[str](), "smudged": set[str]()}
    assert race.bibs() == certain | doubtful

    # People settle what the list does not know.
    asked = race.review()
    assert set(asked) == set(doubtful)
    (question,) = asked["blurred"]["questions"]
    assert (question["bib"], question["alternatives"][0]["bib"]) == (CY_READ, CY)
    assert question["alternatives"][0]["name"] == "Cy"
    race.decide("guest", action="accept", bib=UNLISTED)
    race.decide("blurred", action="correct", bib=CY_READ, to=CY)
    race.decide("smudged", action="correct", bib=GONE_READ, to=GONE)
    settled = {"guest": {UNLISTED}, "blurred": {CY}, "smudged": {GONE}}
    assert race.bibs() == certain | settled
    assert race.participants()["coverage"]["withPhotos"] == 4
    assert race.pictures() == set(PHOTOS)

    # The runner looks, finds a photo with somebody else's number, and the organiser exports.
    gallery = race.call("POST", f"{race.path}/gallery-link")["path"]
    found = race.call("GET", f"{gallery}/photos?bib={GONE}")
    assert found["count"] == len(SHARED | ALONE)
    hill = race.photos()["hill"]["imageId"]
    report = {"kind": "wrong_tag", "bib": GONE, "imageId": hill, "message": f"I am not {GONE}"}
    race.call("POST", f"{gallery}/reports", report)
    assert httpx.get(race.export(kind="tags")["url"]).text.count(GONE) == len(SHARED | ALONE)
    assert race.export(kind="zip", bib=GONE)["entries"] == len(SHARED | ALONE)
    # Rows of photos, tags, the list, the record and the report, and the CSV.
    assert len(places_of(race.stack, GONE, NAME)) >= 2 * len(SHARED | ALONE) + 4

    race.call("DELETE", f"{race.path}/participants/{GONE}")
    until(lambda: race.call("GET", f"{race.path}/opt-outs")["items"][0]["state"] == "REMOVED")
    assert not [one.place for one in stored(race.stack) if "/exports/" in one.place]
    without_a_trace(race, gallery)

    again = race.process(force=True)
    assert (again["state"], again["counts"]["done"]) == ("SUCCEEDED", len(PHOTOS)), again
    without_a_trace(race, gallery)

    # A new list that still names the runner brings nothing back either.
    race.start_list()
    assert len(race.participants()["items"]) == 3
    without_a_trace(race, gallery)


def without_a_trace(race: Race, gallery: str) -> None:
    """The runner is nowhere, in no answer, and everybody else is where they were."""
    assert places_of(race.stack, GONE, NAME) == []
    # What functions log is kept longer than rows, so it never names a runner.
    logs = list(race.stack.layout.function_logs.glob("*.log"))
    assert logs
    assert not [log.name for log in logs if GONE in log.read_text() or NAME in log.read_text()]
    others = {name: {bib for bib in bibs if bib != GONE} for name, bibs in PHOTOS.items()}
    decided = {"guest": {UNLISTED}, "blurred": {CY}, "smudged": set[str]()}
    assert race.bibs() == others | decided
    assert race.review() == {}

    # Pictures that show nobody else are gone; who is on a picture too keeps it.
    assert race.pictures() == set(PHOTOS) - ALONE
    shown = race.photos()
    assert {name for name, one in shown.items() if one["withheld"]} == ALONE
    assert all(httpx.get(shown[name]["webUrl"]).status_code == 200 for name in SHARED)

    for path in (f"{race.path}/photos?bib={GONE}", f"{gallery}/photos?bib={GONE}"):
        found = race.call("GET", path)
        assert not found.get("items")
        assert not found.get("bursts")
    near = race.call("GET", f"{gallery}/photos?bib={GONE_READ}")
    assert (near["count"], near["near"]) == (0, [])
    texts = ["participants", "reports?state=all", "exports/tags.csv", "opt-outs"]
    texts += [f"photos/{one['imageId']}/audit" for one in shown.values()]
    for path in texts:
        assert GONE not in race.api.get(f"{race.path}/{path}").text, path
    assert race.export(kind="zip", bib=GONE)["error"]["code"] == "no_photos"
