"""A service's log is its routes' and its functions', in the order of time."""

from itertools import islice
from pathlib import Path

import pytest

from medley.local.layout import Layout
from medley.local.logs import ServiceLogs


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    made = Layout(tmp_path)
    made.prepare(keep=False, port=1)
    return made


def write(path: Path, *lines: str) -> None:
    with path.open("a") as log:
        log.writelines(f"2026-01-01T00:00:0{line}\n" for line in lines)


def test_lines_of_routes_and_functions_come_in_the_order_of_time(layout: Layout) -> None:
    write(layout.log("parcels"), "1.000Z GET /", "3.000Z GET /health")
    write(layout.function_logs / "parcels-local-weigh.log", "2.000Z weighed")
    write(layout.function_logs / "letters-local-weigh.log", "2.500Z of another service")
    logs = ServiceLogs(layout, "parcels", "parcels-local-")
    assert [(line.source, line.text) for line in logs.new_lines()] == [
        ("routes", "GET /"),
        ("weigh", "weighed"),
        ("routes", "GET /health"),
    ]
    assert logs.new_lines() == []


def test_following_goes_on_where_it_stopped_and_leaves_half_lines(layout: Layout) -> None:
    logs = ServiceLogs(layout, "parcels", "parcels-local-")
    write(layout.log("parcels"), "1.000Z one")
    with layout.log("parcels").open("a") as log:
        log.write("2026-01-01T00:00:02.000Z hal")
    lines = logs.follow()
    assert [line.text for line in islice(lines, 1)] == ["one"]
    with layout.log("parcels").open("a") as log:
        log.write("f\n")
    write(layout.function_logs / "parcels-local-new.log", "3.000Z new")
    assert [line.text for line in islice(lines, 2)] == ["half", "new"]


def test_a_service_that_never_ran_has_no_lines(tmp_path: Path) -> None:
    assert ServiceLogs(Layout(tmp_path), "parcels", "parcels-local-").new_lines() == []
