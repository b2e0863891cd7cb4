"""Event files: framed records of events, with tags, steps and values."""

import pstats
import struct

import numpy as np
import pytest

import engine as tf
from engine.objects.record_files import masked_crc


def fields(data):
    """The fields of a protocol buffer: pairs of number and value."""
    at, found = 0, []

    def number():
        nonlocal at
        value = shift = 0
        while True:
            byte = data[at]
            at += 1
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value

    while at < len(data):
        key = number()
        if key & 7 == 0:
            found.append((key >> 3, number()))
        elif key & 7 == 1:
            found.append((key >> 3, struct.unpack_from("<d", data, at)[0]))
            at += 8
        else:
            size = number()
            found.append((key >> 3, data[at : at + size]))
            at += size
    return found


def events(folder):
    """The events of the one file in a folder, as dictionaries of fields."""
    (path,) = folder.glob("events.*")
    data, at, found = path.read_bytes(), 0, []
    while at < len(data):
        (size,) = struct.unpack_from("<Q", data, at)
        assert struct.unpack_from("<I", data, at + 8)[0] == masked_crc(data[at : at + 8])
        body = data[at + 12 : at + 12 + size]
        assert struct.unpack_from("<I", data, at + 12 + size)[0] == masked_crc(body)
        found.append(dict(fields(body)))
        at += 16 + size
    return found


def value_of(event):
    """Tag and tensor of a summary event."""
    value = dict(fields(dict(fields(event[5]))[1]))
    return value[1].decode(), dict(fields(value[8]))


def test_scalars_have_tag_step_and_value(tmp_path):
    writer = tf.summary.create_file_writer(str(tmp_path))
    with writer.as_default():
        with tf.name_scope("train"):
            assert bool(tf.summary.scalar("loss", 0.5, step=3))
        tf.summary.scalar("loss", 0.25, step=4)
    first, *rest = events(tmp_path)
    assert first[3] == b"brain.Event:2"
    assert [event[2] for event in rest] == [3, 4]
    tag, tensor = value_of(rest[0])
    assert tag == "train/loss"
    assert np.frombuffer(tensor[4], "float32") == [0.5]


def test_traced_functions_write_each_time_they_run(tmp_path):
    writer = tf.summary.create_file_writer(str(tmp_path))

    @tf.function
    def step(x, n):
        tf.summary.scalar("x", x, step=n)
        return x

    with writer.as_default():
        for i in range(3):
            step(tf.constant(float(i)), tf.constant(i, tf.int64))
    assert [event[2] for event in events(tmp_path)[1:]] == [0, 1, 2]


def test_nothing_is_written_without_writer_or_condition(tmp_path):
    assert not bool(tf.summary.scalar("x", 1.0, step=0))
    writer = tf.summary.create_file_writer(str(tmp_path))
    with writer.as_default(step=1), tf.summary.record_if(False):
        assert not bool(tf.summary.scalar("x", 1.0))
    assert list(tmp_path.glob("events.*")) == []


def test_a_step_is_needed(tmp_path):
    writer = tf.summary.create_file_writer(str(tmp_path))
    with writer.as_default(), pytest.raises(ValueError, match="No step set"):
        tf.summary.scalar("x", 1.0)
    with writer.as_default(step=7):
        tf.summary.scalar("x", 1.0)
    assert events(tmp_path)[-1][2] == 7


def test_texts_histograms_and_images(tmp_path):
    writer = tf.summary.create_file_writer(str(tmp_path))
    with writer.as_default(step=0):
        tf.summary.text("t", "hello")
        tf.summary.histogram("h", tf.range(10.0), buckets=5)
        tf.summary.image("i", tf.random.uniform([2, 4, 6, 3]))
    _, text, histogram, image = events(tmp_path)
    assert value_of(text)[1][8] == b"hello"
    table = np.frombuffer(value_of(histogram)[1][4], "float64").reshape(5, 3)
    np.testing.assert_array_equal(table[:, 2], [2] * 5)
    parts = [value for number, value in fields(dict(fields(dict(fields(image[5]))[1]))[8])
             if number == 8]  # fmt: skip
    assert parts[:2] == [b"6", b"4"]
    assert all(part.startswith(b"\x89PNG") for part in parts[2:])


def test_graphs_of_traced_functions(tmp_path):
    writer = tf.summary.create_file_writer(str(tmp_path))
    tf.summary.trace_on(graph=True)
    tf.function(lambda x: tf.matmul(x, x))(tf.ones([2, 2]))
    with writer.as_default():
        tf.summary.trace_export("f", step=0)
    assert b"MatMul" in events(tmp_path)[-1][4]
    with pytest.raises(ValueError, match="Must enable trace"):
        tf.summary.trace_export("f", step=0)


def test_profiles_are_files_of_python_s_profiler(tmp_path):
    tf.profiler.experimental.start(str(tmp_path))
    tf.reduce_sum(tf.ones([3]))
    with pytest.raises(tf.errors.AlreadyExistsError, match="Another profiler is running"):
        tf.profiler.experimental.start(str(tmp_path))
    tf.profiler.experimental.stop()
    (path,) = tmp_path.glob("plugins/profile/*/python.pstats")
    assert pstats.Stats(str(path)).total_calls > 0
    with pytest.raises(tf.errors.UnavailableError, match="No profiler is running"):
        tf.profiler.experimental.stop()
