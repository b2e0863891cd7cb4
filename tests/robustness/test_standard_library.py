"""T1, T2, T3: the standard library's files whole, cut off anywhere, and with tokens changed."""

from __future__ import annotations

import random
import tempfile
import traceback
from pathlib import Path

import pytest

from tests.chance import chance
from tests.robustness.features import check_text
from tests.robustness.scale import SHARE, count
from tests.robustness.texts import cut, files, found_before, mutated, text_of, traced

_SMALL = 6_000


def chosen(source: random.Random, sample: int) -> list[Path]:
    """All files in `make fuzz`, else some that are not large."""
    if SHARE:
        return list(files())
    return source.sample([path for path in files() if path.stat().st_size < 4 * _SMALL], sample)


class Looks:
    """Looks at many texts; a failure does not end the run, but is kept and told at its end."""

    def __init__(self, source: random.Random) -> None:
        self.source = source
        self.failures: dict[str, str] = {}

    def __call__(self, text: str, path: Path, twice: bool = False) -> None:
        state = self.source.getstate()
        try:
            check_text(text, self.source, twice=twice)
        except Exception as error:
            self.source.setstate(state)
            where = traceback.extract_tb(error.__traceback__)[-1]
            cause = f"{type(error).__name__} in {where.filename}:{where.lineno}: {error}"[:300]
            if cause not in self.failures:
                kept = Path(tempfile.mkdtemp(prefix="graphlens-found-")) / f"{path.stem}.txt"
                kept.write_bytes(text.encode("utf-8", "surrogatepass"))
                self.failures[cause] = f"{path}: the text is in {kept}"

    def tell(self) -> None:
        assert self.failures == {}


def test_t1_whole_files() -> None:
    source = chance("whole")
    look = Looks(source)
    for path in chosen(source, 60):
        look(text_of(path), path, twice=True)
    look.tell()


def test_t1_whole_files_with_every_function_traced() -> None:
    source = chance("traced")
    look = Looks(source)
    for path in chosen(source, 60):
        look(traced(text_of(path)), path, twice=True)
    look.tell()


def pieces(source: random.Random, how_many: int) -> list[tuple[Path, str]]:
    """Texts to be changed: traced, of files of moderate size."""
    largest = 60_000 if SHARE else _SMALL
    known = [path for path in files() if 200 < path.stat().st_size < largest]
    return [(path, text_of(path)) for path in source.choices(known, k=how_many)]


def test_t2_files_cut_off() -> None:
    source = chance("cut")
    look = Looks(source)
    for path, text in pieces(source, count(400, 100_000)):
        look(cut(traced(text) if source.random() < 0.7 else text, source), path)
    look.tell()


def test_t3_files_with_changed_tokens() -> None:
    source = chance("changed")
    look = Looks(source)
    for path, text in pieces(source, count(400, 100_000)):
        look(mutated(traced(text) if source.random() < 0.7 else text, source), path)
    look.tell()


@pytest.mark.parametrize("path", found_before(), ids=lambda path: path.stem)
def test_texts_that_once_failed(path: Path) -> None:
    text = path.read_bytes().decode("utf-8", "surrogatepass")
    for seed in range(20):
        check_text(text, random.Random(seed), most=10, twice=seed == 0)
