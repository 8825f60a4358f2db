"""The name that makes a repeat the same request."""

from hypothesis import given
from hypothesis import strategies as st

from shared.idempotency import execution_name

TEXT = st.text(st.characters(exclude_categories=["Cs"]))


@given(TEXT, TEXT, TEXT)
def test_a_name_is_what_step_functions_takes_and_always_the_same(
    owner: str, route: str, key: str
) -> None:
    name = execution_name(owner, route, key)
    assert len(name) == 40
    assert set(name) <= set("0123456789abcdef")
    assert execution_name(owner, route, key) == name


@given(st.tuples(TEXT, TEXT, TEXT), st.tuples(TEXT, TEXT, TEXT))
def test_different_requests_have_different_names(
    one: tuple[str, str, str], two: tuple[str, str, str]
) -> None:
    assert (execution_name(*one) == execution_name(*two)) == (one == two)


def test_the_borders_between_the_parts_count() -> None:
    names = {
        execution_name(*parts)
        for parts in [("a", "bc", "d"), ("ab", "c", "d"), ("a", "b", "cd"), ("", "abc", "d")]
    }
    assert len(names) == 4


def test_without_a_key_each_request_is_a_new_one() -> None:
    names = {execution_name("e1", "process", None) for _ in range(100)}
    assert len(names) == 100
    assert all(len(name) == 32 and name.isalnum() for name in names)


def test_the_name_stays_the_same_from_release_to_release() -> None:
    # A request repeated over a deployment must find its job.
    assert execution_name("e1", "process", "k") == "37490fa1b99dc0c2be5f4cfea509d12f539afaee"
