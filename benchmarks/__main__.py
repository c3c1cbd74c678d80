"""All benchmarks, or those named: `python -m benchmarks [name …]`; what follows `--` goes to each of them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent


def known() -> dict[str, list[str]]:
    """Name → command. A benchmark is a file, or a folder with a `__main__.py`."""
    files = {p.stem: [str(p)] for p in sorted(HERE.glob("*.py")) if not p.stem.startswith("_")}
    folders = {p.parent.name: ["-m", f"benchmarks.{p.parent.name}"] for p in sorted(HERE.glob("*/__main__.py"))}
    return files | folders


def main() -> int:
    wanted, passed = sys.argv[1:], list[str]()
    if "--" in wanted:
        cut = wanted.index("--")
        wanted, passed = wanted[:cut], wanted[cut + 1 :]
    commands = known()
    if unknown := [name for name in wanted if name not in commands]:
        print(f"No benchmark called {', '.join(unknown)}; there are {', '.join(commands)}.", file=sys.stderr)
        return 2
    worst = 0
    for name in wanted or commands:
        print(f"\n=== {name}", flush=True)
        worst = max(worst, subprocess.run([sys.executable, *commands[name], *passed], cwd=HERE.parent).returncode)
    return worst


if __name__ == "__main__":
    sys.exit(main())
