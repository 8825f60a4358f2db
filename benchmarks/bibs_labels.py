"""Labelled photos, and how well a method read them."""

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Label:
    """What is to be read in a photo, and what may be."""

    filename: str
    bibs: frozenset[str]
    also_visible: frozenset[str]


@dataclass(frozen=True)
class Score:
    """How well a method read all photos; ``exact`` is the share without any mistake."""

    precision: float
    recall: float
    f1: float
    exact: float


def number(text: str) -> str:
    """Without zeros in front."""
    return text.strip().lstrip("0") or "0"


def numbers(texts: Iterable[str]) -> frozenset[str]:
    """Numbers without zeros in front."""
    return frozenset(number(text) for text in texts if text.strip())


def load_labels(path: Path) -> list[Label]:
    """The rows of a table of labels: ``filename,bibs,also_visible``, numbers with ``;`` between."""
    with path.open(newline="", encoding="utf-8") as file:
        return [
            Label(
                row["filename"],
                numbers(row["bibs"].split(";")),
                numbers((row.get("also_visible") or "").split(";")),
            )
            for row in csv.DictReader(file)
        ]


def score(labels: Iterable[Label], read: Mapping[str, frozenset[str]]) -> Score:
    """Compare what was read with what is there."""
    right = wrong = missed = exact = photos = 0
    for label in labels:
        found = read.get(label.filename, frozenset())
        right += len(found & label.bibs)
        wrong += len(found - label.bibs - label.also_visible)
        missed += len(label.bibs - found)
        exact += found - label.also_visible == label.bibs
        photos += 1
    precision, recall = right / max(1, right + wrong), right / max(1, right + missed)
    f1 = 2 * precision * recall / max(precision + recall, 1e-9)
    return Score(precision, recall, f1, exact / max(1, photos))
