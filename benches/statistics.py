#!/usr/bin/env python3
"""statistics.py FILE: what `cargo bench --bench statistics FILE` does, with numpy and pyworkforce (pip install numpy pyworkforce)."""
import sys
import time

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

SERIES, POINTS, ROUNDS = 10_000, 100, 5


def runs(marks, length, least):
    """Points whose window of so many holds at least so many marks, the last one among them."""
    windows = sliding_window_view(np.pad(marks, ((0, 0), (length - 1, 0))), length, axis=1)
    return (windows.sum(axis=2) >= least) & marks


def signals(values):
    centre = values.mean(axis=1, keepdims=True)
    sigma = np.abs(np.diff(values, axis=1)).mean(axis=1, keepdims=True) / 1.128
    z = (values - centre) / sigma
    count = int((np.abs(z) > 3).sum())
    count += int((runs(z > 2, 3, 2) | runs(z < -2, 3, 2)).sum())
    count += int((runs(z > 1, 5, 4) | runs(z < -1, 5, 4)).sum())
    count += int((runs(z > 0, 8, 8) | runs(z < 0, 8, 8)).sum())
    return count


def best(work, rounds):
    found, times = work(), []
    for _ in range(rounds):
        begun = time.perf_counter()
        found = work()
        times.append(time.perf_counter() - begun)
    return min(times), found


values = np.fromfile(sys.argv[1]).reshape(SERIES, POINTS)
seconds, found = best(lambda: signals(values), ROUNDS)
print(f"numpy {np.__version__}: {seconds * 1e3:.1f} ms, {found} signals")

from pyworkforce.queuing import ErlangC  # noqa: E402


def staff(calls):
    erlang = ErlangC(transactions=calls, asa=20 / 60, aht=3, interval=30, shrinkage=0.3)
    return erlang.required_positions(service_level=0.8, max_occupancy=0.85)["raw_positions"]


some = 200
seconds, _ = best(lambda: [staff(20 + n) for n in range(some)], 3)
agents = sum(staff(20 + n) for n in range(some)) * (SERIES // some)
print(f"pyworkforce: {seconds * SERIES / some * 1e3:.0f} ms for {SERIES} (from {some} of them), {agents} agents")
