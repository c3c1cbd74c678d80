"""The table at the end of a size: ours, theirs, how many times, what is promised, and how the cost grew."""

from __future__ import annotations

import os
from typing import Any

PROMISED = {  # work → its promise, answers a second and p95 in ms, at 100,000 and at 1,000,000 cases
    "list": ("P1", (100, 110), (90, 125)),
    "list-pairs": ("P2", (80, 140), (64, 168)),
    "list-deep": ("P2", (80, 140), (64, 168)),
    "case": ("P3", (100, 110), (80, 132)),
    "search-word": ("P4", (50, 200), (25, 400)),
    "search-phrase": ("P4", (50, 200), (25, 400)),
    "search-code": ("P4", (50, 200), (25, 400)),
    "search-tail": ("P4", (50, 200), (25, 400)),
    "submit-form": ("P5", (120, 100), (110, 110)),
    "submit-api": ("P5", (120, 100), (110, 110)),
    "accept": ("P6", (100, 110), (80, 132)),
    "dispatch": ("P6", (100, 110), (80, 132)),
    "board": ("P7", (40, 250), (32, 300)),
}
YEAR, GROWTH, MEMORY = (2.0, 8.0), 100, 300  # seconds at both sizes, MB
HEADS = (
    "ours/s",
    "p95 ms",
    "cpu ms",
    "could/s",
    "promised",
    "kept",
    "peer/s",
    "p95 ms",
    "cpu ms",
    "times",
    "cpu x",
    "grew x",
)
FORM = "{:18}{:>9}{:>8}{:>8}{:>9}{:>10}{:>6}{:>9}{:>9}{:>8}{:>8}{:>7}{:>8}"
LEGEND = (
    "cpu ms: processor time of one answer, web server and database together. could/s: what {cores} cores could answer at that\n"
    "price if nothing else ran. kept: as measured in this run, whatever else the machine did meanwhile. times: ours/s over\n"
    "peer/s. cpu x: the peer's processor time over ours. grew x: processor time over that of the smallest size of this run."
)


def table(size: int, both: dict[str, Any], seen: dict[int, dict[str, Any]]) -> None:
    """Print one size; `seen` are the sizes so far on the same database, to tell how the cost grew."""
    mine, peer, big = both["ours"], both.get("theirs", {}), size > 300_000
    first = seen[min(seen)]["ours"] if size != min(seen) else {}
    print(f"\n{size:,} cases\n" + FORM.format("", *HEADS))
    for name, (promise, usual, million) in PROMISED.items():
        if name in mine:
            print(
                FORM.format(
                    f"{promise} {name}", *_cells(mine[name], peer.get(name), million if big else usual, first.get(name))
                )
            )
    _year(mine, peer, YEAR[big])
    _memory(mine, peer)
    print(LEGEND.format(cores=os.cpu_count()))


def _cells(
    a: dict[str, Any], b: dict[str, Any] | None, promised: tuple[int, int], first: dict[str, Any] | None
) -> list[str]:
    cost, (rate, p95) = _cost(a), promised
    kept = "yes" if a["rate"] >= rate and a["p95"] <= p95 and not a["bad"] else "NO"
    found = [
        f"{a['rate']:.1f}",
        f"{a['p95']:.0f}",
        f"{cost:.1f}",
        f"{(os.cpu_count() or 1) * 1000 / cost:.0f}" if cost else "",
    ]
    found += [f"{rate}/{p95}", kept]
    if b is None:
        found += [""] * 5
    elif not b["rate"] or b["bad"]:
        found += ["none in", f"{b['p95'] / 1000:.0f} s", "", "", ""]
    else:
        more = [f"{a['rate'] / b['rate']:.1f}", f"{_cost(b) / cost:.1f}" if cost else ""]
        found += [f"{b['rate']:.1f}", f"{b['p95']:.0f}", f"{_cost(b):.1f}", *more]
    return [*found, f"{cost / _cost(first):.2f}" if first and _cost(first) else ""]


def _cost(answer: dict[str, Any]) -> float:
    """Milliseconds of processor time that one answer took."""
    return float(answer["server_cpu"] + answer["database_cpu"])


def _year(mine: dict[str, Any], peer: dict[str, Any], most: float) -> None:
    if "year" not in mine:
        return
    year, theirs = mine["year"], peer.get("year")
    took = year["figures"] + year["page"]
    kept = "yes" if took <= most and year["grown"] < GROWTH else "NO"
    beside = (
        f"; the peer's report by unit and month {theirs['p50'] / 1000:.1f} s" if theirs and not theirs["bad"] else ""
    )
    print(f"P8 a year, exact, every unit, and the rows behind a number: {took:.2f} s (promised {most:.0f} s, memory + "
          f"{year['grown']:.0f} of {GROWTH} MB) {kept}{beside}")  # fmt: skip


def _memory(mine: dict[str, Any], peer: dict[str, Any]) -> None:
    memory = mine["memory"]
    kept = "yes" if memory["shared"] <= MEMORY else "NO"
    beside = f"; the peer {peer['memory']['shared']:.0f} ({peer['memory']['resident']:.0f})" if peer else ""
    print(f"P9 memory of two workers and their master at the worst moment: {memory['shared']:.0f} MB, shared pages once "
          f"({memory['resident']:.0f} if counted in each; promised {MEMORY}) {kept}{beside}")  # fmt: skip
