"""A file that somebody has archived is its item's fault, until it is restored."""

from typing import Any

import pytest

from chalicelib.media_processing.adapters.memory import MemoryFiles
from shared.storage.ports import archived

from .conftest import World, jpeg


def test_an_archived_file_fails_its_item_alone_and_a_rerun_takes_it_once_restored(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept, away = world.put(jpeg()), world.put(jpeg())
    head = MemoryFiles.head

    def refusing(files: MemoryFiles, bucket: str, key: str, count: int) -> Any:
        if away.uuid in key:
            raise archived(key)
        return head(files, bucket, key, count)

    with monkeypatch.context() as patch:
        patch.setattr(MemoryFiles, "head", refusing)
        assert world.run(world.start(kept, away))["status"] == "PARTIAL"
    good, bad = world.items()
    assert (good["state"], bad["state"]) == ("DONE", "FAILED")
    assert bad["error"]["code"] == "object_archived"

    assert world.run(world.rerun())["status"] == "SUCCEEDED"
