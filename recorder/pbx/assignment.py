"""The assignment problem: rows and columns joined one to one so that the whole fits best.

SciPy has it (scipy.optimize.linear_sum_assignment) and would cost the recorder half of its memory; the pieces here are small.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

LARGEST = 60
"""Rows or columns of a piece solved at once, which costs its cube in time; larger ones lose their worst pairs first."""


def assign(rows: int, columns: int, costs: Mapping[tuple[int, int], float], worst: float) -> list[tuple[int, int]]:
    """Pairs (row, column), each row and column in at most one, from those that `costs` allows; the sum over all pairs of
    `worst - cost` is as large as can be, so as many as possible are joined, and nothing that costs more than `worst`."""
    allowed = {pair: cost for pair, cost in costs.items() if cost < worst}
    pairs: list[tuple[int, int]] = []
    for piece in _pieces(rows, columns, allowed):
        pairs += _solve(piece, worst)
    return sorted(pairs)


def _pieces(rows: int, columns: int, costs: Mapping[tuple[int, int], float]) -> Iterable[dict[tuple[int, int], float]]:
    """The costs split into parts that have no row or column in common, each small enough."""
    found = list(_components(rows, columns, costs))
    while found:
        piece = found.pop()
        size = max(len({row for row, _ in piece}), len({column for _, column in piece}))
        if size <= LARGEST:
            yield piece
            continue
        kept = sorted(piece.items(), key=lambda item: item[1])[: len(piece) * 3 // 4]
        found += _components(rows, columns, dict(kept))


def _components(rows: int, columns: int, costs: Mapping[tuple[int, int], float]) -> list[dict[tuple[int, int], float]]:
    parent = list(range(rows + columns))

    def root(node: int) -> int:
        while parent[node] != node:
            parent[node] = parent[parent[node]]
            node = parent[node]
        return node

    for row, column in costs:
        parent[root(row)] = root(rows + column)
    parts: dict[int, dict[tuple[int, int], float]] = {}
    for (row, column), cost in costs.items():
        parts.setdefault(root(row), {})[row, column] = cost
    return list(parts.values())


def _solve(costs: Mapping[tuple[int, int], float], worst: float) -> list[tuple[int, int]]:
    """One piece. Each row gets a column of its own that means "nobody", at the cost `worst`."""
    rows, columns = sorted({row for row, _ in costs}), sorted({column for _, column in costs})
    if len(rows) == len(columns) == 1:
        return list(costs)
    never = worst * (len(rows) + 1)
    matrix = [
        [costs.get((row, column), never) for column in columns] + [worst if alone == row else never for alone in rows]
        for row in rows
    ]
    chosen = _hungarian(matrix)
    return [(rows[at], columns[place]) for at, place in enumerate(chosen) if place < len(columns)]


def _hungarian(matrix: list[list[float]]) -> list[int]:
    """The column of each row for the least sum; at least as many columns as rows. Kuhn and Munkres with potentials, by shortest
    augmenting paths (Jonker and Volgenant, Computing 38, 1987)."""
    height, width = len(matrix), len(matrix[0])
    of_row, of_column = [0.0] * (height + 1), [0.0] * (width + 1)
    owner, way = [0] * (width + 1), [0] * (width + 1)  # counted from 1; 0: nobody
    for row in range(1, height + 1):
        owner[0], column = row, 0
        least, seen = [float("inf")] * (width + 1), [False] * (width + 1)
        while owner[column]:
            seen[column], at, step, nearest = True, owner[column], float("inf"), 0
            for other in range(1, width + 1):
                if seen[other]:
                    continue
                reduced = matrix[at - 1][other - 1] - of_row[at] - of_column[other]
                if reduced < least[other]:
                    least[other], way[other] = reduced, column
                if least[other] < step:
                    step, nearest = least[other], other
            for other in range(width + 1):
                if seen[other]:
                    of_row[owner[other]] += step
                    of_column[other] -= step
                else:
                    least[other] -= step
            column = nearest
        while column:
            owner[column], column = owner[way[column]], way[column]
    chosen = [0] * height
    for place in range(1, width + 1):
        if owner[place]:
            chosen[owner[place] - 1] = place - 1
    return chosen
