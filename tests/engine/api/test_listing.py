"""What interactive shells and editors see of the public packages."""

import ast
from pathlib import Path

import pytest

import engine as tf

ROOT = Path(tf.__file__).parent
PACKAGES = {
    "": {"constant", "function", "keras", "data", "math", "Variable"},
    "keras": {"Model", "layers", "losses", "optimizers"},
    "data": {"Dataset", "AUTOTUNE"},
    "train": {"Checkpoint", "CheckpointManager"},
    "distribute": {"MirroredStrategy"},
    "math": {"add", "tanh"},
    "keras.layers": {"Dense", "Layer"},
}


def package(path):
    found = tf
    for part in path.split(".") if path else ():
        found = getattr(found, part)
    return found


@pytest.mark.parametrize("path", PACKAGES)
def test_dir_lists_public_names_only(path):
    listed = {name for name in dir(package(path)) if not name.startswith("_")}
    assert PACKAGES[path] <= listed
    assert listed.isdisjoint({"Any", "annotations", "ir", "layers_core", "dataset"})
    assert all(hasattr(package(path), name) for name in listed)


def declared(path):
    """The names that a stub declares, and its classes with methods."""
    place = ROOT.joinpath(*path.split(".")) if path else ROOT
    stub = place / "__init__.pyi" if place.is_dir() else place.with_suffix(".pyi")
    names, classes = set(), {}
    for node in ast.parse(stub.read_text()).body:
        if isinstance(node, ast.ImportFrom):
            names.update(alias.asname for alias in node.names)
        elif isinstance(node, ast.AnnAssign):
            names.add(node.target.id)
        elif isinstance(node, ast.Assign):
            names.update(target.id for target in node.targets)
        elif isinstance(node, ast.Expr):
            continue
        else:
            names.add(node.name)
        if isinstance(node, ast.ClassDef):
            classes[node.name] = {each.name for each in node.body}
    return names, classes


@pytest.mark.parametrize("path", PACKAGES)
def test_stubs_declare_what_dir_lists(path):
    listed = {name for name in dir(package(path)) if not name.startswith("_")}
    assert listed - declared(path)[0] <= {"autodiff"}


def test_methods_that_other_files_attach_are_in_the_stub():
    methods = declared("data")[1]["Dataset"]
    assert {"map", "batch", "shuffle", "range", "from_tensor_slices"} <= methods
