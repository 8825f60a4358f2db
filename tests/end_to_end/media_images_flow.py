"""Every way through media-processing's image jobs, and what goes wrong on them."""

import importlib.util
import time
from pathlib import Path
from typing import Any

import httpx
import numpy as np

from tests.end_to_end.media_flow import SERVICE, Json, Way, picture, wait

MODEL = "models/tiny.onnx"
JOB_ENDED = {"COMPLETED", "PARTIAL", "FAILED", "CANCELLED"}
# So long, in seconds, a message that failed stays hidden here; on AWS it is six timeouts.
HIDDEN = 3
TICK = {
    "id": "1",
    "version": "0",
    "account": "",
    "region": "",
    "time": "",
    "source": "aws.events",
    "detail-type": "Scheduled Event",
    "detail": {},
    "resources": [],
}


def tiny_model() -> bytes:
    """An ONNX file that finds nothing."""
    place = Path(__file__).resolve().parents[1] / "media-processing" / "tiny_onnx.py"
    spec = importlib.util.spec_from_file_location("tiny_onnx_of_policies", place)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    answer = np.zeros((1, 6, 8), np.float32)
    model: bytes = module.model(answer, metadata={"names": "{0: 'sign', 1: 'door'}"})
    return model


class Images(Way):
    """Jobs of a detector whose model is no model at first, so that nothing can be looked at."""

    given_up = ""

    def before_the_model_is_good(self) -> None:
        """A job that is cancelled, one that is stuck, and one whose images are given up."""
        # For so long that their messages come again only when their jobs have ended.
        self.hide_for(60)
        self.put("MediaBucket", MODEL, b"this is no model")
        cancelled = self.process([self.uploaded("put")])
        assert self.json("DELETE", f"/jobs/{cancelled}")["status"] == "CANCELLED"
        stuck = self.process([self.uploaded("post")])
        # Longer than STUCK_SECONDS, whatever the machine's pace.
        time.sleep(1.5)
        wait(lambda: self.struck(stuck))
        self.hide_for(HIDDEN)
        self.given_up = self.process([self.uploaded("put"), self.uploaded("put")])

    def after_it_is_good(self) -> None:
        """What was given up is tried again: by hand, as in SQS' own console, and by the route."""
        sqs, dead = self.stack.client("sqs"), self.outputs["ImagesDeadLettersUrl"]
        wait(lambda: self.json("GET", "/admin/dead-letters")["total"] == 2)
        assert self.job(self.given_up)["status"] == "FAILED"
        self.put("MediaBucket", MODEL, tiny_model())
        letters: list[Any] = []
        wait(lambda: bool(letters.extend(self.taken(dead)) or letters))
        sqs.send_message(QueueUrl=self.outputs["ImagesQueueUrl"], MessageBody=letters[0]["Body"])
        sqs.delete_message(QueueUrl=dead, ReceiptHandle=letters[0]["ReceiptHandle"])
        wait(lambda: self.job(self.given_up)["counts"]["done"] == 1)
        answer = self.json("POST", "/admin/redrive")
        assert (answer["reopened"], answer["moved"]) == (1, 1)
        wait(lambda: self.job(self.given_up)["status"] == "COMPLETED")
        gone = f"s3://{self.outputs['IncomingBucket']}/uploads/2026/05/01/gone.jpg"
        missing = self.process([gone])
        wait(lambda: self.job(missing)["status"] in JOB_ENDED)
        (image,) = self.job(missing)["images"]
        assert image["error"]["code"] == "object_not_found"
        assert self.given_up in {one["jobId"] for one in self.json("GET", "/jobs")["items"]}

    # --- what they are made of -------------------------------------------------------------

    def hide_for(self, seconds: int) -> None:
        """How long a message that failed stays hidden."""
        self.stack.client("sqs").set_queue_attributes(
            QueueUrl=self.outputs["ImagesQueueUrl"],
            Attributes={"VisibilityTimeout": str(seconds)},
        )

    def struck(self, job_id: str) -> bool:
        """Whether the job is found to be stuck when the clock strikes."""
        self.invoke("reconcile_handler", TICK)
        return bool(self.job(job_id)["status"] == "FAILED")

    def taken(self, queue: str) -> list[Any]:
        """One message of a queue, which nobody else sees for a while; none if there is none."""
        answer = self.stack.client("sqs").receive_message(
            QueueUrl=queue, MaxNumberOfMessages=1, VisibilityTimeout=60
        )
        return list(answer.get("Messages") or ())

    def uploaded(self, way: str) -> str:
        """An image that was put as a caller puts it; its URL."""
        data = picture()
        asked = {"filename": "sign.jpg", "contentType": "image/jpeg", "size": len(data)}
        form = self.json("POST", "/uploads/presign", asked)
        return send_upload(form, data, way)

    def process(self, urls: list[str]) -> str:
        return str(self.json("POST", "/process", {"imageUrls": urls})["jobId"])

    def job(self, job_id: str) -> Json:
        return self.json("GET", f"/jobs/{job_id}")

    def rekognition(self) -> None:
        """A job whose detector is what it is by default on AWS; nobody answers here."""
        functions = self.stack.client("lambda")
        name = self.stack.function_name(SERVICE, "process_image_handler")
        found = functions.get_function_configuration(FunctionName=name)["Environment"]
        variables = found["Variables"] | {"DETECTOR": "rekognition"}
        functions.update_function_configuration(
            FunctionName=name, Environment={"Variables": variables}
        )
        self.process([self.uploaded("put")])


def send_upload(form: Any, data: bytes, way: str) -> str:
    """Put an image by the form or the URL of a presigned answer; the image's URL."""
    if way == "put":
        sent = httpx.put(form["put"]["url"], content=data, headers=form["put"]["headers"])
    else:
        post = form["post"]
        sent = httpx.post(post["url"], data=post["fields"], files={"file": data})
    assert sent.is_success, sent.text
    return str(form["imageUrl"])
