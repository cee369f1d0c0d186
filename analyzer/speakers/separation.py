"""Two people on one channel told apart by timbre and pitch, with nothing learnt beforehand.

A mixture of Gaussians is fitted to all speech of the call; each person is that mixture with its means moved (Reynolds, Quatieri
and Dunn, "Speaker verification using adapted Gaussian mixture models", Digital Signal Processing 10, 2000) plus a spread of
pitches. Who speaks is the likeliest path between the two, changes being likely in pauses and unlikely within a breath; means and
path are found in turn, from several beginnings.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analyzer.detectors import Flags
from analyzer.speakers.mixture import Mixture, fit
from analyzer.speakers.pitch import UNVOICED, Floats
from analyzer.vad import FRAME_S

Labels = NDArray[np.int8]
"""A frame: 0 or 1, who speaks; −1 where nobody does."""

VOICES = ("voice 1", "voice 2")
"""Names of the two until their words have shown who is who."""

TWO_FROM = 1.15
"""Gain from which there are two people: one person's speech cut in two had 0.6 to 1.0, two people 1.4 to 6.7 (docs/measurements.md,
Roles)."""

COMPONENTS = 8
"""Of the mixture: with more of them it is the words that are modelled, not who says them."""
_RELEVANCE = 16.0  # Reynolds' relevance factor: frames of a component it takes to move its mean half way
_SCALE = 0.12  # neighbouring frames say much the same: each counts for so much of an independent one
_PITCH_WEIGHT = 0.6  # of the pitch beside the timbre
_PITCH_SPREAD = 3.0  # semitones (standard deviation) of one person's pitch
_PIECE_S = 1.5  # of speech looked at as a whole to begin with
_PAUSE_S = 0.2
_ROUNDS = 8
_SHORTEST_S = 3.0  # of speech; in less nobody can be known
_CHANGE_IN_PAUSE, _CHANGE_IN_GAP, _CHANGE_IN_BREATH = 0.15, 0.02, 0.0001  # chance a frame: after a pause, a short one, none


@dataclass(frozen=True)
class Separation:
    """labels: who speaks, frame by frame. clearness: how clearly, 0–1 a frame. gain: how much better two people explain the call
    than one, in nats a second of speech."""

    labels: Labels
    clearness: Floats
    gain: float

    @property
    def is_two(self) -> bool:
        """Whether there are two people who can be told apart."""
        return self.gain >= TWO_FROM


def separate(speech: Flags, cepstra: Floats, semitones: Floats) -> Separation:
    """Tell two people apart. All of one length: frames of 20 ms, cepstra shape (frames, n)."""
    places = np.flatnonzero(speech)
    labels = np.full(len(speech), -1, np.int8)
    clearness = np.zeros(len(speech), np.float32)
    if len(places) < _SHORTEST_S / FRAME_S:
        labels[places] = 0
        return Separation(labels, clearness, 0.0)
    voices = _Voices(cepstra[places], semitones[places], _change_costs(places))
    best = max((voices.search(start) for start in voices.starts()), key=lambda found: found[1])
    labels[places], clearness[places] = best[0], voices.clearness(best[0])
    return Separation(labels, clearness, best[1])


def _change_costs(places: NDArray[np.intp]) -> Floats:
    """The cost, in nats, of a change of speaker before each speech frame."""
    gap = np.diff(places, prepend=places[0]) * FRAME_S
    chance = np.where(gap >= _PAUSE_S, _CHANGE_IN_PAUSE, np.where(gap > 1.5 * FRAME_S, _CHANGE_IN_GAP, _CHANGE_IN_BREATH))
    return np.asarray(-np.log(chance / (1 - chance)), np.float32)


class _Voices:
    """The speech frames of a call, pauses cut out."""

    def __init__(self, cepstra: Floats, semitones: Floats, costs: Floats) -> None:
        self._x = (cepstra - cepstra.mean(axis=0)) / (cepstra.std(axis=0) + 1e-6)
        self._pitch, self._costs = semitones, costs
        self._mixture: Mixture = fit(self._x, COMPONENTS)
        self._share = self._mixture.shares(self._x)

    def starts(self) -> list[Labels]:
        """Beginnings: pieces of speech parted by their main direction of difference, and by pitch."""
        pieces = self._pieces()
        mean = np.stack([self._x[a:b].mean(axis=0) for a, b in pieces])
        length = np.array([b - a for a, b in pieces])
        pitch = np.array([self._typical_pitch(a, b) for a, b in pieces])
        found = []
        centred = mean - np.average(mean, axis=0, weights=length)
        _, _, directions = np.linalg.svd(centred * np.sqrt(length)[:, None], full_matrices=False)
        for scores in (*(centred @ d for d in directions[:3]), pitch):
            cut = _halves(scores, length)
            found.append(np.concatenate([np.full(b - a, side, np.int8) for (a, b), side in zip(pieces, cut, strict=True)]))
        return found

    def _typical_pitch(self, first: int, past: int) -> float:
        voiced = self._pitch[first:past][self._pitch[first:past] > UNVOICED]
        everyone = self._pitch[self._pitch > UNVOICED]
        return float(np.median(voiced if len(voiced) >= 5 else everyone)) if len(everyone) else 0.0

    def _pieces(self) -> list[tuple[int, int]]:
        cuts = [0]
        for i in range(1, len(self._x)):
            if (self._costs[i] < 5 and i - cuts[-1] > 15) or i - cuts[-1] >= _PIECE_S / FRAME_S:
                cuts.append(i)
        return list(zip(cuts, [*cuts[1:], len(self._x)], strict=True))

    def search(self, labels: Labels) -> tuple[Labels, float]:
        """The best path from a beginning, and how much better than one person it is, in nats a second."""
        for _ in range(_ROUNDS):
            found = self._path(self._difference(labels))
            if (found == labels).all():
                break
            labels = found
        return labels, self._gain(labels)

    def _scores(self, labels: Labels) -> Floats:
        """Log likelihood of each frame by each person, shape (frames, 2)."""
        scores = []
        for who in (0, 1):
            chosen = labels == who
            means = self._mixture.moved(self._x[chosen], self._share[chosen], _RELEVANCE)
            scores.append(self._mixture.fit_of(self._x, self._share, means) + _PITCH_WEIGHT * self._pitch_fit(chosen))
        return np.stack(scores, axis=1)

    def _pitch_fit(self, chosen: Flags) -> Floats:
        voiced = self._pitch > UNVOICED
        mine = self._pitch[voiced & chosen]
        if len(mine) < 25:
            return np.zeros(len(self._pitch), np.float32)
        middle = float(np.median(mine))
        off = np.clip((self._pitch - middle) / _PITCH_SPREAD, -3, 3)
        return np.where(voiced, -0.5 * off**2, 0.0).astype(np.float32)

    def _difference(self, labels: Labels) -> Floats:
        scores = self._scores(labels)
        return np.asarray(_SCALE * (scores[:, 1] - scores[:, 0]), np.float32)

    def _path(self, difference: Floats) -> Labels:
        """The likeliest sequence of two states (Viterbi)."""
        back = np.zeros((len(difference), 2), np.int8)
        a = b = 0.0
        for i, (gain, cost) in enumerate(zip(difference.tolist(), self._costs.tolist(), strict=True)):
            from_b, from_a = b - cost > a, a - cost > b
            back[i] = (from_b, not from_a)
            a, b = max(a, b - cost), max(b, a - cost) + gain
        labels = np.zeros(len(difference), np.int8)
        state = int(b > a)
        for i in range(len(difference) - 1, -1, -1):
            labels[i] = state
            state = int(back[i, state])
        return labels

    def _gain(self, labels: Labels) -> float:
        scores = self._scores(labels)
        mine = scores[np.arange(len(labels)), labels]
        alone = self._scores(np.zeros(len(labels), np.int8))[:, 0]
        return float(np.mean(mine - alone)) / FRAME_S * _SCALE

    def clearness(self, labels: Labels) -> Floats:
        """By how much each frame's person beats the other over the second around it, 0.5–1."""
        difference = self._difference(labels)
        around = np.convolve(difference, np.ones(51), mode="same") * np.where(labels == 1, 1, -1)
        return np.asarray(1 / (1 + np.exp(-np.clip(around, -30, 30))), np.float32)


def _halves(scores: Floats, length: NDArray[np.int_]) -> NDArray[np.int8]:
    """1 for the scores above the cut that parts them best (least variance within)."""
    order = np.argsort(scores)
    s, w = scores[order], length[order].astype(float)
    total, weight = np.cumsum(s * w), np.cumsum(w)
    left, right = total[:-1] / weight[:-1], (total[-1] - total[:-1]) / np.maximum(weight[-1] - weight[:-1], 1e-9)
    between = weight[:-1] * (weight[-1] - weight[:-1]) * (left - right) ** 2
    cut = s[int(np.argmax(between))] if len(between) else 0.0
    return (scores > cut).astype(np.int8)
