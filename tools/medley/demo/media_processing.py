"""media-processing: a drawn home's pictures and film as a batch, and a job that looks at some."""

import io
import json
import mimetypes
import subprocess
import time
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import httpx
from PIL import Image
from rich.progress import Progress

from medley.demo.event_images import post_form
from medley.demo.http import DemoError, checked
from medley.demo.receiver import Receiver, standard_webhook
from medley.demo.samples import DemoOptions, Sample
from medley.demo_listings import draw_listing
from medley.local.stack import LocalStack

SERVICE = "media-processing"
LISTING, BATCH = "elm-street-7", "spring"
SIZES = {"thumbnail": 200, "small": 400, "medium": 800, "large": 1200}
BAD = "Cut off.jpg"
# Two houses with a board before them, and a plan with its rooms' names.
LOOKED_AT = ("Floor plan.png", "Front.jpg", "Garden side.jpg")
POLL_SECONDS = 0.3
STALLED_SECONDS = 180
BATCH_ENDS = {"SUCCEEDED", "PARTIAL", "VALIDATION_FAILED", "PROCESSING_FAILED", "FAILED"}
JOB_ENDS = {"COMPLETED", "PARTIAL", "FAILED", "CANCELLED"}
Json = dict[str, Any]


def run(stack: LocalStack, options: DemoOptions, progress: Progress) -> Sequence[Sample]:
    """Make a batch and an image job of drawn pictures, and check what came of them."""
    files = files_to_show(options.work_dir / "listing", progress)
    base = stack.urls[SERVICE].rstrip("/")
    with httpx.Client(base_url=base, timeout=60) as client:
        return [
            batch_sample(stack, client, files, progress),
            job_sample(client, [file for file in files if file.name in LOOKED_AT], progress),
        ]


