"""T1, T2, T3: the standard library's files whole, cut off anywhere, and with tokens changed."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from tests.robustness.features import check_text
from tests.robustness.scale import SHARE, chance, count
from tests.robustness.texts import cut, files, found_before, mutated, text_of, traced

_SMALL = 6_000


def chosen(source: random.Random, sample: int) -> list[Path]:
    """All files in `make fuzz`, else some that are not large."""
    if SHARE:
        return list(files())
    return source.sample([path for path in files() if path.stat().st_size < 4 * _SMALL], sample)


def look(text: str, source: random.Random, name: object, twice: bool = False) -> None:
    """Looks at a text; where it fails, the text is kept to be looked at."""
    try:
        check_text(text, source, twice=twice)
    except BaseException as error:
        kept = Path("/tmp") / f"graphlens-found-{abs(hash(text)) % 10**8}.txt"
        kept.write_text(text, encoding="utf-8", errors="surrogatepass", newline="")
        raise AssertionError(f"{name}: the text is in {kept}") from error


def test_t1_whole_files() -> None:
    source = chance("whole")
    for path in chosen(source, 60):
        look(text_of(path), source, path, twice=True)


def test_t1_whole_files_with_every_function_traced() -> None:
    source = chance("traced")
    for path in chosen(source, 60):
        look(traced(text_of(path)), source, path, twice=True)


def pieces(source: random.Random, how_many: int) -> list[tuple[Path, str]]:
    """Texts to be changed: traced, of files of moderate size."""
    largest = 60_000 if SHARE else _SMALL
    known = [path for path in files() if 200 < path.stat().st_size < largest]
    return [(path, text_of(path)) for path in source.choices(known, k=how_many)]


def test_t2_files_cut_off() -> None:
    source = chance("cut")
    for path, text in pieces(source, count(600, 100_000)):
        look(cut(traced(text) if source.random() < 0.7 else text, source), source, path)


def test_t3_files_with_changed_tokens() -> None:
    source = chance("changed")
    for path, text in pieces(source, count(600, 100_000)):
        look(mutated(traced(text) if source.random() < 0.7 else text, source), source, path)


@pytest.mark.parametrize("path", found_before(), ids=lambda path: path.stem)
def test_texts_that_once_failed(path: Path) -> None:
    text = path.read_bytes().decode("utf-8", "surrogatepass")
    for seed in range(20):
        check_text(text, random.Random(seed), most=10, twice=seed == 0)
