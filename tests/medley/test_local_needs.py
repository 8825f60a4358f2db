"""A service whose stack names another one's resources comes after it, or does without."""

from medley.deploy.services import NEEDS, ORDER, find_services
from medley.deploy.template import load_template
from medley.local.rollout import parameter_of
from medley.paths import SERVICES


def test_needed_services_exist_and_come_first() -> None:
    for slug, needed in NEEDS.items():
        for other in needed:
            assert ORDER.index(other) < ORDER.index(slug)
            assert (SERVICES / other / "app.py").is_file()


def test_each_need_can_be_done_without_by_a_parameter() -> None:
    for service in find_services(SERVICES):
        parameters = load_template(service.template).get("Parameters", {})
        for needed in service.needs:
            assert "no" in parameters[parameter_of(needed)]["AllowedValues"]


def test_the_name_of_a_parameter() -> None:
    assert parameter_of("event-images") == "EventImages"
