"""The event of a set of photos: its name, colours, start numbers and (invented) sponsors."""

from dataclasses import dataclass

import numpy as np

SPONSORS = (
    "Orvello", "TARNMOOR", "Brimsel", "quillow", "FENNIC", "Vantoro", "LUMBRIX", "Osprel",
    "Cadrowa", "PELTINE", "Mirabo", "SKADDER",
)  # fmt: skip
EVENTS = (
    "HARBOUR RUN", "LAKESIDE TEN", "CITY RUN", "OLD TOWN HALF", "RIVER MILE", "CANAL TEN",
    "SPRING RUN", "CITY RUN",
)  # fmt: skip
PALETTES = (
    ("#d8343f", "#1d3557", "#f4f1ea"),
    ("#0f7c8a", "#12303f", "#f6f3ea"),
    ("#2c55c7", "#1b2347", "#f5f6f2"),
    ("#e2572b", "#2a2f45", "#f7f2e8"),
)
DIGITS = ("#15161a", "#15161a", "#15161a", "#b3202c", "#1b3f94", "#14532d")
STYLES = ("grotesk", "condensed", "block", "round")


@dataclass(frozen=True)
class Wave:
    """A start group: what its bibs look like."""

    name: str
    strip: str
    card: str
    digits: str
    style: str
    low: int
    high: int


@dataclass(frozen=True)
class Theme:
    """One event."""

    name: str
    year: int
    main: str
    dark: str
    pale: str
    sponsors: tuple[str, ...]
    waves: tuple[Wave, ...]

    @property
    def title(self) -> str:
        """The name as it is printed, with its year."""
        return f"{self.name} {self.year}"


def make_theme(seed: int) -> Theme:
    """The event of a seed."""
    rng = np.random.default_rng([seed, 9001])
    main, dark, pale = PALETTES[int(rng.integers(len(PALETTES)))]
    sponsors = tuple(str(x) for x in rng.permutation(np.array(SPONSORS))[:6])
    digits = tuple(str(x) for x in rng.permutation(np.array(DIGITS)))
    styles = tuple(str(x) for x in rng.permutation(np.array(STYLES)))
    waves = (
        Wave("10 K", main, "#f7f6f1", digits[0], styles[0], 1000, 4999),
        Wave("HALF", dark, "#f5f5f3", digits[1], styles[1], 5000, 9999),
        Wave("5 K", "#f2b233", "#faf3d9", digits[2], styles[2], 100, 999),
        Wave("ELITE", "#15161a", "#f4f4f4", "#15161a", styles[0], 1, 60),
        Wave("42 K", "#2f8f5b", "#f2f7f1", digits[3], styles[3], 10000, 15999),
        Wave("TEAM", main, main, "#fafafa", styles[1], 600, 8999),
    )
    return Theme(EVENTS[seed % len(EVENTS)], 2026, main, dark, pale, sponsors, waves)
