"""The template that is there without anybody writing one."""

from chalicelib.reels.models import Template

TEMPLATE_ID = "default"
VERSION = 1
BUILT_IN = {
    TEMPLATE_ID: Template.model_validate(
        {
            "schema": 1,
            "name": "Race day",
            "slots": [
                {"seconds": 2.4},
                {"seconds": 2.0, "transition": {"kind": "crossfade", "seconds": 0.35}},
                {"seconds": 2.0, "transition": {"kind": "slide", "seconds": 0.4}},
                {"seconds": 2.0, "transition": {"kind": "crossfade", "seconds": 0.35}},
                {"seconds": 2.0, "transition": {"kind": "wipe", "seconds": 0.4}},
                {"seconds": 2.4, "transition": {"kind": "crossfade", "seconds": 0.35}},
            ],
            "seconds": 9.0,
            "longestHold": 4.5,
            "texts": [
                {
                    "kind": "title",
                    "text": "${participantName}",
                    "subtext": "${eventName}",
                    "otherwise": "${eventName}",
                    "during": "first",
                    "position": "bottom",
                },
                {"kind": "badge", "text": "${bib}", "during": "photos", "position": "top_left"},
                {
                    "kind": "lower_third",
                    "text": "${completionTime}",
                    "subtext": "${category}",
                    "otherwise": "${completionTime}",
                    "during": "last",
                },
                {"kind": "badge", "text": "${bib}", "during": "card", "position": "top"},
                {
                    "kind": "title",
                    "text": "${completionTime}",
                    "subtext": "${participantName}",
                    "otherwise": "${participantName}",
                    "during": "card",
                    "position": "center",
                    "size": 0.15,
                    "colour": "#d3f53b",
                },
                {
                    "kind": "caption",
                    "text": "${eventName} · ${eventDate}",
                    "otherwise": "${eventName}",
                    "during": "card",
                    "position": "bottom",
                },
            ],
        }
    )
}
