"""The HTTP contract of event-images as far as it is about runners, for tests of its page."""

import json
from itertools import count
from typing import Any

from tests.browser_fixture import Answered, Asked
from tests.event_images_stub import Json, Stub, as_json, paged, problem

NAMES = ("Ada Lovelace", "Grace Hopper", "Zoë Müller-Lüdenscheidt", None, "José <b>Bold</b>")


class RunnerStub(Stub):
    """A service with a start list; an import is done when it was looked at twice."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.runners: list[Json] = []
        self.start_list: Json | None = None
        self.coming: tuple[list[Json], Json | None, Json | None] | None = None
        self.last_import: Json | None = None
        self.opted_out: list[tuple[str, Json]] = []
        self.exports: dict[str, Json] = {}
        self.near: list[Json] = []
        self.posted: list[bytes] = []
        self.looks = count(1)

    def add_runners(self, number: int) -> list[Json]:
        """Runners 100, 101, ...; every third has no photo."""
        return [
            {
                "bib": str(100 + at),
                "name": NAMES[at % len(NAMES)],
                "category": "W40",
                "team": "Laufgemeinschaft Nord" if at % 2 else None,
                "finishTime": "1:02:03",
                "hasPhotos": at % 3 != 0,
            }
            for at in range(number)
        ]

    def use(self, runners: list[Json], bad: list[Json] | None = None, more: int = 0) -> None:
        """The start list that holds from now on."""
        self.runners = runners
        self.start_list = {
            "uploadedAt": "2026-05-02T10:00:00Z",
            "rows": len(runners),
            "badRows": len(bad or []) + more,
            "problems": bad or [],
            "reportUrl": f"{self.storage}/media/report" if more else None,
        }

    def _stored(self, asked: Asked) -> None:
        if b"/participants/" not in asked.body:
            super()._stored(asked)
            return
        self.posted.append(asked.body)
        assert self.coming is not None
        runners, report, error = self.coming
        if error is None:
            self.use(runners, (report or {}).get("problems"), (report or {}).get("more", 0))
        state = "FAILED" if error else "DONE"
        self.last_import = {"importId": "a" * 20, "state": state, "error": error}

    def _api(self, asked: Asked, parts: list[str]) -> Answered:
        match asked.method, parts[1:]:
            case "GET", ["participants"]:
                return self._participants(asked.query)
            case "POST", ["participants", "upload"]:
                key = f"{parts[0]}/participants/{'a' * 20}.csv"
                form = {"key": key, "Content-Type": "text/csv"}
                body = {"importId": "a" * 20, "fields": form, "url": f"{self.storage}/incoming"}
                return as_json(
                    {**body, "expiresAt": "2100-01-01T00:00:00Z", "maxBytes": 25_000_000}
                )
            case "DELETE", ["participants", bib]:
                self.opted_out.append((bib, json.loads(asked.body) if asked.body else {}))
                self.use([one for one in self.runners if one["bib"] != bib])
                return as_json(
                    {"id": "f" * 40, "at": "2026-05-02T10:00:00Z", "state": "REMOVING"}, 202
                )
            case "POST", ["exports"]:
                return as_json(self._export(json.loads(asked.body)), 202)
            case "GET", ["exports", export_id]:
                return as_json({**self.exports[export_id], **self.exports[export_id]["then"]})
            case "GET", ["photos"] if "bib" in asked.query:
                answer = super()._api(asked, parts)
                body = json.loads(answer.body)
                return as_json({**body, "near": [] if body["items"] else self.near})
        return super()._api(asked, parts)

    def _participants(self, query: dict[str, str]) -> Answered:
        found = [
            one for one in self.runners if not (query.get("withoutPhotos") and one["hasPhotos"])
        ]
        page = json.loads(paged(found, query).body)
        with_photos = sum(one["hasPhotos"] for one in self.runners)
        coverage = {
            "runners": len(self.runners),
            "withPhotos": with_photos,
            "withoutPhotos": len(self.runners) - with_photos,
            "asOf": "2026-05-02T10:00:00Z",
        }
        body = {"startList": self.start_list, "lastImport": self.last_import}
        return as_json({**page, **body, "coverage": coverage if self.start_list else None})

    def _export(self, body: Json) -> Json:
        export_id = f"{next(self.looks):020}"
        done: Json = {"state": "DONE", "url": f"{self.storage}/media/x", "size": 123_456}
        done["entries"] = 1 if body["kind"] == "zip" else 7
        if body.get("bib") == "999":
            error = {"code": "no_photos", "message": "There are no photos of this bib."}
            done = {"state": "FAILED", "error": error}
        names = dict.fromkeys(("url", "size", "entries", "error"))
        export: Json = {"exportId": export_id, "state": "PENDING", **names, "then": done, **body}
        self.exports[export_id] = export
        return {name: value for name, value in export.items() if name != "then"}


__all__ = ["RunnerStub", "problem"]
