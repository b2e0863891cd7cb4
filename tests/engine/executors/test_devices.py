"""Devices: names, the CPU in place of a missing GPU, and the CuPy executor on a stand-in."""

import subprocess
import sys
import textwrap

import numpy as np
import pytest

import engine as tf
from engine.executors.devices import gpu_count
from tests.architecture.repository import ROOT


@pytest.mark.skipif(gpu_count() > 0, reason="there is a GPU")
def test_without_a_gpu_the_cpu_is_used(caplog):
    with tf.device("/GPU:0"):
        x = tf.constant([1.0, 2.0]) * 2.0
    assert x.device.endswith("CPU:0")
    assert x.numpy().tolist() == [2.0, 4.0]
    assert tf.config.list_physical_devices("GPU") == []
    assert [d.device_type for d in tf.config.list_physical_devices()] == ["CPU"]


@pytest.mark.skipif(gpu_count() > 0, reason="there is a GPU")
def test_a_missing_gpu_is_refused_where_placement_is_strict():
    tf.config.set_soft_device_placement(False)
    try:
        with tf.device("GPU:0"):
            x = tf.constant(1.0)
            with pytest.raises(tf.errors.InvalidArgumentError, match=r"graphlens\[cuda\]"):
                x + 1.0

        @tf.function
        def on_gpu(x):
            with tf.device("/GPU:0"):
                return x + 1.0

        with pytest.raises(tf.errors.InvalidArgumentError, match="any devices for spec"):
            on_gpu(x)
    finally:
        tf.config.set_soft_device_placement(True)
    assert on_gpu(x).numpy() == 2.0


def test_names_that_are_no_devices():
    for name in ("nonsense", "/CPU:0/GPU:0", "/physical_device:CPU:0", "CPU:a", 3):
        with (
            pytest.raises(ValueError, match=r"nknown|Multiple|invalid literal|Expecting"),
            tf.device(name),
        ):
            pass
    with pytest.raises(RuntimeError, match="functions"):
        tf.device(lambda op: "/CPU:0")
    for name in ("/CPU:0", "cpu:0", "/job:localhost/replica:0/task:0/device:CPU:0", None, "CPU"):
        with tf.device(name):
            assert tf.constant(1.0).device.endswith("CPU:0")


def test_traced_ops_keep_the_name_of_the_device():
    seen = {}

    def noted(y):
        seen["branch"] = y.device
        return y

    @tf.function
    def traced(x):
        with tf.device("/cpu:0"):
            y = x * 2.0
            seen["host"] = y.op.device
            if tf.reduce_sum(x) > 0.0:
                y = noted(y + 1.0)
        with tf.device("/job:localhost"), tf.device("GPU:1"):
            z = tf.sin(y)
            seen["merged"] = z.device
            with tf.device(None):
                seen["none"] = tf.cos(z).device
        seen["input"] = x.device
        return z

    result = traced(tf.constant(1.0))
    assert seen == {
        "host": "/device:CPU:0", "branch": "/device:CPU:0", "none": "", "input": "",
        "merged": "/job:localhost/device:GPU:1",
    }  # fmt: skip
    np.testing.assert_allclose(result.numpy(), np.sin(3.0), rtol=1e-6)


def test_devices_of_other_machines_are_refused():
    x = tf.constant(1.0)

    @tf.function
    def traced(x):
        with tf.device("/job:worker/task:0"):
            return x + 1.0

    with pytest.raises(tf.errors.InvalidArgumentError, match="Cannot assign a device"):
        traced(x)
    with tf.device("/job:worker"), pytest.raises(tf.errors.InvalidArgumentError, match="unknown"):
        x + 1.0
    assert (x + 1.0).numpy() == 2.0


def test_specs_of_devices():
    spec = tf.DeviceSpec.from_string("/job:a/replica:1/task:2/gpu:3")
    assert spec.to_string() == "/job:a/replica:1/task:2/device:GPU:3"
    assert (spec.job, spec.replica, spec.task) == ("a", 1, 2)
    assert (spec.device_type, spec.device_index) == ("GPU", 3)
    assert spec.replace(job=None, device_index=None).to_string() == (
        "/replica:1/task:2/device:GPU:*"
    )
    cpu = tf.DeviceSpec(device_type="cpu", device_index=0)
    assert cpu == tf.DeviceSpec.from_string("CPU:0")
    assert hash(cpu) == hash(tf.DeviceSpec.from_string("CPU:0"))
    assert spec.make_merged_spec(cpu).to_string() == "/job:a/replica:1/task:2/device:CPU:0"
    assert repr(cpu) == (
        "<DeviceSpec(job=None, replica=None, task=None, device_type=CPU, device_index=0)>"
    )
    with pytest.raises(ValueError, match="Unknown attribute 'foo'"):
        tf.DeviceSpec.from_string("/foo")


def test_threads_choose_the_parallel_executor():
    tf.config.threading.set_inter_op_parallelism_threads(2)
    try:
        f = tf.function(lambda a, b: tf.exp(a) + tf.sin(b))
        a, b = tf.constant([1.0, 2.0]), tf.constant([3.0, 4.0])
        for _ in range(4):
            expected = np.exp(a.numpy()) + np.sin(b.numpy())
            np.testing.assert_array_equal(f(a, b).numpy(), expected)
        program = f.get_concrete_function(a, b).program()
        assert type(program).__name__ == "ParallelExecutable"
    finally:
        tf.config.threading.set_inter_op_parallelism_threads(0)


