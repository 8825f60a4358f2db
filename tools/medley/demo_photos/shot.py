"""What one photo is of: the scenario drawn from the deck, its light, lens and cast."""

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from medley.demo_photos.bib import Lie
from medley.demo_photos.camera import Camera
from medley.demo_photos.figure import Person
from medley.demo_photos.light import LIGHTS, Light, mirrored
from medley.demo_photos.outfit import dress
from medley.demo_photos.pose import Build, Gesture, Motion
from medley.demo_photos.theme import Theme, Wave

type Venue = Literal["avenue", "park", "waterfront"]


@dataclass(frozen=True)
class Scenario:
    """A kind of photo."""

    name: str
    light: str
    venue: Venue
    portrait: bool = False
    leaders: int = 1
    followers: int = 2
    fill: tuple[float, float] = (0.70, 0.82)
    arch: bool = False
    close: bool = False
    conditions: tuple[str, ...] = ()


DECK = (
    Scenario("leader", "clear", "avenue", portrait=True, followers=3),
    Scenario("pack", "clear", "park", leaders=3, followers=3, fill=(0.66, 0.76)),
    Scenario("finish", "clear", "avenue", leaders=2, followers=3, arch=True,
             conditions=("confetti",)),
    Scenario("golden", "golden", "waterfront", leaders=2, followers=2),
    Scenario("night", "night", "avenue", leaders=2, followers=2, conditions=("night", "flash")),
    Scenario("rain", "rain", "avenue", leaders=2, followers=2, conditions=("rain",)),
    Scenario("backlit", "backlit", "park", portrait=True, followers=2, conditions=("backlight",)),
    Scenario("crowded", "overcast", "avenue", leaders=4, followers=4, fill=(0.60, 0.68), arch=True,
             conditions=("crowded", "occlusion")),
    Scenario("panning", "clear", "avenue", followers=1, conditions=("panning", "motion_blur")),
    Scenario("close", "golden", "park", leaders=2, followers=1, close=True),
    Scenario("far", "overcast", "waterfront", leaders=1, followers=4, fill=(0.46, 0.56),
             conditions=("small",)),
    Scenario("defocus", "clear", "avenue", leaders=1, followers=2, conditions=("defocus",)),
    Scenario("pair", "overcast", "park", portrait=True, leaders=2, followers=2, fill=(0.6, 0.7)),
    Scenario("noisy", "night", "waterfront", leaders=1, followers=2,
             conditions=("night", "flash", "noise", "jpeg")),
    Scenario("shaken", "rain", "park", leaders=2, followers=2, conditions=("rain", "motion_blur")),
    Scenario("finish_portrait", "golden", "avenue", portrait=True, followers=3, arch=True,
             conditions=("confetti",)),
)  # fmt: skip


@dataclass(frozen=True)
class Actor:
    """A runner in a photo: who, where in the world (metres), and the bib."""

    person: Person
    x: float
    z: float
    wave: Wave
    number: str
    lie: Lie
    streak: tuple[float, float] = (0.0, 0.0)


@dataclass(frozen=True)
class Shot:
    """All that is decided before anything is drawn."""

    scenario: Scenario
    camera: Camera
    light: Light
    venue: Venue
    actors: tuple[Actor, ...]
    conditions: tuple[str, ...]
    clock: int
    arch_at: float | None = None
    taken: tuple[int, int, int] = (9, 30, 0)
    orientation: int = 1
    gps: bool = False
    quality: int = 88
    seed: float = 0.0


def pick_scenario(seed: int, index: int) -> Scenario:
    """The deck's card for a photo: every run of len(DECK) photos shows each once."""
    turn, place = divmod(index, len(DECK))
    order = list(range(len(DECK)))
    if turn:
        order = [int(k) for k in np.random.default_rng([seed, 77, turn]).permutation(len(DECK))]
    card = DECK[order[place]]
    if turn:
        rng = np.random.default_rng([seed, 78, index])
        venue: Venue = ("avenue", "park", "waterfront")[int(rng.integers(3))]
        card = replace(card, venue=card.venue if card.arch else venue)
    return card


def _camera(rng: np.random.Generator, card: Scenario, long_side: int) -> tuple[Camera, float]:
    """The camera, and the distance of the leaders."""
    short = round(long_side * 2 / 3)
    width, height = (short, long_side) if card.portrait else (long_side, short)
    fill = float(rng.uniform(*card.fill)) * (1.62 if card.close else 1.0)
    k = height * fill / 1.76
    focal = long_side * float(rng.uniform(2.0, 3.1))
    z = focal / k
    eye = float(rng.uniform(1.15, 1.5))
    feet = height * (float(rng.uniform(0.93, 0.97)) if not card.close else 0.14 + fill * 0.98)
    heading = float(rng.uniform(2, 9))
    if card.name in ("panning", "far", "shaken"):
        heading = float(rng.uniform(14, 26))
    heading *= (0.6 if card.portrait or card.arch else 1.0) * (1 if rng.random() < 0.5 else -1)
    aperture = {"defocus": 0.030}.get(card.name, float(rng.uniform(0.012, 0.020)))
    aperture *= 1.4 if card.portrait or card.close else 1.0
    focus = z * (2.1 if card.name == "defocus" else 1.0)
    camera = Camera(width, height, focal, eye, feet - eye * k, heading, 0.0, focus, aperture)
    lane = float(rng.uniform(-1.0, 1.0)) + z * float(np.tan(np.radians(heading)))
    return replace(camera, lane=lane), z


def _lie(rng: np.random.Generator, height: float) -> Lie:
    size = float(rng.uniform(0.215, 0.245))
    return Lie(
        x=float(rng.normal(0, 0.008)), y=height * float(rng.uniform(0.115, 0.15)), width=size,
        height=size * 0.786, turn=float(rng.normal(0, 3.5)), crumple=float(rng.uniform(0.25, 1.0)),
        seed=float(rng.random()),
    )  # fmt: skip


