"""The routes of the review in memory, for tests of its page."""

import json
from itertools import count
from typing import Any

from tests.browser_fixture import Answered, Asked
from tests.event_images_stub import Json, Stub, as_json, problem, reading

BOX = (500, 300, 620, 360)


class ReviewStub(Stub):
    """The event service with the routes of the review; `trouble` answers its next PATCHes."""

    def __init__(self, serve: Any) -> None:
        super().__init__(serve)
        self.add_event()
        self.trouble: list[Answered] = []
        self.patches: list[tuple[str, Json]] = []  # those that were stored: photo's name, body
        self.stored: dict[str, Answered] = {}  # by idempotency key
        self.undoable: dict[str, tuple[Json, Json]] = {}
        self.down = False
        self.ids = count(1)

    def doubt(self, name: str, *questions: Json) -> Json:
        """A photo with these questions."""
        photo = self.add_photo(name, version=2)
        asked = [{**one, "accepted": False, "verdict": "review"} for one in questions]
        self.read(photo, asked)
        return photo

    def _api(self, asked: Asked, parts: list[str]) -> Answered:
        if asked.method == "PATCH":
            return self._patched(asked, self.photos[parts[0]][parts[2]])
        if parts[1:] == ["review"]:
            if self.down:
                return problem(503, "stack_not_running", "No stack.")
            return self._review(asked.query)
        return super()._api(asked, parts)

    def _event(self, event_id: str) -> Json:
        return {**super()._event(event_id), "review": self.left()}

    def left(self) -> int:
        photos = self.photos["city-run"].values()
        return sum(r.get("verdict") == "review" for photo in photos for r in photo["readings"])

    def _review(self, query: dict[str, str]) -> Answered:
        names = ("imageId", "filename", "version", "width", "height", "takenAt", "bibs")
        # Like a key: what is settled before it moves nothing.
        start, limit = int(query.get("cursor", "0")), int(query["limit"])
        photos = list(self.photos["city-run"].values())
        items = []
        for photo in photos[start : start + limit]:
            if asked := [one for one in photo["readings"] if one.get("verdict") == "review"]:
                item = {name: photo[name] for name in (*names, "webUrl", "thumbUrl")}
                items.append({**item, "questions": asked})
        cursor = str(start + limit) if start + limit < len(photos) else None
        return as_json({"items": items, "cursor": cursor, "left": self.left()})

    def _patched(self, asked: Asked, photo: Json) -> Answered:
        if self.trouble:
            return self.trouble.pop(0)
        key = asked.headers["idempotency-key"]
        if key in self.stored:
            return self.stored[key]
        body = json.loads(asked.body)
        if body.get("ifVersion") not in (None, photo["version"]):
            return problem(409, "version_conflict", "The photo has changed meanwhile.")
        decision_id = f"{next(self.ids):020x}"
        if "undo" in body:
            photo, before = self.undoable.pop(body["undo"])
            photo.update(readings=before["readings"], bibs=before["bibs"])
        else:
            (one,) = body["decisions"]
            self.undoable[decision_id] = (photo, dict(photo))
            said = {"decided": one["action"], "verdict": "accepted"}
            size = (0, 0, photo["width"], photo["height"])
            readings = [r for r in photo["readings"] if r["bib"] != one["bib"]]
            if one["action"] == "reject":
                said["verdict"] = "rejected"
                readings.append({**reading(one["bib"], BOX, 0.4, False), **said})
            else:
                bib = one.get("to") or one["bib"]
                readings.append({**reading(bib, size, 1.0), **said})
            bibs = [r["bib"] for r in readings if r["accepted"]]
            photo.update(readings=readings, bibs=bibs)
        photo["version"] += 1
        self.patches.append((photo["filename"], body))
        self.stored[key] = as_json({"photo": photo, "decisionIds": [decision_id]})
        return self.stored[key]

    def decisions(self) -> list[tuple[str, str, str, str | None]]:
        """Photo's name, action, bib and the number it becomes, in the order they were stored."""
        return [
            (name, one["action"], one["bib"], one.get("to"))
            for name, body in self.patches
            for one in body.get("decisions", [])
        ]


def question(bib: str, *others: tuple[str, str | None], **more: Any) -> Json:
    return {
        **reading(bib, BOX, 0.44),
        "reasons": ["unlisted", "one_edit_away"],
        "name": None,
        "waiting": False,
        "alternatives": [
            {"bib": other, "confidence": 0.3, "name": name, "waiting": bool(name)}
            for other, name in others
        ],
        **more,
    }
