"""A graph in Graphviz's language: branches and bodies are clusters."""

from __future__ import annotations

from typing import Any

from engine.cli.pictures.words import edges_of, lines_of, title_of

__all__ = ["write"]

_STYLES = {
    "input": 'shape=box, style="rounded,filled", fillcolor="#dcefdc"',
    "constant": 'shape=box, style="rounded,filled", fillcolor="#eeeeee"',
    "output": 'shape=box, style="filled,bold", fillcolor="#dbe7fb"',
    "op": 'shape=box, style="filled", fillcolor="#ffffff"',
}


def write(picture: dict[str, Any]) -> str:
    """A `digraph`; control edges are dashed, edges carry dtype and shape."""
    lines = [
        f"digraph {_quoted(picture['name'])} {{",
        '  graph [rankdir=TB, fontname="sans-serif", compound=true];',
        '  node [fontname="monospace", fontsize=10];',
        '  edge [fontname="monospace", fontsize=8, color="#555555"];',
        *_body(picture, "  "),
        "}",
    ]
    return "\n".join(lines) + "\n"


def _body(graph: dict[str, Any], indent: str) -> list[str]:
    lines: list[str] = []
    for node in graph["nodes"]:
        lines.extend(_node(node, indent))
    for start, end, control, label in edges_of(graph):
        style = 'style=dashed, color="#999999"' if control else f"label={_quoted(label)}"
        lines.append(f"{indent}{_quoted(start)} -> {_quoted(end)} [{style}];")
    return lines


def _node(node: dict[str, Any], indent: str) -> list[str]:
    label = _quoted("\n".join(lines_of(node)))
    own = (
        f"{indent}{_quoted(node['id'])} [label={label}, tooltip={_quoted(title_of(node))}, "
        f"{_STYLES.get(node['kind'], _STYLES['op'])}];"
    )
    if not node["graphs"]:
        return [own]
    lines = [f"{indent}subgraph {_quoted('cluster ' + node['id'])} {{", f"{indent}  label={label};"]
    lines.append("  " + own)
    for name, inner in node["graphs"].items():
        lines.append(f"{indent}  subgraph {_quoted(' '.join(('cluster', node['id'], name)))} {{")
        lines.append(f'{indent}    label={_quoted(name)}; style="rounded,dotted";')
        lines.extend(_body(inner, indent + "    "))
        lines.append(f"{indent}  }}")
    lines.append(f"{indent}}}")
    return lines


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'
