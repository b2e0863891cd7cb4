"""Training, saving and printing of models: properties that do not depend on TensorFlow."""

import numpy as np
import pytest

import engine as tf

X = np.linspace(-1, 1, 30).reshape(10, 3).astype("float32")
Y = X.sum(1, keepdims=True)


def net(**options):
    model = tf.keras.Sequential([tf.keras.Input((3,)), tf.keras.layers.Dense(1)])
    model.compile(optimizer=tf.keras.optimizers.SGD(0.2), loss="mse", **options)
    return model


def test_fit_learns_and_tells():
    history = net(metrics=["mae"]).fit(X, Y, epochs=20, verbose=0).history
    assert history["loss"][-1] < history["loss"][0] / 10
    assert history.keys() == {"loss", "mae"}


@pytest.mark.parametrize("eager", [True, False])
def test_eager_and_traced_steps_agree(eager):
    tf.keras.utils.set_random_seed(3)
    model = net(run_eagerly=eager)
    model.fit(X, Y, epochs=2, shuffle=False, verbose=0)
    tf.keras.utils.set_random_seed(3)
    other = net(run_eagerly=not eager)
    other.fit(X, Y, epochs=2, shuffle=False, verbose=0)
    np.testing.assert_allclose(model.get_weights()[0], other.get_weights()[0], rtol=1e-6)


def test_progress_is_shown(capsys):
    net().fit(X, Y, epochs=2, batch_size=5, verbose=1)
    shown = capsys.readouterr().out
    assert "Epoch 1/2" in shown
    assert "2/2" in shown
    assert "loss: " in shown
    net().fit(X, Y, verbose=2)
    assert capsys.readouterr().out.startswith("1/1 - ")
    net().fit(X, Y, verbose=0)
    assert capsys.readouterr().out == ""


def test_early_stopping_goes_back_to_the_best_weights():
    stop = tf.keras.callbacks.EarlyStopping(
        "loss", patience=2, min_delta=1e9, restore_best_weights=True
    )
    model = net()
    before = model.get_weights()
    history = model.fit(X, Y, epochs=50, verbose=0, callbacks=[stop])
    assert len(history.epoch) == 3
    assert not np.allclose(before[0], model.get_weights()[0])


def test_the_rate_is_scheduled():
    rates = tf.keras.callbacks.LearningRateScheduler(lambda epoch, rate: 0.1 / (epoch + 1))
    history = net().fit(X, Y, epochs=3, verbose=0, callbacks=[rates]).history
    np.testing.assert_allclose(history["learning_rate"], [0.1, 0.05, 0.1 / 3], rtol=1e-6)


def test_several_outputs_have_losses_of_their_own():
    inputs = tf.keras.Input((3,))
    first = tf.keras.layers.Dense(1, name="first")(inputs)
    second = tf.keras.layers.Dense(1, name="second")(inputs)
    model = tf.keras.Model(inputs, [first, second])
    model.compile("sgd", loss={"first": "mse", "second": "mae"}, loss_weights=[1.0, 0.5])
    history = model.fit(X, [Y, Y], verbose=0).history
    assert {"loss", "first_loss", "second_loss"} <= history.keys()
    total = history["first_loss"][0] + 0.5 * history["second_loss"][0]
    np.testing.assert_allclose(history["loss"][0], total, rtol=1e-5)


@tf.keras.utils.register_keras_serializable("tests")
class Scaled(tf.keras.layers.Layer):
    """A layer with an argument and a weight."""

    def __init__(self, factor, **kwargs):
        super().__init__(**kwargs)
        self.factor = factor

    def build(self, input_shape):
        self.w = self.add_weight(shape=(input_shape[-1],), initializer="ones", name="w")

    def call(self, x):
        return x * self.w * self.factor


def test_own_layers_come_back_from_disk(tmp_path):
    inputs = tf.keras.Input((3,))
    model = tf.keras.Model(inputs, tf.keras.layers.Dense(2)(Scaled(3.0)(inputs)))
    model.save(tmp_path / "m.keras")
    again = tf.keras.models.load_model(tmp_path / "m.keras")
    np.testing.assert_allclose(again(X), model(X), rtol=1e-6)
    assert again.layers[1].factor == 3.0