def files_to_show(folder: Path, progress: Progress) -> list[Path]:
    """Seven drawn pictures, a film of two of them, and a picture that breaks off."""
    task = progress.add_task("Drawing a home", total=1)
    pictures = draw_listing(folder)
    film, bad = folder / "Tour.mp4", folder / BAD
    whole = pictures[0].read_bytes()
    bad.write_bytes(whole[: len(whole) // 2])
    make_film(pictures[1], pictures[2], film)
    progress.advance(task)
    return [*pictures, film, bad]


def make_film(first: Path, second: Path, out: Path) -> None:
    """Two seconds from one picture to the other."""
    from shared.video.ffmpeg import ffmpeg_path

    scaled = "scale=960:640,setsar=1,fps=12,format=yuv420p"
    graph = f"[0]{scaled}[a];[1]{scaled}[b];[a][b]xfade=duration=1:offset=0.5"
    inputs = [part for file in (first, second) for part in ("-loop", "1", "-t", "1.5", "-i", file)]
    command = [ffmpeg_path(), "-y", "-v", "error", *inputs, "-filter_complex", graph, out]
    subprocess.run([str(part) for part in command], check=True, stdin=subprocess.DEVNULL)


def batch_sample(
    stack: LocalStack, client: httpx.Client, files: Sequence[Path], progress: Progress
) -> Sample:
    """Upload as the page does, run the batch, and look at all that it made."""
    task = progress.add_task("A listing's batch", total=len(files))
    described = [describe(file) for file in files]
    path = f"/listings/{LISTING}"
    forms = checked(client.post(f"{path}/uploads", json={"files": described}))["uploads"]
    for form, file in zip(forms, files, strict=True):
        post_form(form, file)
    secret = stack.client("secretsmanager").get_secret_value(
        SecretId=stack.outputs(SERVICE)["CallbackSecret"]
    )["SecretString"]
    # It stays as long as the demo does, so that a callback can be sent again from the page.
    receiver = Receiver(standard_webhook(secret), [(503, {"Retry-After": "1"})]).start()
    body = {
        "batchId": BATCH,
        "items": [form["item"] for form in forms],
        "profile": {"width": {"least": 640}, "count": {"photo": {"least": 3}}},
        "sizes": SIZES,
        "callbackUrl": receiver.url,
    }
    checked(client.post(f"{path}/batches", json=body))

    def batch() -> Json:
        return checked(client.get(f"{path}/batches/{BATCH}"))

    def ended() -> bool:
        counts = batch()["counts"]
        progress.update(task, completed=counts["done"] + counts["failed"])
        return batch()["status"] in BATCH_ENDS

    wait(ended, "the batch does not end")
    wait(lambda: len(receiver.received) >= 2, "the callback does not come")
    found = batch()
    wrong = [
        *item_problems(found, len(files)),
        *zip_problems(found, files),
        *manifest_problems(stack, found),
        *callback_problems(receiver, found),
    ]
    outputs = sum(len(item["outputs"]) for item in found["items"])
    counts = found["counts"]
    made = f"{outputs} sizes of {counts['done']} files, a zip, a signed callback; "
    return Sample(
        service=SERVICE,
        name=f"Listing {LISTING}",
        made=f"{made}{counts['failed']} refused",
        url=f"{str(client.base_url).rstrip('/')}/#/listings/{LISTING}/{BATCH}",
        problems=tuple(wrong),
    )


def item_problems(batch: Json, listed: int) -> list[str]:
    """Whether each item has its sizes, and only the bad one is refused."""
    found = []
    if (batch["status"], len(batch["items"])) != ("PARTIAL", listed):
        found.append(f"the batch is {batch['status']} with {len(batch['items'])} of {listed} items")
    for item in batch["items"]:
        name = item["filename"]
        if item["state"] != ("FAILED" if name == BAD else "DONE"):
            found.append(f"{name} is {item['state']}: {item['error']}")
            continue
        for output in item["outputs"]:
            answer = httpx.get(output["url"])
            image = Image.open(io.BytesIO(answer.content))
            most = SIZES[output["size"]]
            if image.format != "JPEG" or max(image.size) > most or image.getexif():
                found.append(f"{name}: {output['size']} is {image.format} of {image.size}")
    return found


def zip_problems(batch: Json, files: Sequence[Path]) -> list[str]:
    """Whether the zip holds every good file once, whole, and in their order."""
    if not batch["zipUrl"]:
        return ["there is no zip"]
    archive = zipfile.ZipFile(io.BytesIO(httpx.get(batch["zipUrl"]).content))
    broken = archive.testzip()
    wanted = [
        file.name if file.suffix == ".mp4" else f"{file.stem}.jpg"
        for file in files
        if file.name != BAD
    ]
    found = [f"{broken} in the zip is damaged"] if broken else []
    if archive.namelist() != wanted:
        found.append(f"the zip holds {archive.namelist()} instead of {wanted}")
    return found


def manifest_problems(stack: LocalStack, batch: Json) -> list[str]:
    """Whether the manifest tells the same as the batch."""
    answer = stack.client("s3").get_object(
        Bucket=stack.outputs(SERVICE)["MediaBucket"], Key=batch["manifestKey"]
    )
    manifest = json.loads(answer["Body"].read())
    told = [(item["itemId"], item["state"]) for item in manifest["items"]]
    known = [(item["itemId"], item["state"]) for item in batch["items"]]
    return [] if told == known else ["the manifest and the batch differ"]


def callback_problems(receiver: Receiver, batch: Json) -> list[str]:
    """Whether the receiver was told, with a good signature, after it had once been busy."""
    tries = [one.status for one in receiver.received]
    if tries != [503, 204]:
        refused = [one.refused for one in receiver.received]
        return [f"the callback was answered with {tries} {refused}"]
    told = json.loads(receiver.received[-1].body)
    same = (told["jobId"], told["status"]) == (batch["jobId"], batch["status"])
    return [] if same else [f"the callback tells of {told['status']}"]


def job_sample(client: httpx.Client, files: Sequence[Path], progress: Progress) -> Sample:
    """Upload some pictures and have them looked at."""
    task = progress.add_task("Looking at pictures", total=len(files))
    urls = []
    for file in files:
        kind = mimetypes.guess_type(file.name)[0]
        asked = {"filename": file.name, "contentType": kind, "size": file.stat().st_size}
        form = checked(client.post("/uploads/presign", json=asked))
        post_form(form["post"], file)
        urls.append(form["imageUrl"])
    body = {"imageUrls": urls, "userId": "demo", "metadata": {"source": "demo"}}
    path = f"/jobs/{checked(client.post('/process', json=body))['jobId']}"

    def ended() -> bool:
        job = checked(client.get(path))
        progress.update(task, completed=job["counts"]["done"] + job["counts"]["failed"])
        return job["status"] in JOB_ENDS

    wait(ended, "the image job does not end")
    job = checked(client.get(path))
    boxes = sum(one["detectionCount"] for one in job["detections"])
    return Sample(
        service=SERVICE,
        name="Image job",
        made=f"{boxes} things found in {job['counts']['done']} of {len(files)} pictures",
        url=f"{str(client.base_url).rstrip('/')}/#{path}",
        problems=tuple(job_problems(job, files)),
    )


def job_problems(job: Json, files: Sequence[Path]) -> list[str]:
    """Whether each picture was looked at once, and each box lies within its picture."""
    found = []
    if job["status"] != "COMPLETED" or len(job["images"]) != len(files):
        found.append(f"the job is {job['status']}: {[one['error'] for one in job['images']]}")
    sizes = {one["imageIndex"]: (one["width"], one["height"]) for one in job["images"]}
    for one in job["detections"]:
        width, height = sizes[one["imageIndex"]]
        for thing in one["detections"]:
            x0, y0, x1, y1 = thing["bbox"]
            if not (0 <= x0 < x1 <= width and 0 <= y0 < y1 <= height):
                found.append(f"{thing['label']} lies outside its picture")
    if not any(one["detectionCount"] for one in job["detections"]):
        found.append("nothing was found in any picture")
    return found


def describe(file: Path) -> Json:
    """A file as ``POST /listings/{listingId}/uploads`` takes it."""
    kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
    media = "video" if kind.startswith("video/") else "photo"
    if "plan" in file.name.lower():
        media = "floorplan"
    size = file.stat().st_size
    return {"filename": file.name, "mediaType": media, "contentType": kind, "size": size}


def wait(ready: Callable[[], bool], otherwise: str) -> None:
    """Until it is so; DemoError with ``otherwise`` if it is not for long."""
    end = time.monotonic() + STALLED_SECONDS
    while not ready():
        if time.monotonic() > end:
            raise DemoError(f"{otherwise}; `medley logs {SERVICE}` says more")
        time.sleep(POLL_SECONDS)
