"""How far two judges of the same things agree. Pure figures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence


def weighted_kappa(pairs: Sequence[tuple[str, str]], grades: Sequence[str]) -> float | None:
    """Cohen's kappa with quadratic weights (J. Cohen, Weighted kappa, Psychological Bulletin 70, 1968, 213–220): 1 − Σ w·observed ÷
    Σ w·expected, w = ((i − j) ÷ (k − 1))² over the k ordered grades. 1 is full agreement, 0 what chance gives. grades: best first;
    pairs with another grade (n/a) are left out. None when nothing can be said: no pairs, or both always the same single grade."""
    place = {grade: index for index, grade in enumerate(grades)}
    known = [(place[a], place[b]) for a, b in pairs if a in place and b in place]
    if not known or len(grades) < 2:
        return None
    first, second = Counter(a for a, _ in known), Counter(b for _, b in known)
    observed = sum((a - b) ** 2 for a, b in known)
    expected = sum((a - b) ** 2 * first[a] * second[b] for a in first for b in second) / len(known)
    return None if expected == 0 else 1 - observed / expected


def same_share(pairs: Sequence[tuple[str, str]]) -> float | None:
    """Share (0–1) of the pairs that are the same; None without pairs."""
    return sum(a == b for a, b in pairs) / len(pairs) if pairs else None
