"""Keras: convolutions, pooling, normalisation, dropout and shapes, in all their forms."""

import numpy as np

from tests.conformance.case import case, tf


def seeded():
    """Layers of this case are named and filled as in a fresh program."""
    tf.keras.utils.clear_session()
    tf.keras.utils.set_random_seed(1)
    return tf.keras.layers


def wave(*shape):
    return np.sin(np.arange(np.prod(shape), dtype="float32")).reshape(shape)


LINE, PLANE, SPACE = wave(2, 7, 3), wave(2, 6, 5, 4), wave(1, 4, 3, 4, 2)


def told(layer, inputs, *args, **kwargs):
    """What a layer answers, and how its weights are called."""
    result = layer(inputs, *args, **kwargs)
    return result, [(w.path, tuple(w.shape)) for w in layer.weights], tuple(result.shape)


@case
def transposed_convolutions():
    layers = seeded()
    return [
        told(layers.Conv1DTranspose(2, 3, activation="relu"), LINE),
        told(layers.Conv1DTranspose(2, 3, strides=2, padding="same"), LINE),
        told(layers.Conv1DTranspose(2, 3, strides=2, output_padding=1), LINE),
        told(layers.Conv2DTranspose(2, (3, 2), strides=(2, 3), padding="same"), PLANE),
        told(layers.Conv2DTranspose(2, 3, strides=2, output_padding=(1, 0), use_bias=False), PLANE),
        told(layers.Conv2DTranspose(2, 3, strides=3, padding="same", output_padding=1), PLANE),
        told(layers.Conv3DTranspose(2, 2, strides=2), SPACE),
    ]  # fmt: skip


@case(match="`output_padding` must be strictly less than `strides`")
def transposed_convolution_with_too_much_padding():
    return tf.keras.layers.Conv2DTranspose(2, 3, strides=2, output_padding=2)


@case
def depthwise_and_separable_convolutions():
    layers = seeded()
    return [
        told(layers.DepthwiseConv1D(3, depth_multiplier=2), LINE),
        told(layers.DepthwiseConv1D(3, strides=2, padding="same", activation="tanh"), LINE),
        told(layers.DepthwiseConv1D(2, dilation_rate=2, use_bias=False), LINE),
        told(layers.DepthwiseConv2D(3, depth_multiplier=2, strides=2, padding="same"), PLANE),
        told(layers.DepthwiseConv2D(2, dilation_rate=2), PLANE),
        told(layers.SeparableConv1D(4, 3, depth_multiplier=2, activation="relu"), LINE),
        told(layers.SeparableConv1D(4, 3, strides=2, padding="same"), LINE),
        told(layers.SeparableConv2D(4, (3, 2), use_bias=False), PLANE),
        told(layers.SeparableConv2D(4, 3, strides=2, padding="same", depth_multiplier=2), PLANE),
    ]  # fmt: skip


@case
def plain_convolutions():
    layers = seeded()
    return [
        told(layers.Conv1D(2, 3, padding="causal", dilation_rate=2), LINE),
        told(layers.Conv1D(2, 3, strides=2, padding="SAME"), LINE),
        told(layers.Conv2D(4, 3, groups=2, activation="gelu"), PLANE),
        told(layers.Conv2D(2, (3, 1), strides=(1, 2), padding="same", dilation_rate=1), PLANE),
        told(layers.Conv2D(2, 2, dilation_rate=2), PLANE),
        told(layers.Conv3D(2, 2), SPACE),
    ]  # fmt: skip


@case(match="`strides > 1` not supported in conjunction with `dilation_rate > 1`")
def convolution_with_strides_and_dilation():
    return tf.keras.layers.Conv2D(2, 3, strides=2, dilation_rate=2)


@case(match="argument must be a tuple of 2 integers")
def convolution_with_three_sizes():
    return tf.keras.layers.Conv2D(2, (3, 3, 3))


@case(match="do not satisfy `value > 0`")
def convolution_with_size_zero():
    return tf.keras.layers.Conv1D(2, 0)


@case(match="The `padding` argument must be a list/tuple or one of")
def convolution_with_unknown_padding():
    return tf.keras.layers.Conv2D(2, 3, padding="causal")


@case(match="evenly divisible by the number of groups")
def convolution_with_groups_that_do_not_divide():
    return tf.keras.layers.Conv2D(3, 3, groups=2)