def _person(rng: np.random.Generator, card: Scenario, yaw: float, *, leader: bool) -> Person:
    outfit = dress(rng)
    height = float(rng.uniform(1.56, 1.74) if outfit.female else rng.uniform(1.66, 1.88))
    build = Build(
        height=height,
        shoulders=float(rng.uniform(0.93, 0.99) if outfit.female else rng.uniform(0.98, 1.06)),
        hips=float(rng.uniform(0.98, 1.06) if outfit.female else rng.uniform(0.94, 1.0)),
        girth=float(rng.uniform(0.95, 1.08)), limbs=float(rng.uniform(0.94, 1.05)),
    )  # fmt: skip
    gesture: Gesture = "run"
    chance = 0.6 if card.arch and leader else 0.08
    if rng.random() < chance:
        options: tuple[Gesture, ...] = (
            ("cheer", "wave", "watch") if card.arch else ("wave", "watch")
        )
        gesture = options[int(rng.integers(len(options)))]
    motion = Motion(
        phase=float(rng.random()), yaw=yaw + float(rng.normal(0, 6)),
        stride=float(rng.uniform(0.75, 1.15)), lean=float(rng.uniform(3, 9)),
        tilt=float(rng.normal(0, 2)), head_yaw=float(rng.normal(0, 9)),
        head_pitch=float(rng.uniform(-2, 8)), gesture=gesture,
    )  # fmt: skip
    return Person(build, motion, outfit)


def _arch_distance(rng: np.random.Generator, camera: Camera) -> float:
    """So far away that its top is in the picture, and a little of the sky above it."""
    room = camera.horizon * float(rng.uniform(0.78, 0.92))
    return max(camera.focal * (5.4 - camera.eye) / room, 2.2 * camera.focus)


def pick_light(rng: np.random.Generator, card: Scenario) -> Light:
    """The card's light, from one side or the other."""
    light = LIGHTS[card.light]
    return mirrored(light) if rng.random() < 0.5 else light


def _column(
    rng: np.random.Generator, camera: Camera, z: float, middle: float | None,
    taken: list[tuple[float, float]],
) -> float | None:  # fmt: skip
    """The pixel column with the most room of some tries; `middle` is a leader's own place."""
    best: float | None = None
    room = -np.inf
    half = 0.30 * camera.scale(z)
    for _ in range(14):
        if middle is not None:
            column = middle + float(rng.normal(0, 0.04)) * camera.width
        else:
            turn = np.radians(camera.heading)
            s = float(rng.uniform(-3.2, 3.2))
            x = float((s - camera.lane) / np.cos(turn) + z * np.tan(turn))
            column = camera.width / 2 + x * camera.scale(z)
            if not 0.05 * camera.width < column < 0.95 * camera.width:
                continue
        gap = min((abs(column - c) - half - w for c, w in taken), default=1e9)
        if gap > room:
            best, room = column, gap
    return best


def make_cast(
    rng: np.random.Generator, card: Scenario, camera: Camera, z0: float, theme: Theme
) -> tuple[Actor, ...]:
    """The runners: leaders at z0 metres, followers up to three times as far."""
    actors: dict[str, Actor] = {}
    taken: list[tuple[float, float]] = []
    odds = np.array([0.34, 0.24, 0.16, 0.06, 0.12, 0.08])
    for n in range(card.leaders + card.followers):
        leader = n < card.leaders
        near = z0 * (1 + 0.09 * float(rng.uniform(-1, 1)) + 0.05 * n)
        z = near if leader else z0 * float(rng.uniform(1.35, 2.9))
        middle = camera.width * (n + 1) / (card.leaders + 1) if leader else None
        column = _column(rng, camera, z, middle, taken)
        if column is None:
            continue
        taken.append((column, 0.30 * camera.scale(z)))
        x = camera.at(column, z)
        yaw = -camera.heading + float(np.degrees(np.arctan2(x, z)))
        person = _person(rng, card, yaw, leader=leader)
        wave = theme.waves[int(rng.choice(len(theme.waves), p=odds))]
        number = str(int(rng.integers(wave.low, wave.high + 1)))
        streak = (0.0, 0.0)
        if "motion_blur" in card.conditions and card.name != "panning":
            k = camera.scale(z) / 600
            streak = (float(rng.normal(0, 8)) * k, float(rng.uniform(5, 13)) * k)
        lie = _lie(rng, person.build.height)
        actors.setdefault(number, Actor(person, x, z, wave, number, lie, streak))
    return tuple(actors.values())


def make_shot(seed: int, index: int, theme: Theme, long_side: int | None = None) -> Shot:
    """Decide a photo. The same seed and index give the same photo, whatever else is drawn."""
    rng = np.random.default_rng([seed, index])
    card = pick_scenario(seed, index)
    size = int(rng.choice([1600, 1800, 2000, 2000, 2400]))
    camera, z0 = _camera(rng, card, long_side or size)
    light = pick_light(rng, card)
    actors = make_cast(rng, card, camera, z0, theme)
    hour = {"night": 20, "golden": 18, "backlit": 8}.get(card.light, 10)
    return Shot(
        card, camera, light, card.venue, actors, card.conditions,
        clock=int(rng.integers(2400, 9000)),
        arch_at=_arch_distance(rng, camera) if card.arch else None,
        taken=(hour, int(rng.integers(60)), int(rng.integers(60))),
        orientation=int(rng.choice([1, 1, 1, 6, 8, 3])),
        gps=bool(rng.random() < 0.3),
        quality=52 if "jpeg" in card.conditions else 88,
        seed=float(rng.random()),
    )  # fmt: skip
