"""event-images: half of the photos by upload, half from a bucket through the state machine."""

import csv
import mimetypes
import os
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from rich.progress import Progress

from medley.demo.http import DemoError, checked
from medley.demo.runners import coverage, put_start_list, runners_view, start_list
from medley.demo.samples import DemoOptions, Sample
from medley.demo_photos import draw_photos
from medley.local.stack import LocalStack

SERVICE = "event-images"
IMAGE_NAMES = {".jpg", ".jpeg", ".png", ".webp"}
UPLOADS_AT_ONCE = 4
POLL_SECONDS = 0.5
# Longer without a single photo becoming ready means that something is broken.
STALLED_SECONDS = 180

# The drawn photos are hard on purpose; below these shares the reader is broken, not challenged.
LEAST_RECALL = 0.60
LEAST_PRECISION = 0.80


@dataclass
class EventPhotos:
    """What the demo needs of one event over HTTP."""

    client: httpx.Client
    event_id: str
    listed: int = 0
    requests: list[str] = field(default_factory=list)

    def upload(self, files: Sequence[Path], progress: Progress) -> None:
        """Send ``files`` the way the page does: presigned forms, some at once."""
        task = progress.add_task("Uploading photos", total=len(files))
        for start in range(0, len(files), 20):
            batch = files[start : start + 20]
            body = {"files": [describe(file) for file in batch]}
            answer = self.client.post(f"/events/{self.event_id}/uploads", json=body)
            forms = checked(answer)["uploads"]
            with ThreadPoolExecutor(UPLOADS_AT_ONCE) as pool:
                for _ in pool.map(post_form, forms, batch):
                    progress.advance(task)
        self.listed += len(files)

    def process_bucket(self, stack: LocalStack, files: Sequence[Path], bucket: str) -> None:
        """Put ``files`` under a prefix of ``bucket`` and ask for them to be processed."""
        s3 = stack.client("s3")
        prefix = f"{self.event_id}/"
        for number, file in enumerate(files):
            # Cameras number their files alike, so two folders may hold the same name.
            s3.upload_file(str(file), bucket, f"{prefix}{number:05}/{file.name}")
        answer = self.client.post(
            f"/events/{self.event_id}/process",
            json={"source": {"kind": "s3", "bucket": bucket, "prefix": prefix}},
            headers={"Idempotency-Key": f"demo-{self.event_id}"},
        )
        self.requests.append(checked(answer)["requestId"])
        self.listed += len(files)

    def wait(self, progress: Progress) -> None:
        """Follow the counts until every photo has an outcome and every request has ended."""
        task = progress.add_task("Reading bib numbers", total=self.listed)
        moved, ready = time.monotonic(), -1
        while True:
            counts = checked(self.client.get(f"/events/{self.event_id}"))["counts"]
            if (now := counts["done"] + counts["failed"]) != ready:
                moved, ready = time.monotonic(), now
            progress.update(task, completed=ready)
            if ready >= self.listed and all(self.ended(request) for request in self.requests):
                return
            if time.monotonic() - moved > STALLED_SECONDS:
                raise DemoError(
                    f"{ready} of {self.listed} photos are ready, and none for {STALLED_SECONDS} s; "
                    f"`medley logs {SERVICE}` says more"
                )
            time.sleep(POLL_SECONDS)

    def ended(self, request_id: str) -> bool:
        """Whether the request has reached one of its end states."""
        path = f"/events/{self.event_id}/requests/{request_id}"
        return checked(self.client.get(path))["state"] in {"SUCCEEDED", "PARTIAL", "FAILED"}

    def photos(self) -> list[dict[str, Any]]:
        """All photos of the event."""
        items: list[dict[str, Any]] = []
        cursor: str | None = None
        while True:
            params = {"limit": "200"} | ({"cursor": cursor} if cursor else {})
            page = checked(self.client.get(f"/events/{self.event_id}/photos", params=params))
            items += page["items"]
            if not (cursor := page["cursor"]):
                return items


def run(stack: LocalStack, options: DemoOptions, progress: Progress) -> Sequence[Sample]:
    """Make an event of drawn photos (or the user's own) and check what was read."""
    files, truth = photos_to_show(options, progress)
    half = len(files) // 2
    bucket = "demo-race-photos"
    stack.client("s3").create_bucket(Bucket=bucket)
    with httpx.Client(base_url=stack.urls[SERVICE].rstrip("/"), timeout=60) as client:
        name = "Medley City Run" if truth else (options.photos or Path("Photos")).name
        event = checked(client.post("/events", json={"name": name, "date": "2026-05-17"}))
        if truth:
            put_start_list(client, event["eventId"], start_list(bibs_of(truth)))
        race = EventPhotos(client, event["eventId"])
        race.process_bucket(stack, files[half:], bucket)
        race.upload(files[:half], progress)
        race.wait(progress)
        photos = race.photos()
        found = problems(photos, len(files), truth)
        made = summary(photos)
        if truth:
            runners = coverage(client, event["eventId"])
            found += list_problems(runners, photos, truth)
            made += f", {runners['withPhotos']} of {runners['runners']} runners have photos"
        gallery = runners_view(client, event, photos)
    page = f"{stack.urls[SERVICE].rstrip('/')}/#/events/{event['eventId']}"
    return [Sample(SERVICE, name, made, page, tuple(found)), *gallery]


