"""`graphlens show FILE[:FUNCTION]`: the graph code of functions."""

from __future__ import annotations

import click

from engine.cli.failure import COULD_NOT_RUN, fail

__all__ = ["show"]


@click.command()
@click.argument("target", metavar="FILE[:FUNCTION]")
def show(target: str) -> None:
    """Show the graph code of a function, or of each traced function of a file. Runs nothing."""
    from engine.cli.code import print_code
    from engine.cli.target import check_function, read_target
    from engine.ide.snapshot import Snapshot

    chosen = read_target(target)
    check_function(chosen)
    snapshot = Snapshot(chosen.path, chosen.text)
    names = (
        [chosen.function]
        if chosen.function
        else [info.qualname for info in snapshot.functions if "<lambda>" not in info.qualname]
    )
    if not names and snapshot.parsed.errors:
        problem = snapshot.parsed.errors[0]
        line = snapshot.source.position(problem.span.start)[0] + 1
        fail(f"{chosen.path}:{line}: {problem.message}")
    if not names:
        fail(f"{chosen.path}: nothing in this file is traced; name a function as FILE:FUNCTION")
    bad = False
    for index, name in enumerate(names):
        code = snapshot.graph_code(name)
        bad = bad or not code.ok
        if index:
            click.echo("")
        if chosen.function and not code.ok:
            fail("\n".join(line.removeprefix("# ") for line in code.text.splitlines()))
        print_code(code.text)
    if bad:
        click.get_current_context().exit(COULD_NOT_RUN)
