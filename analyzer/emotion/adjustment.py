"""A site's own last layer: it shifts the shipped model's logit of "angry" by what the people here have said of their own calls.

    logit' = a · logit + w · (z - c) + b

z are the features, standardised as in training; c is how the site's calm utterances look. Fitted by penalised logistic regression
around the shipped model (a = 1, w = 0, b = 0), so that few labels change little.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Doubles = NDArray[np.float64]

LIMIT = 4.0
"""Standardised features beyond this are cut: one odd clip must not decide."""
HOLD_MODEL, HOLD_FEATURES, HOLD_BIAS = 300.0, 90.0, 30.0
"""Penalties on leaving a = 1, w = 0, b = 0: the threshold moves with few labels, features only with many. Chosen over 120 draws of
labels of half the RAVDESS actors, looked at again over 200 others (docs/measurements.md)."""
NEUTRAL_SHARE = 0.8
"""Weight of calm and neutral among what is not angry: most of a call is."""
SCALES = Path(__file__).parent / "weights" / "scales.json"


@dataclass(frozen=True)
class Adjustment:
    """One machine's last layer."""

    model: float
    features: tuple[float, ...]
    centre: tuple[float, ...]
    bias: float

    def adjusted(self, angry: Doubles, z: Doubles) -> Doubles:
        """Probabilities of "angry" [n] by the shipped model, and features [n, d] standardised, to the site's probabilities."""
        inputs = np.clip(z - np.array(self.centre), -LIMIT, LIMIT)
        return sigmoid(self.model * logit(angry) + inputs @ np.array(self.features) + self.bias)


def fit(angry: Doubles, z: Doubles, labels: NDArray[np.str_]) -> Adjustment:
    """The layer for labelled clips: the shipped probabilities [n], features [n, d], and what people heard. There have to be angry
    ones and others."""
    truth, calm = labels == "angry", np.isin(labels, ("neutral", "calm"))
    centre = z[calm].mean(axis=0) if calm.any() else z[~truth].mean(axis=0)
    inputs = np.column_stack([logit(angry), np.clip(z - centre, -LIMIT, LIMIT), np.ones(len(z))])
    start = np.zeros(inputs.shape[1])
    start[0] = 1.0
    hold = np.concatenate([[HOLD_MODEL], np.full(z.shape[1], HOLD_FEATURES), [HOLD_BIAS]])
    found = _newton(inputs, truth.astype(np.float64), _weights(truth, calm), start, hold)
    return Adjustment(float(found[0]), tuple(map(float, found[1:-1])), tuple(map(float, centre)), float(found[-1]))


def _weights(truth: NDArray[np.bool_], calm: NDArray[np.bool_]) -> Doubles:
    """Half of all weight is the angry ones', NEUTRAL_SHARE of the rest the calm ones'; the mean is 1."""
    other = ~truth & ~calm
    share = NEUTRAL_SHARE if calm.any() and other.any() else float(calm.any())
    parts = ((truth, 0.5), (calm, 0.5 * share), (other, 0.5 * (1 - share)))
    weights = np.zeros(len(truth))
    for members, part in parts:
        if members.any():
            weights[members] = part / members.sum()
    return weights * len(truth)


def _newton(inputs: Doubles, truth: Doubles, weights: Doubles, start: Doubles, hold: Doubles) -> Doubles:
    found = start.copy()
    for _ in range(50):
        chance = sigmoid(inputs @ found)
        slope = inputs.T @ (weights * (chance - truth)) + hold * (found - start)
        bend = (inputs * (weights * chance * (1 - chance))[:, None]).T @ inputs + np.diag(hold)
        step = np.linalg.solve(bend, slope)
        found -= step
        if np.abs(step).max() < 1e-7:
            break
    return found


def logit(chance: Doubles) -> Doubles:
    """Log odds, of chances kept a millionth away from 0 and 1."""
    kept = np.clip(chance, 1e-6, 1 - 1e-6)
    return np.asarray(np.log(kept) - np.log1p(-kept))


def sigmoid(value: Doubles) -> Doubles:
    """The chance of log odds."""
    return np.asarray(1 / (1 + np.exp(-np.clip(value, -60, 60))))


@cache
def _scales() -> dict[str, tuple[Doubles, Doubles]]:
    table = json.loads(SCALES.read_text(encoding="utf-8"))
    return {name: (np.array(entry["mean"]), np.array(entry["sd"])) for name, entry in table.items()}


def standardised(machine: str, features: NDArray[np.floating]) -> Doubles:
    """Features [n, d] as the machine ("absolute", "relative") saw them in training."""
    mean, sd = _scales()[machine]
    return np.asarray((features - mean) / sd)


def to_json(adjustments: dict[str, Adjustment]) -> dict[str, object]:
    """As kept in a file."""
    return {name: asdict(one) for name, one in adjustments.items()}


def from_json(table: dict[str, dict[str, object]]) -> dict[str, Adjustment]:
    """The other way round. Raises ValueError, KeyError or TypeError when the file is none of ours."""
    return {
        name: Adjustment(
            float(str(one["model"])),
            tuple(map(float, one["features"])),  # type: ignore[call-overload]
            tuple(map(float, one["centre"])),  # type: ignore[call-overload]
            float(str(one["bias"])),
        )
        for name, one in table.items()
    }
