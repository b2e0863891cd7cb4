"""A graph as a Mermaid flow chart, which many Markdown pages show."""

from __future__ import annotations

from itertools import count
from typing import Any

from engine.cli.pictures.words import edges_of, lines_of

__all__ = ["write"]

_SHAPES = {"input": ('(["', '"])'), "constant": ('["', '"]'), "output": ('[["', '"]]')}
_ENTITIES = {
    "#": "#35;", "&": "#38;", '"': "#34;", "<": "#60;", ">": "#62;", "`": "#96;", "\\": "#92;",
    "{": "#123;", "}": "#125;",
}  # fmt: skip


def write(picture: dict[str, Any]) -> str:
    """A `flowchart`; control edges are dotted, edges carry dtype and shape."""
    return "flowchart TD\n" + "".join(f"{line}\n" for line in _Writer().body(picture, "  "))


class _Writer:
    """Gives each node a name of its own: identifiers of graphs may hold anything."""

    def __init__(self) -> None:
        self._serial = count()
        self._names: dict[str, str] = {}

    def body(self, graph: dict[str, Any], indent: str) -> list[str]:
        lines: list[str] = []
        for node in graph["nodes"]:
            lines.extend(self._node(node, indent))
        for start, end, control, label in edges_of(graph):
            arrow = "-.->" if control else f'-->|"{_escaped(label)}"|' if label else "-->"
            lines.append(f"{indent}{self._names[start]} {arrow} {self._names[end]}")
        return lines

    def _node(self, node: dict[str, Any], indent: str) -> list[str]:
        name = self._names[node["id"]] = f"n{next(self._serial)}"
        label = "<br/>".join(map(_escaped, lines_of(node)))
        opening, closing = _SHAPES.get(node["kind"], ('["', '"]'))
        own = f"{indent}{name}{opening}{label}{closing}"
        if not node["graphs"]:
            return [own]
        lines = [f'{indent}subgraph {name}_box["{label}"]', "  " + own]
        for number, (part, inner) in enumerate(node["graphs"].items()):
            lines.append(f'{indent}  subgraph {name}_{number}["{_escaped(part)}"]')
            lines.extend(self.body(inner, indent + "    "))
            lines.append(f"{indent}  end")
        lines.append(f"{indent}end")
        return lines


def _escaped(text: str) -> str:
    return "".join(_ENTITIES.get(character, character) for character in text)