def test_optimizer_and_loss_come_back_from_disk(tmp_path):
    model = net(metrics=["mae"])
    model.save(tmp_path / "m.keras")
    again = tf.keras.models.load_model(tmp_path / "m.keras")
    assert float(again.optimizer.learning_rate) == pytest.approx(0.2)
    assert again.evaluate(X, Y, verbose=0) == pytest.approx(model.evaluate(X, Y, verbose=0))


@pytest.mark.parametrize("content", [b"", b"nothing", b"PK\x05\x06" + b"\x00" * 18])
def test_damaged_files_are_refused(tmp_path, content):
    path = tmp_path / "m.keras"
    path.write_bytes(content)
    with pytest.raises(ValueError, match="is no model"):
        tf.keras.models.load_model(path)


def test_weights_of_another_model_are_refused(tmp_path):
    net().save_weights(tmp_path / "w.weights.h5")
    other = tf.keras.Sequential([tf.keras.Input((4,)), tf.keras.layers.Dense(1)])
    with pytest.raises(ValueError, match="Shape mismatch"):
        other.load_weights(tmp_path / "w.weights.h5")


def test_a_table_has_lines_of_one_width(capsys):
    inner = tf.keras.Sequential(
        [tf.keras.Input((3,)), tf.keras.layers.Dense(2, name="a_layer_with_quite_a_long_name" * 2)]
    )
    model = tf.keras.Sequential([inner, tf.keras.layers.Dense(1)])
    model(X)
    model.summary(expand_nested=True, line_length=60)
    table = [line for line in capsys.readouterr().out.splitlines() if line[:1] in "┏┃┡│├└"]
    assert {len(line) for line in table} == {60}
    assert any("└ " in line for line in table)


def test_recurrent_layers_have_the_weights_of_their_cell():
    tf.keras.utils.clear_session()
    layer = tf.keras.layers.GRU(2, return_sequences=True)
    assert layer(tf.ones([1, 4, 3])).shape == (1, 4, 2)
    assert [v.path.split("/", 1)[1] for v in layer.weights] == [
        "gru_cell/kernel",
        "gru_cell/recurrent_kernel",
        "gru_cell/bias",
    ]
    again = tf.keras.layers.GRU.from_config(layer.get_config())
    assert again.units == 2
    assert again.return_sequences


def test_sample_weights_and_class_weights():
    model = net()
    model.fit(X, Y, sample_weight=np.zeros(10, "float32"), verbose=0)
    labels = (Y > 0).astype("int32")
    weighted = net().fit(X, labels, class_weight={0: 0.0, 1: 0.0}, verbose=0).history["loss"]
    assert weighted == [0.0]


def test_normalization_refuses_what_does_not_fit():
    layer = tf.keras.layers.Normalization()
    layer.adapt(np.ones((3, 2), "float32"))
    with pytest.raises(ValueError, match="incompatible shape"):
        layer.adapt(np.ones((3, 5), "float32"))
    with pytest.raises(ValueError, match="empty iterable"):
        layer.adapt([])
    with pytest.raises(TypeError, match="Unsupported data type"):
        layer.adapt(3.0)
    with pytest.raises(ValueError, match="both `mean` and `variance` must be set"):
        tf.keras.layers.Normalization(mean=1.0)
    with pytest.raises(AttributeError, match="statistics were given"):
        tf.keras.layers.Normalization(mean=1.0, variance=2.0).adapt(np.ones((3, 2), "float32"))


def test_normalization_comes_back_from_its_configuration():
    layer = tf.keras.layers.Normalization(axis=None, mean=1.0, variance=4.0)
    again = tf.keras.layers.Normalization.from_config(layer.get_config())
    assert again(np.array([[3.0]], "float32")).numpy().tolist() == [[1.0]]
