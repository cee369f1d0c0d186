"""A mixture of Gaussians with diagonal variances, fitted to one call's frames."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analyzer.speakers.pitch import Floats

_ROUNDS = 8
_LEAST_VARIANCE = 0.05  # of frames whose variance is one
_MOST_FRAMES = 20_000  # 400 s of speech are enough to know how a call sounds


@dataclass(frozen=True)
class Mixture:
    """weights: shape (k,). means, variances: shape (k, n)."""

    weights: Floats
    means: Floats
    variances: Floats

    def shares(self, x: Floats) -> Floats:
        """Each component's share in each frame, shape (frames, k), rows summing to 1."""
        logs = self._logs(x)
        logs -= logs.max(axis=1, keepdims=True)
        shares = np.exp(logs)
        return np.asarray(shares / shares.sum(axis=1, keepdims=True), np.float32)

    def _logs(self, x: Floats) -> Floats:
        inverse = 1 / self.variances
        constant = np.log(self.weights) - 0.5 * np.log(self.variances).sum(axis=1) - 0.5 * (self.means**2 * inverse).sum(axis=1)
        return np.asarray(constant - 0.5 * x**2 @ inverse.T + x @ (self.means * inverse).T, np.float32)

    def moved(self, x: Floats, shares: Floats, relevance: float) -> Floats:
        """The means as one person's frames move them, shape (k, n)."""
        count = shares.sum(axis=0)[:, None]
        return np.asarray((shares.T @ x + relevance * self.means) / (count + relevance), np.float32)

    def fit_of(self, x: Floats, shares: Floats, means: Floats) -> Floats:
        """Log likelihood of each frame with these means, up to what all means have in common; shares kept as they are."""
        pull = means / self.variances
        return np.asarray((shares * (x @ pull.T - 0.5 * (means * pull).sum(axis=1))).sum(axis=1), np.float32)


def fit(x: Floats, components: int) -> Mixture:
    """Fit by expectation and maximisation from frames taken evenly over the call; the same frames give the same mixture."""
    x = x[:: -(-len(x) // _MOST_FRAMES)]
    components = max(1, min(components, len(x) // 50))
    means = x[np.linspace(0, len(x) - 1, components).astype(int)]
    mixture = Mixture(np.full(components, 1 / components, np.float32), means, np.ones_like(means))
    for _ in range(_ROUNDS):
        mixture = _maximised(x, mixture.shares(x))
    return mixture


def _maximised(x: Floats, shares: Floats) -> Mixture:
    count = shares.sum(axis=0) + 1e-3
    means = shares.T @ x / count[:, None]
    variances = np.maximum(shares.T @ x**2 / count[:, None] - means**2, _LEAST_VARIANCE)
    return Mixture((count / count.sum()).astype(np.float32), means.astype(np.float32), variances.astype(np.float32))