def photos_to_show(
    options: DemoOptions, progress: Progress
) -> tuple[list[Path], dict[str, tuple[set[str], set[str]]]]:
    """The files, and for drawn ones their truth: name -> (bibs to read, bibs also visible)."""
    if options.photos:
        files = sorted(
            file for file in options.photos.rglob("*") if file.suffix.lower() in IMAGE_NAMES
        )
        if not files:
            raise DemoError(f"{options.photos} holds no photos ({', '.join(sorted(IMAGE_NAMES))})")
        return files, {}
    folder = options.work_dir / "photos"
    labels = folder / "labels.csv"
    if not labels.exists() or len(list(folder.glob("*.jpg"))) != options.count:
        task = progress.add_task("Drawing race photos", total=options.count)
        folder.mkdir(parents=True, exist_ok=True)
        for old in folder.glob("*.jpg"):
            old.unlink()
        draw_photos(
            folder,
            count=options.count,
            progress=lambda *_: progress.advance(task),
            jobs=os.cpu_count() or 1,
        )
    with labels.open(newline="") as rows:
        truth = {
            row["filename"]: (numbers(row["bibs"]), numbers(row["also_visible"]))
            for row in csv.DictReader(rows)
        }
    return sorted(folder.glob("*.jpg")), truth


def problems(
    photos: Sequence[dict[str, Any]],
    listed: int,
    truth: dict[str, tuple[set[str], set[str]]],
) -> list[str]:
    """What is wrong with the outcome, in sentences; for drawn photos also with the readings."""
    found: list[str] = []
    if len(photos) != listed:
        found.append(f"{listed} photos went in and {len(photos)} came out")
    failed = [photo for photo in photos if photo["state"] != "DONE"]
    if truth and failed:
        found.append(f"{len(failed)} photos were not made, first {failed[0]['filename']}")
    for photo in photos:
        if photo["state"] == "DONE":
            for kind in ("thumbUrl", "webUrl"):
                answer = httpx.get(photo[kind])
                if answer.status_code != 200 or answer.headers["content-type"] != "image/jpeg":
                    found.append(f"{photo['filename']}: its {kind} answers {answer.status_code}")
        elif not (photo.get("error") or {}).get("message"):
            found.append(f"{photo['filename']} failed without saying why")
    if truth:
        hits = wrong = missed = 0
        for photo in photos:
            bibs, also = truth[photo["filename"]]
            read = {bib.lstrip("0") or "0" for bib in photo["bibs"]}
            hits += len(read & bibs)
            wrong += len(read - bibs - also)
            missed += len(bibs - read)
        if hits < LEAST_RECALL * (hits + missed):
            found.append(f"only {hits} of {hits + missed} bibs were read")
        if hits < LEAST_PRECISION * (hits + wrong):
            found.append(f"{wrong} of {hits + wrong} readings are wrong")
    return found


def bibs_of(truth: dict[str, tuple[set[str], set[str]]]) -> set[str]:
    """Everybody who is on a drawn photo, readable or not."""
    return set().union(*(bibs | also for bibs, also in truth.values()))


def list_problems(
    runners: dict[str, int],
    photos: Sequence[dict[str, Any]],
    truth: dict[str, tuple[set[str], set[str]]],
) -> list[str]:
    """What is wrong with the start list and its coverage, in sentences."""
    found = []
    if runners["runners"] <= len(bibs_of(truth)):
        found.append(f"the start list has only {runners['runners']} runners")
    if runners["withPhotos"] != len({bib for photo in photos for bib in photo["bibs"]}):
        found.append(f"{runners['withPhotos']} runners are said to have photos, which is wrong")
    nameless = [photo for photo in photos if len(photo["runners"]) < len(set(photo["bibs"]))]
    if nameless:
        found.append(f"{nameless[0]['filename']} has a bib without a name")
    return found


def summary(photos: Sequence[dict[str, Any]]) -> str:
    """One line for the table."""
    bibs = {bib for photo in photos for bib in photo["bibs"]}
    done = sum(photo["state"] == "DONE" for photo in photos)
    return f"{done} of {len(photos)} photos, {len(bibs)} bib numbers found"


def describe(file: Path) -> dict[str, Any]:
    """A file as ``POST /events/{eventId}/uploads`` takes it."""
    kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
    return {"filename": file.name, "size": file.stat().st_size, "contentType": kind}


def post_form(form: dict[str, Any], file: Path) -> None:
    """Send one file with the presigned form that was made for it."""
    with file.open("rb") as body:
        answer = httpx.post(form["url"], data=form["fields"], files={"file": body}, timeout=120)
    if answer.status_code >= 300:
        raise DemoError(f"{file.name} could not be uploaded: {answer.status_code} {answer.text}")


def numbers(cell: str) -> set[str]:
    """``0812;77`` -> ``{"812", "77"}``: leading zeros do not count."""
    return {number.strip().lstrip("0") or "0" for number in cell.split(";") if number.strip()}
