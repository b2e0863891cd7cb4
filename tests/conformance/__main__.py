"""Run the cases and say what differs: `python -m tests.conformance [PART OF NAME ...]`."""

from __future__ import annotations

import argparse
import signal
import sys
from typing import Any

from tests.conformance import answers
from tests.conformance.case import Case, load
from tests.conformance.compare import differences
from tests.conformance.observe import observe

SECONDS = 20


def stop(*_: Any) -> None:
    """A case takes too long."""
    raise TimeoutError(f"longer than {SECONDS} s")


def failures(case: Case, expected: list[Any]) -> list[str]:
    """What differs from the recorded answer; no case runs for ever."""
    signal.signal(signal.SIGALRM, stop)
    signal.alarm(SECONDS)
    try:
        return differences(case, expected, observe(case))
    finally:
        signal.alarm(0)


def main() -> int:
    """Print each case that differs and a summary for each group."""
    parser = argparse.ArgumentParser(prog="python -m tests.conformance", description=__doc__)
    parser.add_argument("parts", nargs="*", help="run the cases whose names contain one of these")
    parser.add_argument("--write-gaps", action="store_true", help="rewrite known_gaps.txt")
    parser.add_argument("-q", "--quiet", action="store_true", help="only the summary")
    options = parser.parse_args()

    recorded, cases = answers.read(), load()
    chosen = [n for n in cases if not options.parts or any(part in n for part in options.parts)]
    gaps = answers.known_gaps()
    totals: dict[str, list[int]] = {}
    for name in chosen:
        found = failures(cases[name], recorded[name]) if name in recorded else ["not recorded"]
        counts = totals.setdefault(name.partition("::")[0], [0, 0])
        counts[bool(found)] += 1
        gaps = gaps | {name} if found else gaps - {name}
        if found and not options.quiet:
            print(name, *found, sep="\n    ")
    for group, (good, bad) in totals.items():
        print(f"{group:24} {good:4} as TensorFlow  {bad:4} differ")
    print(f"{'total':24} {sum(g for g, _ in totals.values()):4}", end="")
    print(f" as TensorFlow  {sum(b for _, b in totals.values()):4} differ")
    if options.write_gaps:
        answers.write_gaps(gaps & set(cases))
    return 0


if __name__ == "__main__":
    sys.exit(main())
