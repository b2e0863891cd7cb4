"""Does the CuPy executor agree with the numpy one on this machine's GPU? Prints a report.

`python -m tools.gpu_check`, on a machine with an NVIDIA GPU, numpy, gast and CuPy. It runs the
samples of every op, small programs and the conformance cases' arithmetic on both devices,
compares values, and times a few workloads.
"""

from __future__ import annotations

import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np

import engine as tf
from engine.executors import devices
from engine.ir.op import OPS

Report = list[tuple[str, str]]


def flat(result: Any) -> list[Any]:
    """The tensors of a result, as numpy values."""
    return [t.numpy() for t in tf.nest.flatten(result) if isinstance(t, tf.Tensor)]


def close(left: Any, right: Any) -> bool:
    """Equal, but for what different orders of summation and libraries do."""
    if np.shape(left) != np.shape(right) or np.asarray(left).dtype != np.asarray(right).dtype:
        return False
    if np.asarray(left).dtype.kind not in "fc":
        return bool(np.array_equal(left, right))
    tolerance = 1e-2 if np.asarray(left).dtype.itemsize == 2 else 2e-4
    return bool(np.allclose(left, right, rtol=tolerance, atol=tolerance, equal_nan=True))


def on_both(make: Callable[[], Any], run: Callable[..., Any]) -> str:
    """Run on the CPU and on the GPU; what differs, or an empty string."""
    with tf.device("/CPU:0"):
        expected = flat(run(*make()))
    with tf.device("/GPU:0"):
        got = flat(run(*make()))
    if len(expected) != len(got) or not all(map(close, expected, got)):
        return f"differs: {got!r} instead of {expected!r}"[:200]
    return ""


def check_ops(report: Report) -> None:
    """Every op with samples, eagerly and in a function."""
    from tests.engine.ops.sampling import Sample

    for name in sorted(OPS):
        for index in range(len(OPS[name].samples)):
            if OPS[name].effect:
                continue

            def make(name: str = name, index: int = index) -> list[Any]:
                return Sample(name, index).tensors

            def run(*tensors: Any, name: str = name, index: int = index) -> Any:
                return Sample(name, index).call(*tensors)

            for kind, call in (("eager", run), ("graph", tf.function(run, autograph=False))):
                try:
                    problem = on_both(make, call)
                except Exception as error:
                    problem = f"{type(error).__name__}: {error}"[:200]
                report.append((f"{name} sample {index} {kind}", problem))


def programs() -> dict[str, tuple[Callable[[], list[Any]], Callable[..., Any]]]:
    """Whole functions: control flow, variables, gradients."""
    rng = np.random.default_rng(2)
    matrix = rng.standard_normal((64, 64)).astype(np.float32)

    @tf.function
    def loop(x: Any, n: Any) -> Any:
        total = tf.zeros_like(x)
        for i in tf.range(n):
            if tf.reduce_sum(x) > 0.0:
                total += tf.tanh(x) * tf.cast(i, tf.float32)
            else:
                total -= x
            x = x - 0.1
        return total, x

    @tf.function
    def gradient(x: Any, w: Any) -> Any:
        with tf.GradientTape() as tape:
            tape.watch(w)
            y = x
            for _ in tf.range(4):
                y = tf.tanh(tf.matmul(y, w) * 0.1)
            loss = tf.reduce_mean(y * y)
        return loss, tape.gradient(loss, w)

    def train(x: Any, w: Any) -> Any:
        v = tf.Variable(w)

        @tf.function
        def step() -> Any:
            with tf.GradientTape() as tape:
                loss = tf.reduce_sum(tf.square(tf.matmul(x, v)))
            v.assign_sub(1e-4 * tape.gradient(loss, v))
            return loss

        losses = [step() for _ in range(4)]
        return losses, v.value()

    def two() -> list[Any]:
        return [tf.constant(matrix), tf.constant(matrix[::-1].copy())]

    def one_and_count() -> list[Any]:
        return [tf.constant(matrix), tf.constant(5)]

    return {"loop": (one_and_count, loop), "gradient": (two, gradient), "train": (two, train)}


def timings() -> list[str]:
    """Milliseconds of a few workloads on both devices."""

    @tf.function
    def chain(x: Any) -> Any:
        for _ in range(10):
            x = tf.tanh(x * 1.01 + 0.01)
        return x

    @tf.function
    def product(x: Any) -> Any:
        return tf.matmul(x, x)

    lines = []
    for name, run, shape in (("20 element-wise ops, 1e7", chain, (10_000_000,)),
                             ("matmul 4096", product, (4096, 4096))):  # fmt: skip
        times = []
        for device in ("/CPU:0", "/GPU:0"):
            with tf.device(device):
                x = tf.ones(shape) * 0.01
                for _ in range(3):
                    run(x)
                synchronize()
                start = time.perf_counter()
                for _ in range(3):
                    run(x)
                synchronize()
                times.append((time.perf_counter() - start) / 3 * 1e3)
        lines.append(f"{name}: CPU {times[0]:.2f} ms, GPU {times[1]:.2f} ms")
    return lines


def synchronize() -> None:
    """Wait until the GPU has done what it was told."""
    devices.gpu_library().cuda.runtime.deviceSynchronize()


def main() -> int:
    """Print the report; 0 where everything agrees, 2 without a GPU."""
    if not devices.gpu_count():
        print(devices.why_no_gpu())
        return 2
    from engine.api import names

    names.load_core()
    library = devices.gpu_library()
    print(f"CuPy {library.__version__}, numpy {np.__version__}, Python {sys.version.split()[0]}")
    print(tf.config.list_physical_devices())
    report: Report = []
    check_ops(report)
    for name, (make, run) in programs().items():
        try:
            problem = on_both(make, run)
        except Exception:
            problem = traceback.format_exc()[-900:]
        report.append((f"program {name}", problem))
    wrong = [(name, problem) for name, problem in report if problem]
    for name, problem in wrong:
        print(f"WRONG {name}: {problem}")
    print(f"{len(report) - len(wrong)} of {len(report)} agree")
    for line in timings():
        print(line)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
