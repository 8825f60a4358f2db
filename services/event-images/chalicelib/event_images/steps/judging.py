"""What readings are judged by: the event's start list, its opt-outs, and the setting."""

from chalicelib.event_images.domain.tagging import Judge
from chalicelib.event_images.ports import Dependencies
from chalicelib.event_images.steps.people import People, load_people


def judge_of(event_id: str, deps: Dependencies) -> Judge:
    """The judge of an event's readings, as of now. RetryableError."""
    return judge_by(load_people(event_id, deps), deps)


def judge_by(people: People, deps: Dependencies) -> Judge:
    """The judge by people who are loaded already."""
    start_list = people.start_list
    return Judge(
        min_confidence=deps.settings.bib_min_confidence,
        listed=None if start_list is None else start_list.__contains__,
        near=None if start_list is None else start_list.near,
        opted_out=people.opted_out,
    )
