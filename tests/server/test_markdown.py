"""Nothing a user wrote becomes markup, a link or a picture in a hover."""

from __future__ import annotations

import markdown_it
import pytest

from server.markdown import escape, fence, prose

HOSTILE = [
    "<img src=x onerror=alert(1)>",
    "![x](https://example.org/x.png)",
    "[click](command:workbench.action.terminal.new)",
    "[click][ref]\n\n[ref]: https://example.org",
    "https://example.org www.example.org a@example.org",
    "</script><script>alert(1)</script>",
    "# heading\n- list\n1. one\n> quote\n***bold*** __x__ ~~y~~",
    "``` \n[x](y)\n```",
    "a `b` c [x](y) `",
    "&lt;b&gt; | table | $x$",
    "${process.env.HOME}",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_user_text_is_text(text: str) -> None:
    parser = markdown_it.MarkdownIt("gfm-like", {"html": True, "linkify": False})
    for shown in (escape(text), prose(text), fence(text), f"**{prose(text)}**"):
        rendered = parser.render(shown)
        for tag in ("<img", "<a ", "<script", "<h1", "<table", "<blockquote", "<em", "<del"):
            assert tag not in rendered, (shown, rendered)


def test_prose_knows_code_and_paragraphs() -> None:
    text = "Use `tf.print`\ninstead.\n\n    x = 1\n      y\n\nEnd."
    assert prose(text) == "Use `tf.print` instead.\n\n```python\nx = 1\n  y\n```\n\nEnd."


def test_a_fence_is_longer_than_any_in_the_text() -> None:
    assert fence("a ```` b", "python") == "`````python\na ```` b\n`````"