@pytest.fixture
def run_with_stand_in(tmp_path):
    def run(program):
        file = tmp_path / "program.py"
        file.write_text(
            f"import sys\nsys.path.insert(0, {str(ROOT)!r})\n"
            "import tests.engine.executors.fake_cupy as fake\n"
            "sys.modules['cupy'] = fake.Module()\n" + textwrap.dedent(program),
            encoding="utf-8",
        )
        return subprocess.run(
            [sys.executable, str(file)], capture_output=True, text=True, check=False
        )

    return run


def test_functions_run_where_their_ops_ask_to(run_with_stand_in):
    done = run_with_stand_in(
        """
        import engine as tf, numpy as np

        @tf.function
        def f(x):
            with tf.device('/GPU:0'):
                y = tf.sin(x) * 2.0
            with tf.device('/CPU:0'):
                z = y + tf.cos(y)
            with tf.device('/GPU:0'):
                w = z * y
            return y, z, w

        x = tf.constant([1.0, 2.0, 3.0])
        for _ in range(4):
            y, z, w = f(x)
            assert [t.device[-5:] for t in (y, z, w)] == ['GPU:0', 'CPU:0', 'GPU:0']
            expected = np.sin(np.float32([1, 2, 3])) * 2
            np.testing.assert_allclose(y.numpy(), expected, rtol=1e-6)
            np.testing.assert_allclose(z.numpy(), expected + np.cos(expected), rtol=1e-6)
            np.testing.assert_allclose(w.numpy(), z.numpy() * y.numpy(), rtol=1e-6)
        print('passed')
        """
    )
    assert done.stdout.strip() == "passed", done.stderr


def test_functions_run_where_their_values_are(run_with_stand_in):
    done = run_with_stand_in(
        """
        import engine as tf, numpy as np
        with tf.device('/GPU:0'):
            x = tf.constant([1.0, 2.0, 3.0])
            v = tf.Variable([1.0, 1.0, 1.0])
        assert x.device.endswith('GPU:0') and v.value().device.endswith('GPU:0')
        on_cpu = tf.Variable([0.0, 0.0, 0.0])

        @tf.function
        def f(x, n):
            total = tf.zeros_like(x)
            for i in tf.range(n):
                if tf.reduce_sum(x) > 3.0:
                    total += tf.tanh(x) * tf.cast(i, tf.float32)
                x = tf.nn.relu(x - 0.5)
            v.assign_add(total)
            on_cpu.assign(total)
            tf.print('total', total)
            return total, x[0]

        for _ in range(3):
            v.assign([1.0, 1.0, 1.0])
            total, first = f(x, tf.constant(4))
        y = np.array([1.0, 2.0, 3.0], np.float32); expected = np.zeros(3, np.float32)
        for i in range(4):
            if y.sum() > 3.0:
                expected += np.tanh(y) * np.float32(i)
            y = np.maximum(y - np.float32(0.5), 0)
        assert total.device.endswith('GPU:0'), total.device
        np.testing.assert_allclose(total.numpy(), expected, rtol=1e-6)
        np.testing.assert_allclose(v.numpy(), expected + 1, rtol=1e-6)
        assert v.value().device.endswith('GPU:0')
        assert on_cpu.value().device.endswith('CPU:0')
        np.testing.assert_allclose(on_cpu.numpy(), expected, rtol=1e-6)
        """
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr.count("total [") == 3


def test_control_flow_of_scalars_moves_nothing(run_with_stand_in):
    done = run_with_stand_in(
        """
        import engine as tf
        with tf.device('GPU:0'):
            x = tf.constant([1.0, 2.0])

        @tf.function
        def f(x, n):
            i = 0
            while i < n:
                x = x * 1.5
                i += 1
            return x

        n = tf.constant(3)
        f(x, n)
        fake.TRANSFERS.clear()
        result = f(x, n)
        assert fake.TRANSFERS == [], fake.TRANSFERS
        assert result.numpy().tolist() == [3.375, 6.75]
        """
    )
    assert done.returncode == 0, done.stderr


def test_eager_ops_mix_places_and_fall_back_to_the_host(run_with_stand_in):
    done = run_with_stand_in(
        """
        import engine as tf, numpy as np
        host = tf.constant([[2.0, 0.0], [0.0, 4.0]])
        with tf.device('/GPU:0'):
            x = tf.constant([[1.0, 2.0], [3.0, 4.0]])
        for _ in range(3):
            assert (x + host).device.endswith('GPU:0')
            assert (2.0 * x - 1.0).numpy().tolist() == [[1.0, 3.0], [5.0, 7.0]]
            assert tf.matmul(x, host).numpy().tolist() == [[2.0, 8.0], [6.0, 16.0]]
            np.testing.assert_allclose(tf.linalg.inv(host + 0.0 * x).numpy(), [[.5, 0], [0, .25]])
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = tf.reduce_sum(x * x * host)
        assert tape.gradient(y, x).numpy().tolist() == [[4.0, 0.0], [0.0, 32.0]]
        square = tf.function(lambda a: tf.reduce_sum(a * a))
        for _ in range(3):
            with tf.GradientTape() as tape:
                tape.watch(x)
                y = square(x)
            assert tape.gradient(y, x).numpy().tolist() == [[2.0, 4.0], [6.0, 8.0]]
        assert 'tf.Tensor' in repr(x) and bool(tf.reduce_sum(x) > 9.0)
        """
    )
    assert done.returncode == 0, done.stderr
