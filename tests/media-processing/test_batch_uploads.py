"""A ``batch.json`` that is put into ``incoming`` starts its batch."""

import json
from typing import Any

import pytest

from .conftest import LISTING, World, jpeg, s3_message


class TestUploadedBatches:
    """A ``batch.json`` in ``incoming`` starts its batch."""

    def upload(self, world: World, document: Any, listing: str = LISTING) -> str:
        key = f"{listing}/raw/batch.json"
        data = document if isinstance(document, bytes) else json.dumps(document).encode()
        world.deps.storage.put("incoming", key, data, content_type="application/json")
        return s3_message(key)

    def document(self, world: World) -> dict[str, Any]:
        item = world.put(jpeg())
        return {"batchId": "b1", "items": [item.model_dump(by_alias=True, exclude_none=True)]}

    def test_it_starts_once_however_often_the_message_comes(self, world: World) -> None:
        message = self.upload(world, self.document(world))
        (first,) = world.deliver(message)
        assert world.deliver(message) == [first]
        assert len(world.deps.workflows.executions) == 1  # type: ignore[attr-defined]
        run = {"jobId": first, "listingId": LISTING, "batchId": "b1"}
        assert world.run(run)["status"] == "SUCCEEDED"
        world.rerun("again")
        assert world.deliver(message) == [first]

    @pytest.mark.parametrize(
        "document",
        [b"{", b"[]", b"\xff\xfe", {"items": []}, {"items": [{"mediaType": "../x"}]}],
    )
    def test_a_file_that_is_no_batch_is_a_run_that_failed(
        self, world: World, document: Any
    ) -> None:
        (job_id,) = world.deliver(self.upload(world, document))
        job = world.deps.jobs.get(job_id)
        assert job.error is not None
        assert (job.state, job.error.code) == ("FAILED", "invalid_batch")

    def test_a_file_that_is_too_large_is_not_read(self, world: World) -> None:
        (job_id,) = world.deliver(self.upload(world, b" " * 2_000_001))
        job = world.deps.jobs.get(job_id)
        assert job.error is not None
        assert job.error.code == "object_too_large"

    @pytest.mark.parametrize("key", ["raw/batch.json", "a/b/raw/batch.json", "../raw/batch.json"])
    def test_other_keys_are_left_alone(self, world: World, key: str) -> None:
        assert world.deliver(s3_message(key)) == []

    def test_a_second_batch_of_the_same_name_is_refused(self, world: World) -> None:
        world.deliver(self.upload(world, self.document(world)))
        (job_id,) = world.deliver(self.upload(world, self.document(world)))
        job = world.deps.jobs.get(job_id)
        assert job.error is not None
        assert job.error.code == "batch_exists"
