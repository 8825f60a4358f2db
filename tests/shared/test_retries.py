"""Waits between tries."""

import pytest

from shared.retries import Backoff


class Flaky:
    """Fails so many times, then gives "done"."""

    def __init__(self, failures: int) -> None:
        self.failures = failures
        self.calls = 0

    def __call__(self) -> str:
        self.calls += 1
        if self.calls <= self.failures:
            raise OSError(self.calls)
        return "done"


def test_a_call_that_works_is_made_once() -> None:
    flaky = Flaky(0)
    assert Backoff(sleep=_never).run(flaky, lambda _: True) == "done"
    assert flaky.calls == 1


def test_waits_double_up_to_a_ceiling_and_are_drawn_below_it() -> None:
    waits: list[float] = []
    backoff = Backoff(tries=6, first=1, most=5, sleep=waits.append, draw=lambda: 0.5)
    assert backoff.run(Flaky(5), lambda _: True) == "done"
    assert waits == [0.5, 1, 2, 2.5, 2.5]


def test_the_last_error_comes_out() -> None:
    flaky = Flaky(9)
    with pytest.raises(OSError, match="3"):
        Backoff(tries=3, sleep=lambda _: None).run(flaky, lambda _: True)
    assert flaky.calls == 3


def test_an_error_of_another_kind_comes_out_at_once() -> None:
    flaky = Flaky(9)
    with pytest.raises(OSError, match="1"):
        Backoff(sleep=_never).run(flaky, lambda _: False)
    assert flaky.calls == 1


def _never(_: float) -> None:
    raise AssertionError
