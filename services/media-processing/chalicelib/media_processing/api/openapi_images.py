"""What the routes of image jobs take, give and refuse."""

from chalicelib.media_processing import models
from chalicelib.media_processing.api.admin import MOST_LETTERS
from shared.openapi import Answer, Query, Route

JOB = {404: ("job_not_found",)}
LOCATION = {"Location": "Where it can be followed."}

IMAGES = (
    Route(
        "presignUpload",
        "POST",
        "/uploads/presign",
        "Get a signed URL and a signed form that upload one picture",
        "Image jobs",
        {200: models.PresignedUpload},
        body=models.PresignUpload,
        problems={422: ("bad_upload",)},
    ),
    Route(
        "processImages",
        "POST",
        "/process",
        "Start a job over uploaded pictures",
        "Image jobs",
        {202: Answer(models.AcceptedImages, headers=LOCATION)},
        body=models.ProcessImages,
        problems={409: ("idempotency_key_reused",), 422: ("bad_image_url",)},
        idempotent=True,
    ),
    Route(
        "listJobs",
        "GET",
        "/jobs",
        "List the jobs, newest first",
        "Image jobs",
        {200: models.ImageJobList},
        paged=True,
    ),
    Route(
        "getJob",
        "GET",
        "/jobs/{jobId}",
        "Get a job and a page of its pictures, with what was found in them",
        "Image jobs",
        {200: models.ImageJobPage},
        problems=JOB,
        paged=True,
        description="A `bbox` is `[x0, y0, x1, y1]` in pixels of the upright picture.",
    ),
    Route(
        "cancelJob",
        "DELETE",
        "/jobs/{jobId}",
        "Cancel a job",
        "Image jobs",
        {200: models.ImageJobPage},
        problems={**JOB, 409: ("job_ended",)},
        description="What is looked at this moment is still recorded.",
    ),
)

ADMIN = (
    Route(
        "listDeadLetters",
        "GET",
        "/admin/dead-letters",
        "Look at pictures that were given up",
        "Administration",
        {200: models.DeadLetters},
        query=(
            Query(
                "limit",
                "The most that are looked at; 50 without it.",
                {"type": "integer", "minimum": 1, "maximum": MOST_LETTERS},
            ),
        ),
        problems={400: ("bad_limit",)},
        description="They stay where they are. `total` tells how many there are; what is beyond "
        "`limit` has no page of its own. Needs a key with the scope `admin`.",
    ),
    Route(
        "redriveDeadLetters",
        "POST",
        "/admin/redrive",
        "Try all pictures that were given up again",
        "Administration",
        {202: models.Redriven},
        problems={409: ("redrive_running",)},
        description="Needs a key with the scope `admin`. Their jobs go on.",
    ),
)
