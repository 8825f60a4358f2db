"""The worker as a process of its own, told to stop as a container is."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SERVICE = ROOT / "services" / "media-processing"
PATH = os.pathsep.join([str(SERVICE), str(ROOT)])

# The real main, over a queue in memory and a detector that takes its time.
SCRIPT = """
import io, os, sys, time
from PIL import Image
from chalicelib.media_processing import bootstrap, worker
from chalicelib.media_processing.adapters.memory import memory_dependencies
from chalicelib.media_processing.adapters.memory_images import MemoryDetector, MemoryImageQueue
from chalicelib.media_processing.models import ProcessImages
from chalicelib.media_processing.steps.start_images import start_images

class Slow(MemoryDetector):
    def detect(self, image):
        os.write(1, b"looking\\n")
        time.sleep(1)
        return super().detect(image)

receive = MemoryImageQueue.receive
def patient(self, *arguments):
    time.sleep(0.05)
    return receive(self, *arguments)
MemoryImageQueue.receive = patient

deps = memory_dependencies(detector=Slow(), worker_threads=2, worker_visibility_seconds=2)
picture = io.BytesIO()
Image.new("RGB", (64, 64)).save(picture, "JPEG")
deps.storage.put("incoming", "uploads/a.jpg", picture.getvalue(), content_type="image/jpeg")
urls = ["s3://incoming/uploads/a.jpg"] * 50
start_images(ProcessImages(image_urls=urls), "job1", deps, repeatable=False)
bootstrap.settings = lambda: deps.settings
bootstrap.dependencies = lambda: deps
code = worker.main()
counts = deps.jobs.get("job1").counts
hidden = sum(one.hidden for one in deps.images.held.values())
print("counts", counts.done, counts.failed, "left", len(deps.images.held), "hidden", hidden)
sys.exit(code)
"""


@pytest.mark.parametrize("told", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_lets_it_finish_what_is_in_hand(told: signal.Signals) -> None:
    process = subprocess.Popen(  # noqa: S603
        [sys.executable, "-c", SCRIPT],
        env={**os.environ, "PYTHONPATH": PATH},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout
    lines = []
    for line in process.stdout:
        lines.append(line.strip())
        if "looking" in line:
            process.send_signal(told)
            break
    lines += process.stdout.read().splitlines()
    process.stdout.close()
    assert process.wait(60) == 0, lines
    assert lines[0] == "The worker takes 2 images at once and looks at them with memory 1."
    assert "The worker has stopped." in lines
    words = lines[-1].split()
    done, failed, left, hidden = (int(words[at]) for at in (1, 2, 4, 6))
    assert (failed, hidden) == (0, 0)
    assert 1 <= done < 50
    assert left == 50 - done
    assert lines.count("looking") == done


def test_without_its_settings_it_says_which_it_lacks() -> None:
    bare = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME"}}
    found = subprocess.run(
        [sys.executable, "-m", "chalicelib.media_processing.worker"],
        env={**bare, "PYTHONPATH": PATH},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert found.returncode == 1
    assert "SQS_QUEUE_URL" in found.stderr
    assert "Traceback" not in found.stderr
