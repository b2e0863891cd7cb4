"""GR205: files, plots, environment or network while tracing."""

from __future__ import annotations

from collections.abc import Iterator

from engine.base.diagnostics import Severity
from engine.inference.events import Called, Subscripted
from engine.inference.values import Symbol
from engine.lint.facts import Facts
from engine.lint.rule import Finding, rule

_CALLS = frozenset(
    [
        "builtins.open", "builtins.input", "numpy.save", "numpy.savez", "numpy.savez_compressed",
        "numpy.load", "numpy.loadtxt", "numpy.savetxt", "numpy.genfromtxt", "numpy.fromfile",
        "os.system", "os.remove", "os.makedirs", "os.mkdir", "os.listdir", "os.getenv",
        "os.environ.get", "os.rename", "os.path.exists", "os.path.isfile", "os.scandir", "os.walk",
        "pickle.dump", "pickle.load", "json.dump", "json.load", "cv2.imread", "cv2.imwrite",
        "cv2.imshow", "cv2.waitKey", "PIL.Image.open", "imageio.imread", "imageio.imwrite",
        "skimage.io.imread", "skimage.io.imsave", "sys.stdout.write", "sys.stderr.write",
        "sys.stdout.flush", "glob.glob", "file.write", "file.read", "file.close", "csv.writer",
        "scipy.io.loadmat", "joblib.load", "joblib.dump", "wandb.log", "pandas.read_csv",
    ]
)  # fmt: skip
_PATHS = frozenset(
    f"path.{name}"
    for name in (
        "open", "write_text", "write_bytes", "read_text", "read_bytes", "exists", "is_file", "mkdir",
        "unlink", "iterdir", "glob", "touch", "rename",
    )
)  # fmt: skip
_FAMILIES = ("matplotlib.", "requests.", "urllib.", "subprocess.", "shutil.", "socket.", "http.",
             "tf.io.gfile.", "seaborn.", "plotly.")  # fmt: skip
_PURE = ("urllib.parse.", "matplotlib.cm", "matplotlib.colors")


@rule(
    "GR205",
    "host-io",
    "Files, plots, environment and network calls run once per trace.",
    Severity.WARNING,
    bad=(
        """
        @tf.function
        def f(x):
            with open('log.txt', 'a') as file:
                file.write('x')
            return x
        """,
    ),
    good=(
        """
        import numpy as np
        import tensorflow as tf

        def load(path):
            return np.load(path)

        @tf.function
        def f(path):
            return tf.numpy_function(load, [path], tf.float32)
        """,
    ),
)
def host_io(facts: Facts) -> Iterator[Finding]:
    """What Python does with files, plots, the environment or the network happens while tracing.

    Later calls run the graph, which has nothing of it: three calls wrote one line.

    Use the ops of `tf.io`, hand the function to `tf.py_function`, or do it where the function is
    called.
    """
    for event in facts.staged(Called):
        name = event.name
        if name not in _CALLS | _PATHS and not name.startswith(_FAMILIES):
            continue
        if name.startswith(_PURE) or event.context.guard:
            continue
        function = event.context.function
        if function is not None and getattr(function.node, "name", "") == "__enter__":
            # What a `with` block opens it closes at its end.
            continue
        shown = name.removeprefix("builtins.")
        message = (
            f"`{shown}` runs once, while {facts.entry_word(event.context.entry)} is traced, not at "
            "every call; use `tf.io` or `tf.py_function`, or do it outside."
        )
        yield Finding(event.node, event.context, message)
    for read in facts.staged(Subscripted):
        if isinstance(read.value, Symbol) and read.value.name == "os.environ":
            message = (
                "`os.environ` is read once, while "
                f"{facts.entry_word(read.context.entry)} is traced, not at every call."
            )
            yield Finding(read.node, read.context, message)
