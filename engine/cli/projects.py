"""The settings of a file: those of the nearest project, with the command line's over them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import NamedTuple

from engine.base.options import Settings
from engine.base.project import BadProject, find_project, read_project
from engine.cli.failure import fail

__all__ = ["Choices", "Projects"]

_WITHOUT_RULE = ("GR001", "GR002", "GR003", "GR004")


class Choices(NamedTuple):
    """What the command line says about settings.

    Attributes:
        config: The project file to take for all files, in place of the nearest ones.
        isolated: Whether no project file counts.
    """

    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    extend_select: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    extend_exclude: tuple[str, ...] = ()
    config: Path | None = None
    isolated: bool = False


@dataclass
class Projects:
    """Settings by folder, each project file read once; a mistake in one ends the command."""

    choices: Choices
    _by_file: dict[Path | None, Settings] = field(default_factory=dict)
    _by_folder: dict[Path, Settings] = field(default_factory=dict)

    def of(self, path: Path) -> Settings:
        """The settings of a file or folder, which need not exist."""
        folder = (path if path.is_dir() else path.parent).absolute()
        if folder not in self._by_folder:
            self._by_folder[folder] = self._read(self._project(folder))
        return self._by_folder[folder]

    def forget(self) -> None:
        """Reads the project files again when they are next asked for."""
        self._by_file.clear()
        self._by_folder.clear()

    def _project(self, folder: Path) -> Path | None:
        if self.choices.isolated:
            return None
        if self.choices.config is not None:
            return self.choices.config
        return find_project(folder if folder.is_dir() else Path.cwd())

    def _read(self, file: Path | None) -> Settings:
        if file not in self._by_file:
            try:
                found = Settings() if file is None else read_project(file)
            except BadProject as error:
                fail(str(error))
            ignored = [code for _, codes in found.per_file_ignores for code in codes]
            named = [*found.select, *found.ignore, *found.extend_select, *ignored]
            _check_codes(str(file), [*named, *(code for code, _ in found.severity)])
            self._by_file[file] = self._with_choices(found)
        return self._by_file[file]

    def _with_choices(self, found: Settings) -> Settings:
        choices = self.choices
        named = (*choices.select, *choices.ignore, *choices.extend_select)
        _check_codes("the command line", named)
        return replace(
            found,
            select=choices.select or found.select,
            ignore=(*found.ignore, *choices.ignore),
            extend_select=(*found.extend_select, *choices.extend_select),
            exclude=choices.exclude or found.exclude,
            extend_exclude=(*found.extend_exclude, *choices.extend_exclude),
        )


def _check_codes(where: str, codes: Iterable[str]) -> None:
    """Ends the command at a code that no rule has and that is no prefix of one."""
    named = [code for code in codes if code not in ("ALL", "GR")]
    if not named:
        return
    from engine.lint.rule import all_rules

    known = [*_WITHOUT_RULE, *(rule.code for rule in all_rules())]
    names = {rule.name: rule.code for rule in all_rules()}
    for code in named:
        if any(each.startswith(code) for each in known) and code.startswith("GR"):
            continue
        if code.lower() in names:
            hint = f"its code is {names[code.lower()]}"
        else:
            import difflib

            near = difflib.get_close_matches(code.upper(), known, 1)
            hint = f"did you mean {near[0]}?" if near else "`graphlens explain` lists all rules"
        fail(f"{where}: there is no rule {code!r}; {hint}")
