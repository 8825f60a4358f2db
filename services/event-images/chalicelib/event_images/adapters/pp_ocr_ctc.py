"""What a line may say, by the probabilities that the recogniser gives each step of it.

The network says, for each of a line's narrow steps, which character is there or that none is
(CTC: repeats are one character, an empty step separates). A number can come about in many ways,
so its probability is the sum over all of them, and the best number is searched for with all
its rivals, rather than taken step by step.
"""

from collections import defaultdict

import numpy as np
from numpy.typing import NDArray

# Steps of a line: rows of (nothing, 0, 1, ..., 9), each a probability. What a row lacks to 1 is
# the probability of something that is no digit.
Steps = NDArray[np.float64]

BEAM = 8  # how many numbers are followed at once
LEAST_STEP = 0.005  # of a digit at a step, to be followed
LEAST_CHANCE = 0.001


def probability(steps: Steps, digits: str) -> float:
    """That a line says these digits and nothing else, 0 to 1."""
    if not len(steps):
        return 0.0
    labels = np.zeros(2 * len(digits) + 1, dtype=np.int64)
    labels[1::2] = [int(digit) + 1 for digit in digits]
    # From one digit to the next without an empty step, if they differ.
    jumps = np.zeros(len(labels))
    jumps[2:] = (labels[2:] != 0) & (labels[2:] != labels[:-2])
    reached = np.zeros(len(labels))
    reached[:2] = steps[0, labels[:2]]
    for step in steps[1:]:
        before = reached.copy()
        before[1:] += reached[:-1]
        before[2:] += jumps[2:] * reached[:-2]
        reached = before * step[labels]
    return float(reached[-2:].sum())


def numbers(steps: Steps, most: int = 4) -> list[tuple[str, float]]:
    """The likeliest numbers of a line with their probabilities, best first (a beam search).

    Args:
        steps: Of the line.
        most: How many numbers.
    """
    beam: dict[str, tuple[float, float]] = {"": (1.0, 0.0)}  # ends with nothing; with its digit
    for step in steps:
        likely = [(str(i), float(step[i + 1])) for i in range(10) if step[i + 1] >= LEAST_STEP]
        nothing = float(step[0])
        after: dict[str, list[float]] = defaultdict(lambda: [0.0, 0.0])
        for number, (empty, filled) in beam.items():
            after[number][0] += (empty + filled) * nothing
            for digit, chance in likely:
                if number.endswith(digit):
                    after[number][1] += filled * chance
                    after[number + digit][1] += empty * chance
                else:
                    after[number + digit][1] += (empty + filled) * chance
        best = sorted(after.items(), key=lambda item: (-sum(item[1]), item[0]))[:BEAM]
        beam = {number: (empty, filled) for number, (empty, filled) in best}
    found = [(number, sum(ends)) for number, ends in beam.items() if number]
    found.sort(key=lambda item: (-item[1], item[0]))
    return [(number, chance) for number, chance in found[:most] if chance >= LEAST_CHANCE]
