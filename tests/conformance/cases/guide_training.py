"""Gradients, modules, models and training, as in a tutorial."""

import numpy as np

from tests.conformance.case import case, tf


@case
def dense_layer_gradient():
    w = tf.Variable([[0.1, 0.2], [0.3, 0.4], [0.5, 0.6]], name="w")
    b = tf.Variable(tf.zeros(2, dtype=tf.float32), name="b")
    x = [[1.0, 2.0, 3.0]]
    with tf.GradientTape(persistent=True) as tape:
        y = x @ w + b
        loss = tf.reduce_mean(y**2)
    grads = tape.gradient(loss, {"w": w, "b": b})
    return grads, [v.name for v in tape.watched_variables()]


@case
def what_the_tape_watches():
    x0 = tf.Variable(3.0, name="x0")
    x1 = tf.Variable(3.0, name="x1", trainable=False)
    x2 = tf.Variable(2.0, name="x2") + 1.0
    x3 = tf.constant(3.0, name="x3")
    with tf.GradientTape() as tape:
        y = (x0**2) + (x1**2) + (x2**2)
    return tape.gradient(y, [x0, x1, x2, x3]), [v.name for v in tape.watched_variables()]


@case
def intermediate_results():
    x = tf.constant(3.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = x * x
        z = y * y
    return tape.gradient(z, y)


@case
def control_flow_on_values():
    x = tf.constant(1.0)
    v0, v1 = tf.Variable(2.0), tf.Variable(2.0)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        result = v0 if x > 0.0 else v1**2
    return tape.gradient(result, [v0, v1]), tape.gradient(result, x)


@case
def replaced_variable_gives_none():
    x = tf.Variable(2.0)
    grads = []
    for _ in range(2):
        with tf.GradientTape() as tape:
            y = x + 1
        grads.append((type(x).__name__, tape.gradient(y, x)))
        x = x + 1
    return grads


@case
def calculation_outside_gives_none():
    x = tf.Variable([[1.0, 2.0], [3.0, 4.0]], dtype=tf.float32)
    with tf.GradientTape() as tape:
        x2 = x**2
        y = np.mean(x2, axis=0)
        y = tf.reduce_mean(y, axis=0)
    return tape.gradient(y, x)


@case
def integer_gives_none():
    x = tf.constant(10)
    with tf.GradientTape() as g:
        g.watch(x)
        y = x * x
    return g.gradient(y, x)


@case
def state_gives_none():
    x0, x1 = tf.Variable(3.0), tf.Variable(0.0)
    with tf.GradientTape() as tape:
        x1.assign_add(x0)
        y = x1**2
    return tape.gradient(y, x0), x1


@case
def per_sample_gradients_by_jacobian():
    x = tf.linspace(-1.0, 1.0, 5)
    delta = tf.Variable(0.0)
    with tf.GradientTape() as tape:
        y = tf.nn.sigmoid(x + delta)
    return tape.jacobian(y, delta)


@case
def jacobian_of_a_layer():
    x = tf.constant([[0.1, 0.2, 0.3], [0.4, 0.5, 0.6]])
    w = tf.Variable([[0.1, -0.2], [0.3, 0.4], [-0.5, 0.6]])
    with tf.GradientTape(persistent=True) as tape:
        y = tf.nn.relu(x @ w)
    return tape.jacobian(y, w).shape, tape.jacobian(y, w)[0, 0], tape.gradient(y, w)


@case
def hessian_of_layers():
    x = tf.constant([[0.1, 0.2]])
    w = tf.Variable([[0.3], [0.4]])
    with tf.GradientTape() as t2:
        with tf.GradientTape() as t1:
            loss = tf.reduce_mean(tf.tanh(x @ w) ** 2)
        g = t1.gradient(loss, w)
    return t2.jacobian(g, w)


@case
def gradient_penalty():
    x = tf.Variable([[0.5, -0.5]])
    w = tf.Variable([[1.0], [2.0]])
    with tf.GradientTape() as t2:
        with tf.GradientTape(watch_accessed_variables=False) as t1:
            t1.watch(x)
            y = tf.reduce_sum((x @ w) ** 3)
        g1 = t1.gradient(y, x)
        g1_mag = tf.norm(g1)
    return t2.gradient(g1_mag, w)


@case
def clipped_gradients():
    @tf.custom_gradient
    def clip(y):
        def backward(dy):
            return tf.clip_by_norm(dy, 0.5)

        return y, backward

    v = tf.Variable(2.0)
    with tf.GradientTape() as t:
        output = clip(v * v)
    return t.gradient(output, v)


@case
def linear_regression():
    tf.random.set_seed(0)
    x = tf.linspace(-2.0, 2.0, 21)
    y = 3.0 * x + 2.0

    class Line(tf.Module):
        def __init__(self):
            super().__init__()
            self.w, self.b = tf.Variable(5.0), tf.Variable(0.0)

        def __call__(self, x):
            return self.w * x + self.b

    model = Line()
    losses = []
    for _ in range(5):
        with tf.GradientTape() as t:
            loss = tf.reduce_mean(tf.square(y - model(x)))
        dw, db = t.gradient(loss, [model.w, model.b])
        model.w.assign_sub(0.1 * dw)
        model.b.assign_sub(0.1 * db)
        losses.append(float(loss))
    return losses, model.w, model.b, [v.name for v in model.variables]


@case
def modules_and_names():
    class SimpleModule(tf.Module):
        def __init__(self, name=None):
            super().__init__(name=name)
            self.a_variable = tf.Variable(5.0, name="train_me")
            self.non_trainable_variable = tf.Variable(5.0, trainable=False, name="do_not_train_me")

        def __call__(self, x):
            return self.a_variable * x + self.non_trainable_variable

    m = SimpleModule(name="simple")
    print("trainable variables:", m.trainable_variables)
    print("all variables:", m.variables)
    return m(tf.constant(5.0)), m.name, m.name_scope.name


@case
def sequential_module():
    class Dense(tf.Module):
        def __init__(self, n_in, n_out, name=None):
            super().__init__(name=name)
            self.w = tf.Variable(tf.ones([n_in, n_out]) * 0.5, name="w")
            self.b = tf.Variable(tf.zeros([n_out]), name="b")

        def __call__(self, x):
            return tf.nn.relu(tf.matmul(x, self.w) + self.b)

    class Model(tf.Module):
        def __init__(self, name=None):
            super().__init__(name=name)
            self.dense_1 = Dense(3, 3)
            self.dense_2 = Dense(3, 2)

        @tf.function
        def __call__(self, x):
            return self.dense_2(self.dense_1(x))

    m = Model(name="the_model")
    return m(tf.constant([[2.0, 2.0, 2.0]])), [s.name for s in m.submodules], len(m.variables)


@case
def module_with_name_scope():
    class Net(tf.Module):
        @tf.Module.with_name_scope
        def __call__(self, x):
            if not hasattr(self, "w"):
                self.w = tf.Variable(tf.ones([x.shape[1], 2]), name="w")
            return x @ self.w

    net = Net(name="net")
    return net(tf.ones([1, 3])), net.w.name


@case
def keras_dense_layers():
    k = tf.keras
    layer = k.layers.Dense(
        2, kernel_initializer="ones", bias_initializer="zeros", activation="relu"
    )
    model = k.Sequential([k.layers.Dense(3, kernel_initializer="ones"), k.layers.Dense(1)])
    x = tf.constant([[1.0, -2.0, 4.0]])
    y = layer(x)
    out = model(x)
    return (
        y,
        layer.kernel.numpy(),
        layer.bias.numpy(),
        out.shape,
        len(model.trainable_variables),
        len(model.layers),
    )


@case
def keras_custom_layer_and_model():
    class MyDense(tf.keras.layers.Layer):
        def __init__(self, units):
            super().__init__()
            self.units = units

        def build(self, input_shape):
            self.w = self.add_weight(shape=(input_shape[-1], self.units), initializer="ones")

        def call(self, x):
            return tf.matmul(x, self.w)

    class MyModel(tf.keras.Model):
        def __init__(self):
            super().__init__()
            self.a, self.b = MyDense(3), MyDense(2)

        def call(self, x, training=False):
            x = tf.nn.relu(self.a(x))
            if training:
                x = x * 2.0
            return self.b(x)

    m = MyModel()
    x = tf.ones([1, 2])
    return m(x), m(x, training=True), len(m.trainable_weights), m.built


@case
def keras_losses_and_metrics():
    k = tf.keras
    y, p = tf.constant([[0.0, 1.0], [1.0, 0.0]]), tf.constant([[0.1, 0.9], [0.6, 0.4]])
    accuracy = k.metrics.SparseCategoricalAccuracy()
    accuracy.update_state(tf.constant([1, 0]), p)
    mean = k.metrics.Mean()
    mean(2.0)
    mean(4.0)
    return (
        k.losses.MeanSquaredError()(y, p),
        k.losses.CategoricalCrossentropy()(y, p),
        k.losses.BinaryCrossentropy(from_logits=True)(y, p),
        k.losses.SparseCategoricalCrossentropy(from_logits=True)(tf.constant([1, 0]), p),
        accuracy.result(),
        mean.result(),
    )


@case(rtol=1e-4)
def optimizers_take_steps():
    k = tf.keras.optimizers
    result = []
    for make in (
        lambda: k.SGD(0.1),
        lambda: k.SGD(0.1, momentum=0.9),
        lambda: k.Adam(0.1),
        lambda: k.RMSprop(0.1),
        lambda: k.Adagrad(0.1),
    ):
        v, optimizer = tf.Variable([1.0, -2.0]), make()
        for _ in range(3):
            with tf.GradientTape() as tape:
                loss = tf.reduce_sum(v * v)
            optimizer.apply_gradients([(tape.gradient(loss, v), v)])
        result.append(v)
    return result


@case
def custom_training_loop_in_a_function():
    tf.random.set_seed(1)
    w = tf.Variable([[0.5], [-0.5]])
    optimizer = tf.keras.optimizers.SGD(0.05)
    data = tf.data.Dataset.from_tensor_slices(
        (
            tf.constant([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0], [7.0, 8.0]]),
            tf.constant([1.0, 2.0, 3.0, 4.0]),
        )
    ).batch(2)

    @tf.function
    def step(x, y):
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean((tf.squeeze(x @ w, 1) - y) ** 2)
        grads = tape.gradient(loss, [w])
        optimizer.apply_gradients(zip(grads, [w]))
        return loss

    losses = [float(step(x, y)) for _ in range(2) for x, y in data]
    return losses, w


