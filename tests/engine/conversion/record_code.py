"""Record what TensorFlow makes of the functions in `cases.py` and `more_cases.py`.

Run by hand, with TensorFlow installed:

    python tests/engine/conversion/record_code.py > tests/engine/conversion/recorded_code.txt
"""

from __future__ import annotations

import importlib.util
import inspect
import pathlib
import sys


def main() -> None:
    """Write a heading and the generated code (or the refusal) for each function."""
    import tensorflow as tf

    for module in ("cases", "more_cases"):
        path = pathlib.Path(__file__).with_name(f"{module}.py")
        spec = importlib.util.spec_from_file_location(module, path)
        cases = importlib.util.module_from_spec(spec)
        sys.modules[module] = cases
        spec.loader.exec_module(cases)
        cases.tf = tf
        for name, value in list(vars(cases).items()):
            if inspect.isfunction(value):
                record(tf, name, value)
            elif inspect.isclass(value):
                for method, function in vars(value).items():
                    if inspect.isfunction(function):
                        record(tf, f"{name}.{method}", function)


def record(tf, name, function) -> None:
    """One function."""
    print("#####", name)
    try:
        print(tf.autograph.to_code(function).rstrip())
    except Exception as error:
        print("REFUSED", type(error).__name__)


if __name__ == "__main__":
    main()
