"""How sure a figure is, and whether two differ by more than chance. All intervals are two-sided; z is the standard normal deviate.

Rates by Wilson's interval, means and ratios by Student's t, counts by Byar's approximation of the exact Poisson interval.
"""

from __future__ import annotations

import math
from statistics import NormalDist

CONFIDENCE = 0.95
Z = NormalDist().inv_cdf(0.5 + CONFIDENCE / 2)
Interval = tuple[float, float]

EXACT_BELOW = 50
"""Expected counts below which the normal distribution is no good far out in the tails, where many comparisons look."""

LEAST_VALUES = 30
"""Values of which a mean is compared at all: waits and lengths of calls are too skewed for fewer."""


def wilson(hits: int, n: int, z: float = Z) -> Interval | None:
    """The interval of a rate (0–1) of which `hits` of `n` were seen; None for n = 0. E. B. Wilson, Probable inference, the law of
    succession, and statistical inference, J. Am. Stat. Assoc. 22 (1927) 209–212; recommended by L. D. Brown, T. T. Cai and
    A. DasGupta, Statistical Science 16 (2001) 101–133."""
    if n <= 0:
        return None
    rate, square = hits / n, z * z
    middle = (rate + square / (2 * n)) / (1 + square / n)
    half = z / (1 + square / n) * math.sqrt(rate * (1 - rate) / n + square / (4 * n * n))
    return max(0.0, middle - half), min(1.0, middle + half)


def t_quantile(degrees: float, confidence: float = CONFIDENCE) -> float:
    """Student's t for a two-sided confidence, by the expansion in the normal deviate of Abramowitz and Stegun, Handbook of
    Mathematical Functions, 26.7.5; within 0.4 % from 4 degrees of freedom on, infinite below."""
    if degrees < 4:
        return math.inf
    x = NormalDist().inv_cdf(0.5 + confidence / 2)
    terms = (
        x, (x**3 + x) / 4, (5 * x**5 + 16 * x**3 + 3 * x) / 96, (3 * x**7 + 19 * x**5 + 17 * x**3 - 15 * x) / 384,
        (79 * x**9 + 776 * x**7 + 1482 * x**5 - 1920 * x**3 - 945 * x) / 92160,
    )  # fmt: skip
    return sum(term / degrees**power for power, term in enumerate(terms))


def standard_error(n: int, total: float, squares: float) -> float | None:
    """Of the mean of n values with this sum and sum of squares; None for fewer than two."""
    if n < 2:
        return None
    variance = max(0.0, squares - total * total / n) / (n - 1)
    return math.sqrt(variance / n)


def around(value: float, error: float | None, degrees: float) -> Interval | None:
    """value ± t × its standard error; None when that says nothing."""
    reach = math.inf if error is None else t_quantile(degrees) * error
    return (value - reach, value + reach) if math.isfinite(reach) else None


def ratio_error(ratio: float, bottom: float, units: int, moments: tuple[float, float, float]) -> float | None:
    """Standard error of a ratio of totals (Σtop ÷ Σbottom) over units such as days of an agent; None for fewer than two. moments:
    Σtop², Σtop·bottom, Σbottom². The linearised variance of W. G. Cochran, Sampling Techniques, 3rd ed. 1977, 6.3, without finite
    correction."""
    if units < 2 or not bottom:
        return None
    top2, cross, bottom2 = moments
    residues = max(0.0, top2 - 2 * ratio * cross + ratio * ratio * bottom2)
    return math.sqrt(residues * units / (units - 1)) / bottom


def poisson(count: int, z: float = Z) -> Interval:
    """The interval of an expected number of events when `count` were seen. Byar's approximation: N. E. Breslow and N. E. Day,
    Statistical Methods in Cancer Research II, 1987, 2.3."""
    low = count * (1 - 1 / (9 * count) - z / (3 * math.sqrt(count))) ** 3 if count else 0.0
    more = count + 1
    return max(0.0, low), more * (1 - 1 / (9 * more) + z / (3 * math.sqrt(more))) ** 3


def two_rates(hits: int, n: int, others: int, m: int) -> float | None:
    """How far two rates lie apart as a normal deviate; None when nothing can be said. By the two-proportion z-test with pooled
    variance where all four counts are expected to be EXACT_BELOW or more, else by Fisher's exact test."""
    if not n or not m:
        return None
    pooled = (hits + others) / (n + m)
    if min(n, m) * min(pooled, 1 - pooled) < EXACT_BELOW:
        return _fisher(hits, n, others, m)
    error = math.sqrt(pooled * (1 - pooled) * (1 / n + 1 / m))
    return (hits / n - others / m) / error


def _fisher(hits: int, n: int, others: int, m: int) -> float:
    """The deviate whose one-sided probability is that of the hypergeometric tail beyond `hits` (R. A. Fisher, J. R. Stat. Soc. 85
    (1922) 87–94)."""
    above = hits * m >= others * n
    tail = _tail(hits, n, others, m) if above else _tail(n - hits, n, m - others, m)
    deviate = -NormalDist().inv_cdf(min(max(tail, 1e-300), 0.5))
    return deviate if above else -deviate


def _tail(hits: int, n: int, others: int, m: int) -> float:
    """Probability of `hits` or more among n of n + m, of whom hits + others are hit at all."""
    hit, missed = hits + others, n + m - hits - others
    logs = _log_choose(hit, hits) + _log_choose(missed, n - hits) - _log_choose(n + m, n)
    term = total = math.exp(logs)
    for k in range(hits, min(n, hit)):
        term *= (hit - k) * (n - k) / ((k + 1) * (missed - n + k + 1))
        total += term
        if term < total * 1e-16:
            break
    return total


def _log_choose(n: int, k: int) -> float:
    return math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)


def two_means(sums: tuple[int, float, float], others: tuple[int, float, float]) -> float | None:
    """How far two means lie apart, in standard errors of their pooled variance; None for fewer than LEAST_VALUES of either. sums,
    others: how many values, their sum, the sum of their squares."""
    (n, total, squares), (m, total2, squares2) = sums, others
    if min(n, m) < LEAST_VALUES:
        return None
    within = squares - total * total / n + squares2 - total2 * total2 / m
    error = math.sqrt(max(0.0, within) / (n + m - 2) * (1 / n + 1 / m))
    return (total / n - total2 / m) / error if error else None


def two_values(value: float, error: float, other: float, other_error: float) -> float | None:
    """z between two independent values of known standard errors (B. L. Welch, Biometrika 34 (1947) 28–35, for large samples)."""
    both = math.hypot(error, other_error)
    return (value - other) / both if both else None


def two_counts(count: int, time: float, other: int, other_time: float) -> float | None:
    """z between two Poisson rates: events over their times; conditional on their sum, as J. Przyborowski and H. Wilenski,
    Biometrika 31 (1940) 313–323, with the normal approximation of the binomial."""
    events = count + other
    if not events or not time or not other_time:
        return None
    share = time / (time + other_time)
    return (count - events * share) / math.sqrt(events * share * (1 - share))


def p_value(z: float) -> float:
    """Two-sided probability of a deviate at least as far out."""
    return math.erfc(abs(z) / math.sqrt(2))
