"""`graphlens check` beside ruff, pylint, basedpyright and pylsp: the same files in the same run.

Each peer is in an environment of its own below one folder, named by GRAPHLENS_BENCH_PEERS or
`--peers`; one that is missing is left out:

    for tool in ruff pylint basedpyright; do
        python -m venv peers/$tool && peers/$tool/bin/pip install $tool
    done
    python -m venv peers/pylsp && peers/pylsp/bin/pip install 'python-lsp-server[all]'
    GRAPHLENS_BENCH_PEERS=peers python -m benchmarks.lint_peers
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.lint import text_of
from benchmarks.measure import table

ROOT = Path(__file__).parent.parent
_LSP = Path(__file__).parent / "lsp_client.py"


@dataclass(frozen=True)
class Cost:
    """What a command took: CPU and wall time in seconds, the peak memory of a process in MiB."""

    cpu: float
    wall: float
    memory: float


def cost(command: Sequence[str], folder: Path, cache: Path | None = None) -> Cost:
    """Runs a command to its end, children included."""
    paths = [str(ROOT), *filter(None, [os.environ.get("GRAPHLENS_BENCH_IMPORTABLE")])]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(paths), "NO_COLOR": "1"}
    if cache is not None:
        environment["GRAPHLENS_CACHE_DIR"] = str(cache)
    start = time.perf_counter()
    process = subprocess.Popen(
        command, cwd=folder, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    wall = time.perf_counter() - start
    return Cost(usage.ru_utime + usage.ru_stime, wall, usage.ru_maxrss / 1024)


def commands(peers: Path | None) -> dict[str, list[str]]:
    """How each tool checks the folder it is started in, with nothing kept from earlier runs."""
    ours = [sys.executable, "-m", "engine.cli", "check", "--no-cache", "--isolated", "."]
    found = {"graphlens": ours}
    if peers is None:
        return found
    scripts = "Scripts" if sys.platform == "win32" else "bin"
    known = {
        "ruff": ["ruff", "check", "--isolated", "--no-cache", "."],
        "pylint": ["pylint", "--rcfile=", "--recursive=y", "-j1", "."],
        "basedpyright": ["basedpyright", "."],
        "pylsp": [sys.executable, str(_LSP), "pylsp"],
    }
    for name, command in known.items():
        program = peers.resolve() / name / scripts / name
        if program.exists():
            at = command.index(name)
            found[name] = [*command[:at], str(program), *command[at + 1 :]]
    return found


def library() -> list[Path]:
    """The files of the standard library."""
    top = Path(sysconfig.get_paths()["stdlib"])
    left_out = {"site-packages", "__pycache__"}
    return [path for path in sorted(top.rglob("*.py")) if not left_out & set(path.parts)]


def copied(files: Sequence[Path], folder: Path) -> int:
    """Copies files, so that every tool sees them alike; answers how many lines they have."""
    top = Path(sysconfig.get_paths()["stdlib"])
    lines = 0
    for path in files:
        target = folder / path.relative_to(top)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target)
        lines += path.read_bytes().count(b"\n")
    return lines


def compare(title: str, folder: Path, lines: int, tools: dict[str, list[str]], rounds: int) -> None:
    """One table: all tools on one folder, each the best of some rounds; pylint takes one."""
    rows = []
    ours = 0.0
    for name, command in tools.items():
        times = 1 if name in ("pylint", "basedpyright", "pylsp") else rounds
        start = start_of(command)
        costs = [cost(command, folder) for _ in range(times)]
        best = min(each.cpu for each in costs)
        ours = ours or best
        rows.append(
            (
                name,
                f"{best:.2f} s",
                f"{best / lines * 1e6:.1f} ms",
                f"{max(0.0, best - start) / lines * 1e6:.1f} ms",
                f"{best / ours:.1f}",
                f"{max(each.memory for each in costs):.0f} MiB",
            )
        )
    head = ("tool", "CPU", "per 1,000 lines", "without start", "times ours", "peak of a process")
    table(title, head, rows)


def start_of(command: Sequence[str]) -> float:
    """The CPU time for one empty file."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "nothing.py").write_text("")
        return min(cost(command, Path(folder)).cpu for _ in range(2))


def whole_library(tools: dict[str, list[str]], work: Path) -> None:
    """All files of the standard library, with nothing kept and with everything kept."""
    files = library()
    lines = copied(files, work / "library")
    rows = []
    for name in ("graphlens", "ruff"):
        if name not in tools:
            continue
        kept = [part for part in tools[name] if part != "--no-cache"]
        cold = cost(tools[name], work / "library")
        cost(kept, work / "library", work / "cache")
        warm = cost(kept, work / "library", work / "cache")
        for state, each in (("cold", cold), ("kept", warm)):
            speed = f"{len(files) / each.wall:,.0f} files/s"
            rows.append((name, state, f"{each.cpu:.2f} s", f"{each.wall:.2f} s", speed))
    title = f"The standard library: {len(files):,} files, {lines:,} lines"
    table(title, ("tool", "state", "CPU", "wall", "speed"), rows)


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--peers", type=Path, default=os.environ.get("GRAPHLENS_BENCH_PEERS"))
    parser.add_argument("--files", type=int, default=40, help="library files for all tools")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--importable", type=Path, help="site-packages that pylint may look into")
    parser.add_argument("--folder", type=Path, help="only this folder of your own code")
    chosen = parser.parse_args()
    if chosen.importable:
        os.environ["GRAPHLENS_BENCH_IMPORTABLE"] = str(chosen.importable.resolve())
    tools = commands(Path(chosen.peers) if chosen.peers else None)
    if chosen.folder is not None:
        files = list(chosen.folder.rglob("*.py"))
        lines = sum(path.read_bytes().count(b"\n") for path in files)
        title = f"{chosen.folder.name}: {len(files)} files, {lines:,} lines"
        compare(title, chosen.folder, lines, tools, chosen.rounds)
        return
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        sample = random.Random(1).sample(library(), chosen.files)
        lines = copied(sample, work / "sample")
        compare(
            f"{len(sample)} files of the standard library, {lines:,} lines",
            work / "sample",
            lines,
            tools,
            chosen.rounds,
        )
        (work / "traced").mkdir()
        for number in range(10):
            (work / "traced" / f"model{number}.py").write_text(
                text_of(1_000).replace("import engine as tf", "import tensorflow as tf")
            )
        text = (work / "traced" / "model0.py").read_text()
        lines = 10 * text.count("\n")
        compare(
            f"Traced code: 10 files, {lines:,} lines", work / "traced", lines, tools, chosen.rounds
        )
        for size in (200, 1_000):
            one = work / f"one{size}"
            one.mkdir()
            text = text_of(size).replace("import engine as tf", "import tensorflow as tf")
            (one / "model.py").write_text(text)
            compare(f"One traced file, {size:,} lines", one, text.count("\n"), tools, 5)
        whole_library(tools, work)


if __name__ == "__main__":
    main()
