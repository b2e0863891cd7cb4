"""Keras: names, paths, reprs, initial values, errors, summaries, layers."""

import numpy as np

from tests.conformance.case import case, tf


def seeded():
    """Layers of this case are named and filled as in a fresh program."""
    tf.keras.utils.clear_session()
    tf.keras.utils.set_random_seed(1)


X = np.linspace(-1.0, 1.0, 24, dtype="float32").reshape(8, 3)


@case
def initial_values_follow_the_seed():
    seeded()
    layer = tf.keras.layers.Dense(2)
    layer(tf.zeros([1, 3]))
    return layer.kernel.numpy(), layer.bias.numpy(), layer.kernel.path, repr(layer.bias)


@case
def initializers_with_seeds():
    seeded()
    make = tf.keras.initializers
    return [
        make.RandomNormal(seed=1)((2, 2)), make.RandomUniform(-1, 1, seed=2)((3,)),
        make.TruncatedNormal(seed=3)((2, 2)), make.HeNormal(seed=4)((3, 2)),
        make.LecunUniform(seed=5)((3, 2)), make.VarianceScaling(2.0, "fan_out", seed=6)((2, 3, 4)),
        make.Constant(2.0)((2,)), make.Identity()((2, 2)), make.GlorotUniform().get_config(),
    ]  # fmt: skip


@case
def names_count_by_class():
    seeded()
    layers = tf.keras.layers
    made = [layers.Dense(1), layers.Dense(1), layers.Conv2D(1, 1), layers.BatchNormalization()]
    made += [layers.LSTM(1), layers.Dense(1, name="mine")]
    return [layer.name for layer in made], [repr(layer) for layer in made]


@case
def paths_of_a_stack():
    seeded()
    net = tf.keras.Sequential([tf.keras.Input((3,)), tf.keras.layers.Dense(2)])
    return [(v.name, v.path, v.dtype, v.trainable) for v in net.variables], repr(net), net.built


class Block(tf.keras.Model):
    """A model with a list of layers."""

    def __init__(self):
        super().__init__()
        self.first = tf.keras.layers.Dense(2)
        self.rest = [tf.keras.layers.Dense(2, use_bias=False), tf.keras.layers.Dense(1)]

    def call(self, x, training=False):
        x = self.first(x)
        for layer in self.rest:
            x = layer(x)
        return x * 2.0 if training else x


@case
def weights_of_a_subclass():
    seeded()
    block = Block()
    before = [len(block.weights), block.built]
    block(tf.constant(X))
    paths = [v.path for v in block.trainable_weights]
    block.rest[0].trainable = False
    return before, paths, len(block.trainable_weights), [repr(layer) for layer in block.layers]


@case
def plain_variables_are_not_weights():
    class Scale(tf.keras.layers.Layer):
        def __init__(self):
            super().__init__()
            self.w = tf.Variable(2.0)

        def call(self, x):
            return x * self.w

    layer = Scale()
    with tf.GradientTape() as tape:
        y = tf.reduce_sum(layer(tf.constant([1.0, 2.0])))
    return layer.variables, y, tape.gradient(y, layer.w)


@case
def training_reaches_layers_inside():
    seeded()
    net = tf.keras.Sequential([tf.keras.layers.Dropout(0.5, seed=1)])
    x = tf.ones([2, 4])
    return net(x), net(x, training=True), net(x, training=False)


@case(match="incompatible with the layer: expected axis -1 of input shape to have value 3")
def wrong_width():
    layer = tf.keras.layers.Dense(2)
    layer(tf.zeros([1, 3]))
    return layer(tf.zeros([1, 4]))


@case(match="expected min_ndim=2, found ndim=1")
def wrong_rank():
    return tf.keras.layers.Dense(2)(tf.zeros([4]))


@case(match="Only input tensors may be passed as positional arguments")
def lists_are_no_tensors():
    return tf.keras.layers.Dense(2)([[1.0, 2.0]])


@case(match="Exception encountered when calling Bad.call")
def errors_name_the_layer():
    class Bad(tf.keras.layers.Layer):
        def call(self, x):
            raise ValueError("no good")

    return Bad()(tf.zeros([1]))


@case(match="`name` must be passed as a keyword argument")
def weights_are_named_by_keyword():
    return tf.keras.layers.Layer().add_weight("kernel", shape=[2])


@case(match="you forgot to call `super")
def super_must_be_called():
    class Forgetful(tf.keras.layers.Layer):
        def __init__(self):
            pass

        def call(self, x):
            return x

    return Forgetful()(tf.zeros([1]))


@case
def summary_of_a_stack():
    seeded()
    net = tf.keras.Sequential(
        [
            tf.keras.Input((8, 8, 1)),
            tf.keras.layers.Conv2D(4, 3, activation="relu"),
            tf.keras.layers.BatchNormalization(),
            tf.keras.layers.Flatten(),
            tf.keras.layers.Dense(10),
        ]
    )
    net.summary()


@case
def summary_of_branches():
    seeded()
    inputs = tf.keras.Input((4,), name="features")
    left = tf.keras.layers.Dense(3)(inputs)
    right = tf.keras.layers.Dense(3, activation="tanh")(inputs)
    joined = tf.keras.layers.Add()([left, right])
    net = tf.keras.Model(inputs, tf.keras.layers.Dense(1, name="out")(joined + 1.0), name="net")
    net.summary()
    net.summary(show_trainable=True)


@case
def summary_before_building():
    seeded()
    tf.keras.Sequential([tf.keras.layers.Dense(2)]).summary()


