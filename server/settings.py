"""The user's choices: what the editor sent, by folder, with a default for everything."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

__all__ = ["EditorOptions", "SettingsStore"]

_SEVERITIES = {"error": "error", "warning": "warning", "information": "info", "info": "info",
               "hint": "info", "perf": "perf"}  # fmt: skip


@dataclass(frozen=True)
class EditorOptions:
    """Settings that the server itself looks at; the rest belongs to the rules."""

    workspace_diagnostics: bool = False
    hover_graph_code: bool = True
    code_lens: bool = True
    shape_hints: bool = True
    control_flow_hints: bool = True
    semantic_tokens: bool = True
    unused_nodes: bool = False
    debounce: float = 0.06
    run_seconds: float = 30.0
    run_megabytes: int = 2048
    worker_interpreter: str = ""
    worker_engine: str = "graphlens"

    @classmethod
    def of(cls, data: dict[str, Any]) -> EditorOptions:
        """The options in the settings an editor sent; what does not fit has its default."""
        return cls(
            workspace_diagnostics=_at(data, "diagnosticMode") == "workspace",
            hover_graph_code=_flag(data, "hover.graphCode"),
            code_lens=_flag(data, "codeLens.enabled"),
            shape_hints=_flag(data, "inlayHints.shapes"),
            control_flow_hints=_flag(data, "inlayHints.controlFlow"),
            semantic_tokens=_flag(data, "semanticTokens.enabled"),
            unused_nodes=_at(data, "graph.unusedNodes") is True,
            debounce=_number(data, "debounce", 60, 0, 2000) / 1000,
            run_seconds=_number(data, "run.timeout", 30, 0.1, 86400),
            run_megabytes=int(_number(data, "run.memory", 2048, 64, 1 << 20)),
            worker_interpreter=_text(data, "worker.interpreter"),
            worker_engine="tensorflow"
            if _at(data, "worker.engine") == "tensorflow"
            else "graphlens",
        )


class SettingsStore:
    """Settings from `initializationOptions`, notifications and `workspace/configuration`."""

    def __init__(self, start: dict[str, Any] | None = None) -> None:
        self._everywhere: dict[str, Any] = dict(start or {})
        self._folders: dict[str, dict[str, Any]] = {}
        self._cache: dict[str, tuple[dict[str, Any], str]] = {}
        self._world = 0

    def set_everywhere(self, data: object) -> None:
        """Takes settings that hold in every folder."""
        if isinstance(data, dict):
            inner = data.get("graphlens", data)
            self._everywhere = dict(inner) if isinstance(inner, dict) else {}
            self.forget()

    def set_folder(self, uri: str, data: object) -> None:
        """Takes settings of one folder."""
        self._folders[uri] = dict(data) if isinstance(data, dict) else {}
        self.forget()

    def remove_folder(self, uri: str) -> None:
        """Forgets a folder."""
        self._folders.pop(uri, None)
        self.forget()

    def forget(self) -> None:
        """Computes everything anew when next asked for."""
        self._cache.clear()

    def world_changed(self) -> None:
        """Makes every stamp another one: files beside the documents have changed."""
        self._world += 1
        self.forget()

    def data(self, uri: str = "") -> dict[str, Any]:
        """The settings as the editor sent them, for a document."""
        best = max(
            (folder for folder in self._folders if _inside(uri, folder)), key=len, default=""
        )
        return self._folders[best] if best else self._everywhere

    def options(self, uri: str = "") -> EditorOptions:
        """What the server looks at, for a document."""
        return EditorOptions.of(self.data(uri))

    def user_options(self) -> EditorOptions:
        """The same without any folder's say: limits and executables come from here alone."""
        return EditorOptions.of(self._everywhere)

    def for_rules(self, uri: str) -> tuple[dict[str, Any], str]:
        """What the rules look at, as plain data, and a stamp that differs when it differs."""
        if uri not in self._cache:
            if len(self._cache) > 500:
                self._cache.clear()
            data = _for_rules(self.data(uri))
            self._cache[uri] = (data, f"{self._world} {json.dumps(data, sort_keys=True)}")
        return self._cache[uri]


def _for_rules(data: dict[str, Any]) -> dict[str, Any]:
    severity = data.get("severity")
    named = severity.items() if isinstance(severity, dict) else ()
    off = [str(code) for code, name in named if name == "off"]
    rules: dict[str, Any] = {}
    if select := _texts(data.get("select")):
        rules["select"] = select
    if ignore := [*_texts(data.get("ignore")), *off]:
        rules["ignore"] = ignore
    if severities := [
        [str(code), _SEVERITIES[name]] for code, name in named if name in _SEVERITIES
    ]:
        rules["severity"] = severities
    return rules


def _at(data: dict[str, Any], path: str) -> Any:
    if path in data:
        return data[path]
    value: Any = data
    for name in path.split("."):
        if not isinstance(value, dict):
            return None
        value = value.get(name)
    return value


def _flag(data: dict[str, Any], path: str) -> bool:
    return _at(data, path) is not False


def _text(data: dict[str, Any], path: str) -> str:
    value = _at(data, path)
    return value if isinstance(value, str) else ""


def _texts(value: object) -> list[str]:
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []


def _number(data: dict[str, Any], path: str, default: float, least: float, most: float) -> float:
    value = _at(data, path)
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return default
    return min(max(float(value), least), most)


def _inside(uri: str, folder: str) -> bool:
    return uri == folder or uri.startswith(folder.rstrip("/") + "/")
