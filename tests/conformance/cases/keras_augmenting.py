"""Keras: layers that change images at random."""

import numpy as np

from tests.conformance.case import case, tf

IMAGES = (np.arange(2 * 6 * 5 * 2, dtype="float32").reshape(2, 6, 5, 2) * 7.0) % 200.0


def seeded():
    """Layers of this case are named and filled as in a fresh program."""
    tf.keras.utils.clear_session()
    tf.keras.utils.set_random_seed(1)
    return tf.keras.layers


def tried(layer):
    """Twice in training, once on a single image, once not in training; what the layer says."""
    return [layer(IMAGES, training=True), layer(IMAGES), layer(IMAGES[0]),
            layer(IMAGES, training=False), layer.get_config()]  # fmt: skip


@case
def flips():
    layers = seeded()
    modes = ("horizontal", "vertical", "horizontal_and_vertical")
    return [tried(layers.RandomFlip(mode, seed=3)) for mode in modes]


@case
def contrasts_and_brightness():
    layers = seeded()
    return [tried(layers.RandomContrast(0.4, seed=1)), tried(layers.RandomContrast((0.1, 0.8))),
            tried(layers.RandomBrightness(0.3, seed=2)),
            tried(layers.RandomBrightness((-0.2, 0.1), value_range=(0, 100), seed=2))]  # fmt: skip


@case
def rotations():
    layers = seeded()
    found = [tried(layers.RandomRotation(0.2, seed=1))]
    for mode in ("wrap", "constant", "nearest"):
        found.append(tried(layers.RandomRotation((-0.1, 0.3), fill_mode=mode, seed=2)))
    found.append(tried(layers.RandomRotation(0.5, interpolation="nearest", fill_value=9.0,
                                             fill_mode="constant", seed=4)))  # fmt: skip
    return found


@case
def zooms():
    layers = seeded()
    return [tried(layers.RandomZoom(0.4, seed=1)),
            tried(layers.RandomZoom(0.3, (-0.2, 0.1), seed=2)),
            tried(layers.RandomZoom((0.2, 0.7), fill_mode="constant", seed=5)),
            tried(layers.RandomZoom(0.9, fill_mode="wrap", seed=6))]  # fmt: skip


@case
def translations():
    layers = seeded()
    return [tried(layers.RandomTranslation(0.3, 0.2, seed=1)),
            tried(layers.RandomTranslation((-0.5, 0.1), 0.6, fill_mode="wrap", seed=2)),
            tried(layers.RandomTranslation(0.9, 0.9, fill_mode="constant", seed=3)),
            tried(layers.RandomTranslation(0.4, 0.4, fill_mode="nearest", interpolation="nearest",
                                           seed=3))]  # fmt: skip


@case
def crops():
    layers = seeded()
    return [tried(layers.RandomCrop(3, 2, seed=1)), tried(layers.RandomCrop(6, 5, seed=1)),
            tried(layers.RandomCrop(4, 4, seed=7)),
            layers.RandomCrop(8, 7, seed=2)(IMAGES)]  # fmt: skip


@case
def augmentation_in_models():
    layers = seeded()
    net = tf.keras.Sequential([
        tf.keras.Input((6, 5, 2)), layers.RandomFlip(seed=1), layers.RandomRotation(0.1, seed=2),
        layers.Rescaling(0.01), layers.Flatten(), layers.Dense(1),
    ])  # fmt: skip
    net.compile("sgd", "mse")
    history = net.fit(IMAGES, np.array([0.0, 1.0]), epochs=2, verbose=0, shuffle=False)
    return history.history, net(IMAGES), net.predict(IMAGES, verbose=0)


@case
def augmentation_in_functions():
    layers = seeded()
    layer = layers.RandomTranslation(0.3, 0.2, seed=1)

    @tf.function
    def change(images):
        return layer(images, training=True)

    return change(IMAGES), change(IMAGES)


@case(match="should be a number")
def rotation_by_too_much():
    return tf.keras.layers.RandomRotation(1.5)


@case(match="Unknown `fill_mode`")
def rotation_with_an_unknown_fill():
    return tf.keras.layers.RandomRotation(0.5, fill_mode="x")


@case(match=r"in the range \(-1.0, 1.0\]")
def zoom_to_nothing():
    return tf.keras.layers.RandomZoom(-1.0)


@case(match="The `value_range` argument should be a list of two numbers")
def brightness_in_no_range():
    return tf.keras.layers.RandomBrightness(0.1, value_range=3)


@case
def whole_numbers():
    layers = seeded()
    return layers.RandomFlip(seed=3)(IMAGES.astype("uint8")), layers.RandomZoom(0.2, seed=1)(
        IMAGES.astype("uint8")
    )