@case(match="expected axis -1 of input shape to have value 4")
def convolution_with_other_channels_later():
    layer = tf.keras.layers.Conv2D(2, 3)
    layer(PLANE)
    return layer(PLANE[..., :3])


@case
def convolutions_say_what_they_are():
    layers = seeded()
    made = [
        layers.Conv2D(2, 3), layers.Conv1DTranspose(2, 3), layers.Conv2DTranspose(2, 3, strides=2),
        layers.DepthwiseConv1D(3), layers.DepthwiseConv2D(3, activation="relu"),
        layers.SeparableConv1D(2, 3), layers.SeparableConv2D(2, 3, depthwise_regularizer="l2"),
        layers.Conv3DTranspose(2, 3, dilation_rate=2), layers.Conv3D(2, 1, data_format=None),
    ]  # fmt: skip
    again = [type(layer).from_config(layer.get_config()) for layer in made]
    return [layer.get_config() for layer in made], [repr(layer) for layer in again]


@case
def pooling():
    layers = seeded()
    return [
        layers.MaxPooling1D(2, strides=1)(LINE), layers.AveragePooling1D(3, padding="same")(LINE),
        layers.MaxPooling2D((2, 1), padding="same")(PLANE), layers.AveragePooling2D(2)(PLANE),
        layers.MaxPooling3D(2, 1)(SPACE), layers.GlobalMaxPooling1D(keepdims=True)(LINE),
        layers.GlobalAveragePooling2D(data_format="channels_first")(PLANE),
        layers.GlobalMaxPooling3D()(SPACE), layers.MaxPooling2D().get_config(),
        layers.GlobalAveragePooling1D().get_config(), layers.MaxPooling2D().built,
    ]  # fmt: skip


@case
def shapes():
    layers = seeded()
    return [
        layers.ZeroPadding1D((1, 2))(LINE), layers.ZeroPadding2D(((1, 0), (0, 2)))(PLANE)[0, 0],
        layers.ZeroPadding2D(1, data_format="channels_first")(PLANE)[0, 0],
        layers.ZeroPadding3D(1).get_config(), layers.Cropping1D((1, 2))(LINE),
        layers.Cropping1D().get_config(), layers.Cropping2D((1, 2))(PLANE),
        layers.Cropping2D(((1, 0), (1, 1)), data_format="channels_first")(PLANE),
        layers.Cropping3D(1)(wave(1, 3, 4, 3, 2)), layers.UpSampling1D(2)(LINE[:, :2]),
        layers.UpSampling2D((1, 2))(PLANE[:1, :2]), layers.UpSampling3D().get_config(),
        layers.UpSampling2D(2, data_format="channels_first")(PLANE[:1, :2, :2]),
        layers.UpSampling2D(2, interpolation="bilinear")(PLANE[:1, :2, :2]),
        layers.Flatten(data_format="channels_first")(PLANE), layers.Flatten().get_config(),
        layers.Flatten()(np.arange(3.0)), layers.Permute((2, 1)).get_config(),
    ]  # fmt: skip


@case
def group_normalization():
    layers = seeded()
    found = []
    for layer in (layers.GroupNormalization(2), layers.GroupNormalization(-1, center=False),
                  layers.GroupNormalization(1, scale=False, epsilon=0.1),
                  layers.GroupNormalization(3, axis=1)):  # fmt: skip
        found += [told(layer, PLANE), layer.get_config()]
    return found


@case(match="must be a multiple of the number of channels")
def group_normalization_with_groups_that_do_not_divide():
    return tf.keras.layers.GroupNormalization(3)(PLANE)


@case(match="cannot be more than the number of channels")
def group_normalization_with_too_many_groups():
    return tf.keras.layers.GroupNormalization()(PLANE)


@case(match="expected a positive integer")
def group_normalization_without_groups():
    return tf.keras.layers.GroupNormalization(0)


@case
def other_normalizations():
    layers = seeded()
    return [
        told(layers.RMSNormalization(), LINE), told(layers.RMSNormalization([1, 2]), LINE),
        layers.RMSNormalization(epsilon=0.5).get_config(), told(layers.UnitNormalization(), LINE),
        layers.UnitNormalization(axis=[1, 2])(LINE), layers.UnitNormalization(1).get_config(),
        layers.UnitNormalization()(np.zeros((1, 2), "float32")),
        told(layers.LayerNormalization([1, 2]), LINE), told(layers.LayerNormalization(1), LINE),
        layers.LayerNormalization(gamma_initializer="zeros", center=False)(LINE),
        layers.LayerNormalization().get_config(),
    ]  # fmt: skip


