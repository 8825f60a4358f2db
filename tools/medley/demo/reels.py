"""reels: music of the project's own, a template that cuts on it, reels of the demo's runners."""

import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from rich.progress import Progress

from medley.demo.event_images import SERVICE as EVENT_IMAGES
from medley.demo.event_images import EventPhotos, post_form
from medley.demo.http import DemoError, checked
from medley.demo.samples import DemoOptions, Sample
from medley.demo_sounds import music, write_wav
from medley.local.stack import LocalStack
from shared.video.ffmpeg import ffmpeg_path
from shared.video.mp4 import video_frames

SERVICE = "reels"
TEMPLATE = "demo"
RUNNERS = 3
MUSIC_SECONDS = 24
POLL_SECONDS = 0.5
# Longer without a single reel becoming ready means that something is broken.
STALLED_SECONDS = 300
ENDED = {"SUCCEEDED", "PARTIAL", "FAILED"}
# Of people who do not exist, in several scripts.
NAMES = (
    *("Nguyễn Thị Ánh", "Ana María Núñez", "Jonas Lindqvist", "Zofia Wójcik", "Kwame Mensah"),
    *("佐藤 健", "Amina Yusuf", "Γιώργος Παππάς", "Lucía Ferrer", "Søren Østergaard"),
)


@dataclass
class Reels:
    """What the demo needs of the service over HTTP."""

    client: httpx.Client
    event_id: str

    def music(self, progress: Progress) -> str:
        """Make a piece of music, upload it with its licence, and wait until it was listened to."""
        task = progress.add_task("Making music", total=1)
        with tempfile.TemporaryDirectory() as folder:
            file = write_wav(Path(folder) / "demo.wav", music(MUSIC_SECONDS))
            body = {
                "kind": "music",
                "filename": file.name,
                "size": file.stat().st_size,
                "contentType": "audio/wav",
                "licence": "CC0: made by this project's own generator",
            }
            upload = checked(self.client.post("/materials", json=body))
            post_form(upload, file)
        path = f"/materials/{upload['material']['materialId']}"
        self._wait(lambda: checked(self.client.get(path))["state"] != "PENDING", "the music")
        found = checked(self.client.get(path))
        if found["state"] != "DONE":
            raise DemoError(f"the music was refused: {found['error']['message']}")
        progress.advance(task)
        return str(found["materialId"])

    def template(self, material_id: str) -> None:
        """The built-in template, with the music."""
        template = checked(self.client.get("/templates/default"))["template"]
        template |= {"name": "Race day, with music", "music": {"materialId": material_id}}
        found = checked(self.client.post("/templates/validate", json=template))
        if not found["valid"]:
            raise DemoError(f"the template is not right: {found['problems']}")
        body = {"templateId": TEMPLATE, "template": template}
        checked(self.client.post("/templates", json=body))

    def make(self, bibs: Sequence[str], progress: Progress, **asked: Any) -> dict[str, Any]:
        """Make the reels of these runners, and wait for the end."""
        what = "previews" if asked.get("preview") else "reels"
        task = progress.add_task(f"Making {what}", total=len(bibs))
        started = checked(
            self.client.post(
                f"/events/{self.event_id}/reels",
                json={"bibs": list(bibs), "templateId": TEMPLATE, **asked},
            )
        )
        path = f"/events/{self.event_id}/reel-requests/{started['requestId']}"
        found: dict[str, Any] = {}

        def look() -> bool:
            found.update(checked(self.client.get(path)))
            counts = found["counts"]
            progress.update(task, completed=counts["done"] + counts["failed"])
            return found["state"] in ENDED

        self._wait(look, f"the {what}", moved=lambda: str(found.get("counts")))
        return found

    def all(self, *, preview: bool = False) -> list[dict[str, Any]]:
        """The event's reels, or its previews."""
        params = {"limit": "200", "preview": str(preview).lower()}
        page = checked(self.client.get(f"/events/{self.event_id}/reels", params=params))
        items: list[dict[str, Any]] = page["items"]
        return items

    def _wait(
        self, ready: Callable[[], bool], what: str, moved: Callable[[], str] = lambda: ""
    ) -> None:
        last, since = "", time.monotonic()
        while not ready():
            if (now := moved()) != last:
                last, since = now, time.monotonic()
            if time.monotonic() - since > STALLED_SECONDS:
                raise DemoError(
                    f"{what} did not come on for {STALLED_SECONDS} s; "
                    f"`medley logs {SERVICE}` says more"
                )
            time.sleep(POLL_SECONDS)


