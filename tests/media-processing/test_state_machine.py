"""What the machine of media-processing does besides what every machine does: it calls back."""

from typing import Any

from tests.machine_run import Machine, fails_with

MACHINE = Machine("media-processing")


def test_the_callback_is_tried_again_after_a_wait_until_the_step_says_that_it_is_over() -> None:
    answers = [{"next": "AGAIN", "waitSeconds": 3600}] * 3 + [{"next": "END", "waitSeconds": 0}]
    run = MACHINE.works(Callback=lambda _: answers.pop(0)).start()

    assert run.status == "SUCCEEDED"
    assert run.counts["Callback"] == 4
    first, *others = run.sent("Callback")
    assert others == [first] * 3
    assert set(first) == {"jobId", "listingId", "batchId"}


def test_a_failure_is_called_back_too_and_stays_the_executions() -> None:
    answers = [{"next": "AGAIN", "waitSeconds": 1}, {"next": "END", "waitSeconds": 0}]
    run = MACHINE.works(Zip=fails_with("PermanentError"), Callback=lambda _: answers.pop(0)).start()

    assert (run.status, run.error) == ("FAILED", "PermanentError")
    assert [run.counts[name] for name in ("ProcessingFailure", "Callback")] == [1, 2]


def test_a_failure_that_cannot_be_written_down_is_called_back_all_the_same() -> None:
    run = MACHINE.works(
        Validate=fails_with("PermanentError"), ProcessingFailure=fails_with("KeyError")
    ).start()

    assert (run.status, run.error) == ("FAILED", "PermanentError")
    assert run.counts["Callback"] == 1


def test_a_callback_that_cannot_be_sent_changes_nothing_about_how_the_batch_ended() -> None:
    broken: Any = fails_with("PermanentError")
    assert MACHINE.works(Callback=broken).start().status == "SUCCEEDED"
    failed = MACHINE.works(Callback=broken, Consolidate=fails_with("KeyError")).start()
    assert (failed.status, failed.error) == ("FAILED", "KeyError")
