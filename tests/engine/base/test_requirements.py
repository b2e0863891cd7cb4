"""The version of Keras that a project's requirement files ask for."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.base.options import Settings
from engine.base.requirements import required_keras
from engine.base.source import SourceFile
from engine.lint.runner import check_source


def answer(folder: Path) -> int | None:
    required_keras.cache_clear()
    return required_keras(str(folder))


@pytest.mark.parametrize(
    ("line", "version"),
    [
        ("tensorflow==2.4.1", 2),
        ("tensorflow>=2.2,<2.16", 2),
        ("tensorflow-gpu==2.3", 2),
        ("tensorflow[and-cuda]==2.15.0", 2),
        ("keras==2.3.1", 2),
        ("tensorflow==2.*", 2),
        ("tensorflow~=2.17", 3),
        ("tensorflow<3", 3),
        ("keras==3.3", 3),
        ("tensorflow>=2.0", None),
        ("tensorflow", None),
        ("tensorflow-probability==0.12", None),
        ("my-tensorflow==1.0", None),
        ("tensorflow>=2.2 # <2.3", None),
        ("numpy<2", None),
    ],
)
def test_one_line(tmp_path: Path, line: str, version: int | None):
    (tmp_path / "requirements.txt").write_text(f"numpy>=1\n{line}\nscipy==1.9\n")
    assert answer(tmp_path) == version


def test_folders_around_count_up_to_the_top_of_the_repository(tmp_path: Path):
    (tmp_path / "setup.py").write_text(
        'setup(install_requires=["tensorflow>=2.1,<=2.11", "six"])\n'
    )
    inner = tmp_path / "package" / "models"
    inner.mkdir(parents=True)
    assert answer(inner) == 2
    (inner / "requirements.txt").write_text("tensorflow==2.18\n")
    assert answer(inner) == 3
    (tmp_path / "package" / ".git").mkdir()
    (inner / "requirements.txt").unlink()
    assert answer(inner) is None


def test_keras_2_converts_what_keras_3_leaves(tmp_path: Path):
    text = (
        "import tensorflow as tf\nclass L(tf.keras.layers.Layer):\n    def call(self, x):\n"
        "        if tf.reduce_sum(x) > 0:\n            return x\n        return -x\n"
    )

    def codes() -> list[str]:
        required_keras.cache_clear()
        source = SourceFile(str(tmp_path / "layer.py"), text)
        return [finding.code for finding in check_source(source, Settings())]

    assert codes() == ["GR301"]
    (tmp_path / "requirements.txt").write_text("tensorflow==2.8\n")
    assert codes() == []
    (tmp_path / "requirements.txt").write_text("tensorflow==2.8\n" + "#" * 2_000_000)
    assert codes() == ["GR301"]


def test_a_package_that_says_nothing_is_older_than_keras_3(tmp_path: Path):
    text = (
        "import tensorflow as tf\nclass L(tf.keras.layers.Layer):\n    def call(self, x):\n"
        "        if tf.reduce_sum(x) > 0:\n            return x\n        return -x\n"
    )

    def codes(text: str) -> list[str]:
        required_keras.cache_clear()
        source = SourceFile(str(tmp_path / "layer.py"), text)
        return [finding.code for finding in check_source(source, Settings())]

    assert codes(text) == ["GR301"]
    (tmp_path / "__init__.py").write_text("")
    assert codes(text) == []
    assert codes("import keras\n" + text) == ["GR301"]
    (tmp_path / "requirements.txt").write_text("tensorflow==2.20\n")
    assert codes(text) == ["GR301"]
