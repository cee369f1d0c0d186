"""Which sentences ask the same: near-duplicates merged by the pairs of characters they share.

A sentence is the set of its terms: pairs of neighbouring Chinese characters (the usual index term of Chinese without a dictionary:
J.-Y. Nie, J. Gao, J. Zhang and M. Zhou, On the use of words and n-grams for Chinese information retrieval, IRAL 2000) and words of
other scripts; what everybody says anyway is cut out before. Terms weigh their inverse document frequency. Sentences are taken the
most frequent first; each joins the group whose first sentence is nearest by cosine, or starts one (leader clustering: J. A.
Hartigan, Clustering Algorithms, 1975, ch. 3). One pass, and the same calls give the same groups. Two wordings without a pair in
common ("登录不了", "进不去账号") stay two topics.
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Mapping
from itertools import accumulate

SAME = 0.5  # cosine from which two sentences ask the same
LEAST_TERMS = 2  # fewer say too little: "可以", "密码"
COMMON_SHARE = 0.5  # terms in more than this share of all sentences say nothing about one

_EMPTY = re.compile(
    "请问一下|请问|什么时候|为什么|什么|怎么|这个|那个|就是|然后|还有|没有|现在|已经|一个|一下|可以|知道|谢谢|再见|你好|您好|不用|麻烦|"
    "[的了吗呢啊吧呀嘛哦嗯喂好对是我你您他她它们就也都还把给想要]"
)
_RUNS = re.compile(r"[\u4e00-\u9fff]+|[a-z][a-z']+")
_EMPTY_WORD = re.compile(
    "(the|an?|and|or|of|to|in|on|is|are|was|be|it|my|me|you|your|we|please|yes|no|ok|okay|thanks?|that|this|for|with|have|has|can|do|"
    "does|not|so|just|well|hello|hi|bye|what|how|when)"
)


def terms(text: str) -> frozenset[str]:
    """What a sentence is about: pairs of characters, and words of other scripts. Numbers, names of politeness and particles are
    left out."""
    found: set[str] = set()
    for run in _RUNS.findall(_EMPTY.sub(" ", text.lower())):
        if run[0] < "\u4e00":
            found |= set() if _EMPTY_WORD.fullmatch(run) else {run}
        else:
            found |= {run[n : n + 2] for n in range(len(run) - 1)}
    return frozenset(found)


def merge(counts: Mapping[str, int]) -> dict[str, str]:
    """Every sentence that says enough, with the sentence its group is called by. counts: how many calls each was said in."""
    said = {text: found for text in counts if len(found := terms(text)) >= LEAST_TERMS}
    weights = _weights(said, counts)
    vectors = {text: kept for text, found in said.items() if len(kept := found & weights.keys()) >= LEAST_TERMS}
    groups = _Groups(weights)
    order = sorted(vectors, key=lambda text: (-counts[text], text))
    return {text: groups.join(text, vectors[text]) for text in order}


def _weights(said: Mapping[str, frozenset[str]], counts: Mapping[str, int]) -> dict[str, float]:
    total = sum(counts[text] for text in said)
    seen: Counter[str] = Counter()
    for text, found in said.items():
        for term in found:
            seen[term] += counts[text]
    # A handful of sentences cannot tell what is common.
    common = total * COMMON_SHARE if total >= 20 else total
    return {term: math.log(1 + total / n) for term, n in seen.items() if n <= common}


class _Groups:
    def __init__(self, weights: Mapping[str, float]) -> None:
        self._weights = weights
        self._leaders: dict[str, tuple[frozenset[str], float]] = {}
        self._by_term: defaultdict[str, list[str]] = defaultdict(list)

    def join(self, text: str, found: frozenset[str]) -> str:
        length = math.sqrt(sum(self._weights[term] ** 2 for term in found))
        near = max(((self._cosine(found, length, leader), leader) for leader in self._candidates(found)), default=(0.0, ""))
        if near[0] >= SAME:
            return near[1]
        self._leaders[text] = (found, length)
        for term in self._telling(found):
            self._by_term[term].append(text)
        return text

    def _candidates(self, found: frozenset[str]) -> set[str]:
        return {leader for term in self._telling(found) for leader in self._by_term.get(term, ())}

    def _telling(self, found: frozenset[str]) -> list[str]:
        """The rarest terms, of which two sentences that ask the same share at least one: the others together weigh too little for a
        cosine of SAME (prefix filtering: R. J. Bayardo, Y. Ma and R. Srikant, Scaling up all pairs similarity search, WWW 2007)."""
        order = sorted(found, key=lambda term: (self._weights[term], term))
        squares = [self._weights[term] ** 2 for term in order]
        least = SAME**2 * sum(squares) - 1e-9
        left = sum(total < least for total in accumulate(squares))
        return order[left:]

    def _cosine(self, found: frozenset[str], length: float, leader: str) -> float:
        others, other_length = self._leaders[leader]
        # Rounded, since the order of a set, and so the last digit of its sum, differs from run to run.
        return round(sum(self._weights[term] ** 2 for term in found & others) / (length * other_length), 9)