@case
def batch_normalization():
    layers = seeded()
    layer = layers.BatchNormalization(axis=1, momentum=0.5, gamma_initializer="ones")
    found = [layer(PLANE, training=True), layer(PLANE), layer.get_config()]
    masked = layers.BatchNormalization()
    mask = np.array([[True] * 4 + [False] * 3, [True] * 7])
    found += [masked(LINE, training=True, mask=mask), masked.moving_mean.numpy()]
    return found


@case
def spectral_normalization():
    layers = seeded()
    layer = layers.SpectralNormalization(layers.Dense(3), power_iterations=2)
    first = layer(LINE[0])
    second = layer(LINE[0], training=True)
    names = [(w.path, tuple(w.shape)) for w in layer.weights]
    return first, second, layer(LINE[0]), names, layer.get_config()["power_iterations"]


@case(match="`power_iterations` should be greater than zero")
def spectral_normalization_without_iterations():
    return tf.keras.layers.SpectralNormalization(tf.keras.layers.Dense(3), power_iterations=0)


@case
def dropouts():
    layers = seeded()
    found = []
    for layer in (layers.Dropout(0.4, seed=3), layers.SpatialDropout1D(0.5, seed=1),
                  layers.GaussianDropout(0.3, seed=2), layers.AlphaDropout(0.4, seed=5),
                  layers.GaussianNoise(0.2, seed=4),
                  layers.Dropout(0.5, noise_shape=(None, 1, None), seed=3)):  # fmt: skip
        found += [layer(LINE, training=True), layer(LINE, training=True), layer(LINE)]
        found += [layer.get_config(), layer.built]
    return found


@case
def dropouts_of_channels():
    layers = seeded()
    found = []
    for layer, inputs in ((layers.SpatialDropout2D(0.5, seed=1), PLANE),
                          (layers.SpatialDropout2D(0.5, "channels_first", seed=1), PLANE),
                          (layers.SpatialDropout3D(0.5, seed=2), SPACE)):  # fmt: skip
        found += [layer(inputs, training=True), layer(inputs), layer.get_config()]
    return found


@case(match="Expected a float value between 0 and 1")
def dropout_of_too_much():
    return tf.keras.layers.GaussianDropout(1.5)


@case(match="Expected all dimensions to be positive integers or None")
def dropout_with_a_negative_noise_shape():
    return tf.keras.layers.Dropout(0.5, noise_shape=(1, -2))


@case
def activity_regularization():
    layers = seeded()
    layer = layers.ActivityRegularization(l1=0.1, l2=0.01)
    result = layer(LINE)
    dense = layers.Dense(2, activity_regularizer="l2")
    dense(LINE)
    return result, layer.losses, layer.get_config(), dense.losses, dense.get_config()


@case
def embeddings():
    layers = seeded()
    layer = layers.Embedding(5, 2, embeddings_regularizer="l2")
    known = layers.Embedding(2, 3, weights=np.ones((2, 3), "float32"))
    return layer([[1, 2], [4, 0]]), layer.losses, layer.get_config(), known([[0], [1]])


@case(match="`input_dim` must be a positive integer")
def embedding_of_no_rows():
    return tf.keras.layers.Embedding(0, 3)


@case
def dense_says_what_it_is():
    layers = seeded()
    return (
        layers.Dense(2).get_config(),
        layers.Reshape((2, 3)).built,
        layers.Activation("relu").built,
    )


@case
def channels_first():
    layers = seeded()
    return [
        layers.AveragePooling1D(2, data_format="channels_first").get_config(),
        told(layers.SeparableConv2D(2, 3, data_format="channels_last"), PLANE),
        layers.GlobalAveragePooling1D(data_format="channels_first")(LINE),
    ]


@case
def subclass_with_a_build_of_its_own():
    layers = seeded()

    class Scaled(layers.Activation):
        def __init__(me, *args, **kwargs):
            super().__init__(*args, **kwargs)

        def build(me, input_shape):
            me.factor = me.add_weight(shape=(input_shape[-1],), initializer="ones", name="factor")

        def call(me, inputs):
            return super().call(inputs) * me.factor

    layer = Scaled("relu")
    return layer.built, told(layer, LINE), layer.get_config()
