"""Templates: what is wrong with one, all at once; and their versions."""

from typing import Any

import pytest

from chalicelib.reels.domain.default_template import BUILT_IN
from chalicelib.reels.domain.template_rules import check

GOOD = BUILT_IN["default"].model_dump(mode="json", by_alias=True)


def problems(**changes: Any) -> dict[str, str]:
    return {one.path: one.code for one in check(GOOD | changes)[1]}


def test_the_built_in_template_is_right() -> None:
    template, found = check(GOOD)

    assert found == []
    assert template == BUILT_IN["default"]


def test_every_problem_is_told_with_its_path() -> None:
    texts = [
        {"kind": "title", "text": "${nickname} ${bib}"},
        {"kind": "shout", "text": "x", "otherwise": "${bib"},
        {"kind": "badge", "text": "", "colour": "red"},
    ]
    found = problems(texts=texts, slots=[], seconds="long", more=1)

    assert found["texts.0.text"] == "unknown_variable"
    assert found["texts.1.otherwise"] == "broken_variable"
    assert {"texts.1.kind", "texts.2.text", "texts.2.colour", "slots", "seconds", "more"} <= set(
        found
    )


@pytest.mark.parametrize("document", [None, [], "x", 7, {}, {"texts": 7}, {"texts": [7, None]}])
def test_anything_that_is_no_template_is_told(document: Any) -> None:
    template, found = check(document)

    assert template is None
    assert found


def test_contradictions_are_told() -> None:
    slow = {"kind": "wipe", "seconds": 2.0}
    found = problems(
        slots=[{"seconds": 1.0, "transition": slow}],
        card=None,
        texts=[{"kind": "title", "text": "x", "during": "card"}],
    )

    assert found == {
        "slots.0.transition.seconds": "transition_too_long",
        "texts.0.during": "never_shown",
    }


def test_a_dry_run_keeps_nothing(api: Any) -> None:
    bad = api("POST", "/templates/validate", {"name": "x", "texts": [{"text": "${who}"}]})
    unknown = api("POST", "/templates/validate", GOOD | {"music": {"materialId": "ab" * 10}})

    assert bad.json_body["valid"] is False
    assert {"slots", "texts.0.kind", "texts.0.text"} <= {
        one["path"] for one in bad.json_body["problems"]
    }
    assert [one["code"] for one in unknown.json_body["problems"]] == ["unknown_material"]
    assert api("POST", "/templates/validate", GOOD).json_body == {"valid": True, "problems": []}
    assert len(api("GET", "/templates").json_body["items"]) == 1
    api.problem(api("POST", "/templates/validate", "{"), 400, "invalid_json")


def test_a_template_is_made_changed_and_deleted(api: Any) -> None:
    made = api("POST", "/templates", {"templateId": "mine", "template": GOOD})
    assert (made.status_code, made.headers["Location"]) == (201, "/templates/mine")
    api.problem(
        api("POST", "/templates", {"templateId": "mine", "template": GOOD}), 409, "template_exists"
    )
    changed = {"version": 1, "template": GOOD | {"name": "Other"}}
    assert api("PUT", "/templates/mine", changed).json_body["version"] == 2
    api.problem(api("PUT", "/templates/mine", changed), 409, "template_changed")
    assert [one["templateId"] for one in api("GET", "/templates").json_body["items"]] == [
        "default",
        "mine",
    ]
    assert api("DELETE", "/templates/mine").status_code == 204
    api.problem(api("GET", "/templates/mine"), 404, "template_not_found")
    again = api("POST", "/templates", {"templateId": "mine", "template": GOOD})
    assert again.json_body["version"] == 3


def test_the_built_in_template_cannot_be_changed(api: Any) -> None:
    body = {"version": 1, "template": GOOD}
    api.problem(api("PUT", "/templates/default", body), 409, "template_built_in")
    api.problem(api("DELETE", "/templates/default"), 409, "template_built_in")
    api.problem(
        api("POST", "/templates", {"templateId": "default", "template": GOOD}),
        409,
        "template_exists",
    )


def test_a_template_that_could_not_be_rendered_is_not_kept(api: Any) -> None:
    bad = GOOD | {"texts": [{"kind": "title", "text": "${nobody}"}]}
    answer = api("POST", "/templates", {"templateId": "mine", "template": bad})

    body = api.problem(answer, 422, "invalid_template")
    assert body["errors"][0]["field"] == "texts.0.text"


def test_a_request_renders_all_its_reels_by_one_version(world: Any, api: Any) -> None:
    world.photo("7")
    world.photo("8")
    api("POST", "/templates", {"templateId": "mine", "template": GOOD | {"fps": 24}})
    machine = world.request(templateId="mine")
    first, second = world.extract(machine)
    world.generate(first)
    api("PUT", "/templates/mine", {"version": 1, "template": GOOD | {"fps": 60}})
    api("DELETE", "/templates/mine")

    world.generate(second)

    assert [plan.fps for plan in world.renderer.plans] == [24, 24]
    assert {row["templateVersion"] for row in world.rows().values()} == {1}
