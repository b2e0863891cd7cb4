"""Checkpoints: written atomically, read without running anything."""

import os

import numpy as np
import pytest

import engine as tf


class Net(tf.Module):
    def __init__(self):
        super().__init__()
        self.w = tf.Variable([1.0, 2.0], name="w")
        self.parts = [tf.Variable(3), tf.Variable("text")]


def test_save_and_restore(tmp_path):
    net = Net()
    path = tf.train.Checkpoint(model=net, step=tf.Variable(7)).save(str(tmp_path / "ckpt"))
    other, step = Net(), tf.Variable(0)
    other.w.assign([0.0, 0.0])
    other.parts[1].assign("gone")
    tf.train.Checkpoint(model=other, step=step).restore(path).assert_consumed()
    np.testing.assert_array_equal(other.w.numpy(), [1.0, 2.0])
    assert other.parts[1].numpy() == b"text"
    assert int(step) == 7
    assert tf.train.latest_checkpoint(str(tmp_path)) == path


def test_names_in_the_file(tmp_path):
    path = tf.train.Checkpoint(model=Net()).write(str(tmp_path / "c"))
    names = [name for name, _ in tf.train.list_variables(path)]
    assert "model/w/.ATTRIBUTES/VARIABLE_VALUE" in names
    assert "model/parts/0/.ATTRIBUTES/VARIABLE_VALUE" in names


def test_optimizer_slots_are_saved(tmp_path):
    net, rule = Net(), tf.keras.optimizers.Adam(0.1)
    rule.apply_gradients([(tf.constant([1.0, 1.0]), net.w)])
    path = tf.train.Checkpoint(model=net, optimizer=rule).write(str(tmp_path / "c"))
    fresh, again = Net(), tf.keras.optimizers.Adam(0.1)
    again.build([fresh.w])
    tf.train.Checkpoint(model=fresh, optimizer=again).restore(path)
    assert int(again.iterations) == 1
    np.testing.assert_array_equal(fresh.w.numpy(), net.w.numpy())


def test_missing_and_damaged_files(tmp_path):
    checkpoint = tf.train.Checkpoint(model=Net())
    with pytest.raises(tf.errors.NotFoundError, match="Failed to find"):
        checkpoint.restore(str(tmp_path / "none"))
    (tmp_path / "bad.npz").write_bytes(b"not a zip")
    with pytest.raises(ValueError, match="is no checkpoint"):
        checkpoint.restore(str(tmp_path / "bad"))


def test_pickled_contents_are_refused(tmp_path):
    np.savez(tmp_path / "evil.npz", x=np.array([object()], dtype=object))
    with pytest.raises(ValueError, match="pickle"):
        tf.train.Checkpoint(model=Net()).restore(str(tmp_path / "evil"))


def test_the_manager_keeps_the_newest(tmp_path):
    manager = tf.train.CheckpointManager(
        tf.train.Checkpoint(model=Net()), str(tmp_path), max_to_keep=2
    )
    for _ in range(4):
        manager.save()
    assert [os.path.basename(p) for p in manager.checkpoints] == ["ckpt-3", "ckpt-4"]
    assert sorted(p.name for p in tmp_path.glob("*.npz")) == ["ckpt-3.npz", "ckpt-4.npz"]