@case
def two_tapes_for_a_gan_like_step():
    g, d = tf.Variable(0.5), tf.Variable(-0.3)

    @tf.function
    def step(noise, real):
        with tf.GradientTape() as gt, tf.GradientTape() as dt:
            fake = tf.tanh(noise * g)
            score_real, score_fake = tf.sigmoid(real * d), tf.sigmoid(fake * d)
            g_loss = -tf.math.log(score_fake)
            d_loss = -tf.math.log(score_real) - tf.math.log(1.0 - score_fake)
        return gt.gradient(g_loss, g), dt.gradient(d_loss, d)

    return step(tf.constant(0.7), tf.constant(1.2))


@case
def forward_over_reverse():
    x = tf.constant([2.0, 3.0])
    with tf.autodiff.ForwardAccumulator(x, tf.constant([1.0, 0.0])) as acc:
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = tf.reduce_sum(x**3)
        g = tape.gradient(y, x)
    return g, acc.jvp(g)


@case
def checkpoint_of_a_module():
    import tempfile

    class Net(tf.Module):
        def __init__(self):
            super().__init__()
            self.v = tf.Variable([1.0, 2.0])
            self.step = tf.Variable(0)

    net = Net()
    with tempfile.TemporaryDirectory() as folder:
        manager = tf.train.CheckpointManager(tf.train.Checkpoint(net=net), folder, max_to_keep=2)
        for i in range(3):
            net.step.assign(i)
            manager.save()
        kept = len(manager.checkpoints)
        net.step.assign(100)
        tf.train.Checkpoint(net=net).restore(manager.latest_checkpoint)
    return kept, net.step