@case
def symbolic_tensors():
    seeded()
    inputs = tf.keras.Input((3,), name="x")
    y = tf.keras.layers.Dense(2)(inputs)
    net = tf.keras.Model(inputs, y)
    return repr(inputs), y.shape, y.dtype, [repr(layer) for layer in net.layers], net.input_shape


@case(match="KerasTensor cannot be used as input to a TensorFlow function")
def symbolic_tensors_need_layers():
    return tf.reduce_sum(tf.keras.Input((3,)))


@case
def configurations_make_equal_layers():
    seeded()
    layer = tf.keras.layers.Dense(3, activation="relu", kernel_regularizer="l2", name="d")
    copy = tf.keras.layers.Dense.from_config(layer.get_config())
    config = layer.get_config()
    return copy.units, copy.name, copy.activation.__name__, config["units"], config["activation"]


@case
def regularizers_are_losses():
    layer = tf.keras.layers.Dense(
        1, kernel_initializer="ones", kernel_regularizer=tf.keras.regularizers.L2(0.5),
        activity_regularizer=tf.keras.regularizers.L1(0.1),
    )  # fmt: skip
    layer(tf.constant([[1.0, 2.0]]))
    return layer.losses


@case
def merging_layers():
    layers = tf.keras.layers
    a, b = tf.constant([[1.0, 2.0]]), tf.constant([[3.0, 5.0]])
    kinds = [layers.Add, layers.Subtract, layers.Multiply, layers.Average, layers.Maximum]
    return [kind()([a, b]) for kind in kinds], layers.Dot(1)([a, b]), layers.concatenate([a, b])


@case
def rows_of_categories():
    utils = tf.keras.utils
    return utils.to_categorical([0, 2, 1]), utils.pad_sequences([[1], [2, 3]], padding="post")


@case(rtol=1e-4)
def layers_of_many_kinds():
    seeded()
    layers = tf.keras.layers
    x = tf.reshape(tf.range(32.0), [2, 4, 4, 1]) / 10.0
    s = tf.reshape(tf.range(24.0), [2, 4, 3]) / 10.0
    return [
        layers.Conv2DTranspose(2, 3, strides=2, padding="same", kernel_initializer="ones")(x),
        layers.Conv2DTranspose(1, 3, strides=2, kernel_initializer="ones")(x),
        layers.DepthwiseConv2D(2, depthwise_initializer="ones")(x),
        layers.UpSampling2D(2)(x)[0], layers.ZeroPadding2D(((1, 2), (0, 1)))(x)[0],
        layers.Cropping2D(1)(x), layers.Permute((2, 1))(s), layers.RepeatVector(2)(s[0]),
        layers.GlobalMaxPooling1D()(s), layers.GlobalAveragePooling2D(keepdims=True)(x),
        layers.TimeDistributed(layers.Dense(2, kernel_initializer="ones"))(s),
        layers.LeakyReLU()(s - 1.0), layers.ELU(0.5)(s - 1.0), layers.Softmax()(s),
        layers.LayerNormalization()(s), layers.BatchNormalization()(s, training=True),
        layers.GaussianNoise(0.1, seed=1)(s, training=True),
        layers.AveragePooling2D(2)(x), layers.MaxPooling1D()(s),
    ]  # fmt: skip


@case(rtol=1e-4)
def recurrent_layers_in_both_directions():
    seeded()
    layers = tf.keras.layers
    s = tf.reshape(tf.range(24.0), [2, 4, 3]) / 10.0
    both = layers.Bidirectional(layers.LSTM(2))
    value = both(s)
    names = [v.path for v in both.variables]
    summed = layers.Bidirectional(layers.GRU(2, return_sequences=True), merge_mode="sum")(s)
    return value, names, summed, layers.SimpleRNN(2)(s), layers.GRU(2, return_state=True)(s)


@case
def operations_by_their_keras_names():
    ops = tf.keras.ops
    x = tf.constant([[1.0, 2.0], [3.0, 4.0]])
    return [
        ops.add(x, 1.0), ops.mean(x), ops.sum(x, axis=0), ops.matmul(x, x), ops.argmax(x),
        ops.concatenate([x, x]), ops.softmax(x), ops.arange(3), ops.take(x, [1], axis=0),
        ops.one_hot(tf.constant([0, 1]), 3), ops.clip(x, 2.0, 3.0), ops.zeros([2]), ops.dot(x, x),
        ops.convert_to_numpy(x), ops.std(x), ops.swapaxes(x, 0, 1), ops.where(x > 2.0, x, 0.0),
    ]  # fmt: skip


@case
def variables_without_names():
    seeded()

    class Linear(tf.keras.layers.Layer):
        def __init__(self):
            super().__init__()
            self.w = self.add_weight(shape=(2, 2))
            self.b = self.add_weight(shape=(2,), initializer="zeros")

        def call(self, x):
            return tf.matmul(x, self.w) + self.b

    return [v.path for v in Linear().weights]


@case
def normalization_learns_statistics():
    seeded()
    x = np.array([[1.0, 10.0], [2.0, 20.0], [3.0, 40.0]], "float32")
    layer = tf.keras.layers.Normalization()
    layer.adapt(x)
    first = [layer(x), layer.mean, layer.variance, repr(layer.weights)]
    layer.adapt(tf.data.Dataset.from_tensor_slices(x + 1.0).batch(2))
    given = tf.keras.layers.Normalization(axis=None, mean=3.0, variance=4.0, invert=True)
    return [*first, layer.mean, layer(x), given(x), given.variables]


@case
def normalization_of_other_shapes():
    layer = tf.keras.layers.Normalization(axis=3)
    return layer.adapt(np.zeros((2, 3)))
