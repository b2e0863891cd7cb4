"""`graphlens/explain`: the page of a rule, which ships inside; also as a virtual document."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from server.feature import feature
from server.programs import NO_TEXT
from server.translate import read
from server.transport.protocol import invalid

if TYPE_CHECKING:
    from engine.ide.rules import RulePage
    from server.session import Session


@feature("graphlens/explain")
async def explain(session: Session, params: Any) -> dict[str, Any] | None:
    """A rule's page as Markdown."""
    code = params.get("code") if isinstance(params, dict) else None
    if not isinstance(code, str):
        raise invalid("code must be a text")
    page = await page_of(session, code)
    if page is None:
        return None
    return {"code": page.code, "name": page.name, "markdown": markdown(page), "href": page.url}


async def page_of(session: Session, code: str) -> RulePage | None:
    """The page of a code; None if there is no such rule."""
    from engine.ide.rules import RulePage

    answer = await session.analysis.ask(NO_TEXT, "rule_page", code[:20], urgency=0)
    return None if answer is None else read(answer, RulePage)


def markdown(page: RulePage) -> str:
    """The page as a Markdown document; its text is ours, not a user's."""
    parts = [f"# {page.code} {page.name}", page.message, page.docs]
    for bad, fixed in zip(page.bad, page.fixed, strict=True):
        parts += ["## Found", f"```python\n{bad.rstrip()}\n```"]
        if fixed:
            parts += ["## Mended", f"```python\n{fixed.rstrip()}\n```"]
    for good in page.good:
        parts += ["## Fine", f"```python\n{good.rstrip()}\n```"]
    return "\n\n".join(parts) + "\n"