def run(stack: LocalStack, options: DemoOptions, progress: Progress) -> Sequence[Sample]:  # noqa: ARG001
    """Make reels of the runners with the most photos, and watch them."""
    base = stack.urls[SERVICE].rstrip("/")
    with httpx.Client(base_url=base, timeout=60) as client:
        events = checked(client.get("/events"))["items"]
        if not events:
            raise DemoError("there is no event; the demo of event-images makes one")
        event = events[0]
        bibs = runners(stack, event["eventId"])
        if not bibs:
            raise DemoError("no bib was read in any photo")
        reels = Reels(client, event["eventId"])
        reels.template(reels.music(progress))
        found = problems(reels, reels.make(bibs[:RUNNERS], progress))
        small = reels.make(bibs[: 3 * RUNNERS], progress, preview=True)
        if small["counts"]["failed"]:
            found.append(f"{small['counts']['failed']} previews could not be made")
        made = reels.all()
        link = shared_link(reels, made, found)
    page = f"{base}/#/events/{event['eventId']}"
    seconds = sum(reel["seconds"] or 0 for reel in made)
    told = f"{len(made)} reels of {seconds:.0f} s, {small['counts']['done']} previews"
    return [
        Sample(SERVICE, f"{event['name']}: reels", told, page, tuple(found)),
        Sample(SERVICE, "One runner's link", "a page that plays on a phone", link, ()),
    ]


def runners(stack: LocalStack, event_id: str) -> list[str]:
    """The bibs of the event, those with the most photos first; they get names and times."""
    base = stack.urls[EVENT_IMAGES].rstrip("/")
    with httpx.Client(base_url=base, timeout=60) as client:
        photos = EventPhotos(client, event_id).photos()
        counted = Counter(bib for photo in photos for bib in photo["bibs"])
        bibs = sorted(counted, key=lambda bib: (-counted[bib], int(bib)))
        start_list(client, event_id, bibs)
    return bibs


def start_list(client: httpx.Client, event_id: str, bibs: Sequence[str]) -> None:
    """Give the runners names, unless the event has a start list already."""
    path = f"/events/{event_id}/participants"
    if checked(client.get(path))["items"]:
        return
    lines = ["bib,name,category,finish time"]
    for number, bib in enumerate(bibs):
        seconds = 5400 + 97 * number
        clock = f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"
        lines.append(f"{bib},{NAMES[number % len(NAMES)]},{'W30' if number % 2 else 'M40'},{clock}")
    text = "\n".join(lines).encode()
    checked(client.put(path, content=text, headers={"Content-Type": "text/csv; charset=utf-8"}))
    end = time.monotonic() + STALLED_SECONDS
    while not checked(client.get(path))["items"]:
        if time.monotonic() > end:
            raise DemoError("the start list did not arrive")
        time.sleep(POLL_SECONDS)


def problems(reels: Reels, request: dict[str, Any]) -> list[str]:
    """What is wrong with the reels, in sentences: each is fetched and decoded to its end."""
    found = [f"bib {one['bib']}: {one['message']}" for one in request["errors"]]
    made = reels.all()
    if len(made) != request["counts"]["total"]:
        found.append(f"{request['counts']['total']} reels were asked for, {len(made)} are there")
    for reel in made:
        for video in reel["videos"]:
            found += [f"bib {reel['bib']}: {wrong}" for wrong in look_at(video)]
        if not (reel["videos"] or reel["error"]):
            found.append(f"bib {reel['bib']} has neither a reel nor a reason")
    return found


def look_at(video: dict[str, Any]) -> list[str]:
    """What is wrong with one video: its type, its frames, its length, its poster."""
    answer, poster = httpx.get(video["url"], timeout=60), httpx.get(video["posterUrl"], timeout=60)
    found = []
    if answer.status_code != 200 or answer.headers["content-type"] != "video/mp4":
        return [f"its address answers {answer.status_code}"]
    if poster.content[:2] != b"\xff\xd8":
        found.append("its poster is no JPEG")
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "reel.mp4"
        file.write_bytes(answer.content)
        frames = video_frames(file)
        if not 20 <= frames / video["seconds"] <= 61:
            found.append(f"it has {frames} frames in {video['seconds']:.1f} s")
        command = [ffmpeg_path(), "-v", "error", "-nostdin", "-i", str(file), "-f", "null", "-"]
        decoded = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, check=False
        )
        if decoded.returncode or decoded.stderr:
            found.append(f"it does not play: {decoded.stderr.decode(errors='replace')[:200]}")
    return found


def shared_link(reels: Reels, made: Sequence[dict[str, Any]], found: list[str]) -> str:
    """A link to the first reel; what is wrong with its page goes to ``found``."""
    reel = next((one for one in made if one["videos"]), None)
    base = str(reels.client.base_url).rstrip("/")
    if reel is None:
        return base
    path = f"/events/{reels.event_id}/reels/{reel['bib']}/share"
    token = checked(reels.client.post(path))["token"]
    url = f"{base}/w/{token}"
    answer = httpx.get(url)
    if answer.status_code != 200 or "<video" not in answer.text:
        found.append(f"the page behind a link answers {answer.status_code}")
    return url
