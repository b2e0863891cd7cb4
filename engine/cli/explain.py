"""`graphlens explain CODE`: what a rule finds, why, and how to mend it."""

from __future__ import annotations

import click

from engine.cli.failure import fail

__all__ = ["explain"]


@click.command()
@click.argument("code", required=False)
def explain(code: str | None) -> None:
    """Explain a rule, or list all of them.

    CODE is a rule's code or name; all rules are listed without it.
    """
    from engine.lint.page import page
    from engine.lint.rule import all_rules, find_rule

    if code is None:
        for each in all_rules():
            off = "" if each.default else "  (off unless selected)"
            click.echo(f"{each.code}  {each.severity.value:8} {each.name}{off}")
        return
    found = find_rule(code)
    if found is None:
        import difflib

        names = [each.code for each in all_rules()] + [each.name for each in all_rules()]
        near = difflib.get_close_matches(code.upper(), names, 1) or difflib.get_close_matches(
            code.lower(), names, 1
        )
        hint = f"; did you mean {near[0]}?" if near else "; `graphlens explain` lists all rules"
        fail(f"there is no rule {code!r}{hint}")
    _print(page(found))


def _print(text: str) -> None:
    from engine.cli.code import is_terminal

    if not is_terminal():
        click.echo(text)
        return
    from rich.console import Console
    from rich.markdown import Markdown

    Console().print(Markdown(text))
