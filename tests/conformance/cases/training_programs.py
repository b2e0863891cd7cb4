"""Small trainings, written as guides and tutorials write them."""

import numpy as np

from tests.conformance.case import case, tf


@case
def walkthrough():
    tf.keras.utils.set_random_seed(0)
    x = np.random.RandomState(0).rand(30, 4).astype("f")
    y = (x.sum(1) > 2).astype("i")
    ds = tf.data.Dataset.from_tensor_slices((x, y)).batch(10)
    m = tf.keras.Sequential(
        [
            tf.keras.layers.Dense(
                8, activation="relu", kernel_initializer=tf.keras.initializers.GlorotUniform(seed=1)
            ),
            tf.keras.layers.Dense(
                2, kernel_initializer=tf.keras.initializers.GlorotUniform(seed=2)
            ),
        ]
    )
    lo = tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    op = tf.keras.optimizers.SGD(0.1)
    hist = []
    for e in range(3):
        la = tf.keras.metrics.Mean()
        aa = tf.keras.metrics.SparseCategoricalAccuracy()
        for a, b in ds:
            with tf.GradientTape() as t:
                l = lo(b, m(a, training=True))
            g = t.gradient(l, m.trainable_variables)
            op.apply_gradients(zip(g, m.trainable_variables))
            la.update_state(l)
            aa.update_state(b, m(a, training=True))
        hist.append((la.result(), aa.result()))
    return (hist, tf.argmax(m(x[:5]), 1))


@case
def linear_regression():

    class M(tf.Module):
        def __init__(s):
            s.w = tf.Variable(5.0)
            s.b = tf.Variable(0.0)

        def __call__(s, x):
            return s.w * x + s.b

    m = M()
    x = tf.linspace(-2.0, 2.0, 20)
    y = 3.0 * x + 2.0

    def loss():
        return tf.reduce_mean(tf.square(y - m(x)))

    h = []
    for e in range(4):
        with tf.GradientTape() as t:
            l = loss()
        dw, db = t.gradient(l, [m.w, m.b])
        m.w.assign_sub(0.1 * dw)
        m.b.assign_sub(0.1 * db)
        h.append((float(l), float(m.w), float(m.b)))
    return h


@case
def train_step_functions():
    tf.keras.utils.set_random_seed(1)
    m = tf.keras.Sequential(
        [tf.keras.Input([3]), tf.keras.layers.Dense(4, activation="tanh"), tf.keras.layers.Dense(1)]
    )
    o = tf.keras.optimizers.Adam(0.01)
    lf = tf.keras.losses.MeanSquaredError()
    tr = tf.keras.metrics.Mean("l")
    n = []

    @tf.function
    def train(x, y):
        n.append("t")
        with tf.GradientTape() as t:
            l = lf(y, m(x, training=True)) + sum(m.losses)
        o.apply_gradients(zip(t.gradient(l, m.trainable_weights), m.trainable_weights))
        tr.update_state(l)
        return l

    @tf.function
    def test(x, y):
        n.append("e")
        return lf(y, m(x, training=False))

    x = tf.random.stateless_normal([16, 3], [1, 2])
    y = tf.reduce_sum(x, 1, keepdims=True)
    r = []
    for e in range(3):
        tr.reset_state()
        for i in range(0, 16, 8):
            train(x[i : i + 8], y[i : i + 8])
        r.append((tr.result(), test(x, y)))
    return (r, n)


@case
def add_loss_layer():

    class R(tf.keras.layers.Layer):
        def call(s, x):
            s.add_loss(0.01 * tf.reduce_sum(x))
            return x

    l = R()
    l(tf.ones([2, 2]))
    a = [float(q) for q in l.losses]
    l(tf.ones([1, 1]))
    return (a, [float(q) for q in l.losses])


@case
def gan_like():
    tf.keras.utils.set_random_seed(2)
    g = tf.keras.Sequential(
        [tf.keras.Input([2]), tf.keras.layers.Dense(2, kernel_initializer="ones")]
    )
    d = tf.keras.Sequential(
        [tf.keras.Input([2]), tf.keras.layers.Dense(1, kernel_initializer="ones")]
    )
    go, do = (tf.keras.optimizers.Adam(0.1), tf.keras.optimizers.Adam(0.1))
    bce = tf.keras.losses.BinaryCrossentropy(from_logits=True)

    @tf.function
    def step(real):
        noise = tf.ones_like(real) * 0.5
        with tf.GradientTape() as gt, tf.GradientTape() as dt:
            fake = g(noise, training=True)
            ro = d(real, training=True)
            fo = d(fake, training=True)
            gl = bce(tf.ones_like(fo), fo)
            dl = bce(tf.ones_like(ro), ro) + bce(tf.zeros_like(fo), fo)
        go.apply_gradients(zip(gt.gradient(gl, g.trainable_variables), g.trainable_variables))
        do.apply_gradients(zip(dt.gradient(dl, d.trainable_variables), d.trainable_variables))
        return (gl, dl)

    return ([step(tf.ones([3, 2])) for _ in range(3)], g.get_weights())


@case
def maml_like():
    w = tf.Variable([1.0, 2.0])

    def loss(p, x):
        return tf.reduce_sum((p * x - 1.0) ** 2)

    with tf.GradientTape() as outer:
        with tf.GradientTape() as inner:
            l = loss(w, tf.constant([1.0, 2.0]))
        gi = inner.gradient(l, w)
        fast = w - 0.1 * gi
        lo = loss(fast, tf.constant([2.0, 1.0]))
    return outer.gradient(lo, w)


@case
def gradient_penalty():
    d = tf.keras.layers.Dense(1, kernel_initializer="ones", activation="tanh")
    x = tf.constant([[0.1, 0.2], [0.3, 0.4]])
    with tf.GradientTape() as o:
        with tf.GradientTape() as t:
            t.watch(x)
            y = d(x)
        g = t.gradient(y, x)
        p = tf.reduce_mean((tf.norm(g, axis=1) - 1.0) ** 2)
    return (p, o.gradient(p, d.trainable_variables))


@case
def rnn_custom_loop():
    tf.keras.utils.set_random_seed(3)
    cell = tf.keras.layers.GRUCell(3)
    x = tf.random.stateless_normal([2, 5, 4], [1, 1])

    @tf.function
    def run(x):
        s = tf.zeros([2, 3])
        outs = tf.TensorArray(tf.float32, 5)
        for i in tf.range(5):
            o, st = cell(x[:, i], [s])
            s = st[0]
            outs = outs.write(i, o)
        return tf.transpose(outs.stack(), [1, 0, 2])

    cell.build((2, 4))
    a = run(x)
    b = tf.keras.layers.RNN(cell, return_sequences=True)(x)
    return (tf.reduce_max(tf.abs(a - b)) < 1e-05, a.shape)


@case
def lstm_seq():
    tf.keras.utils.set_random_seed(4)
    l = tf.keras.layers.LSTM(2, return_sequences=True, return_state=True)
    r = l(tf.ones([1, 3, 2]))
    return r


@case
def embeddings_sum():
    tf.keras.utils.set_random_seed(4)
    e = tf.keras.layers.Embedding(5, 2)
    with tf.GradientTape() as t:
        y = tf.reduce_sum(e(tf.constant([[1, 2], [2, 2]])) ** 2)
    g = t.gradient(y, e.trainable_variables)[0]
    return (type(g).__name__, tf.convert_to_tensor(g).shape)


@case
def early_stopping():
    tf.keras.utils.set_random_seed(1)
    m = tf.keras.Sequential([tf.keras.layers.Dense(1, kernel_initializer="ones")])
    m.compile(tf.keras.optimizers.SGD(0.0), "mse")
    h = m.fit(
        np.ones([4, 1]),
        np.zeros([4, 1]),
        epochs=9,
        verbose=0,
        callbacks=[tf.keras.callbacks.EarlyStopping("loss", patience=2)],
    )
    return len(h.history["loss"])


@case
def lr_schedule():
    o = tf.keras.optimizers.SGD(tf.keras.optimizers.schedules.ExponentialDecay(1.0, 1, 0.5))
    v = tf.Variable(0.0)
    r = []
    for _ in range(3):
        o.apply_gradients([(tf.constant(1.0), v)])
        r.append(float(v))
    return (r, o.learning_rate, o.iterations.numpy())


@case
def gradient_accumulation():
    v = tf.Variable([1.0, 2.0])
    acc = [tf.Variable(tf.zeros_like(v), trainable=False)]

    @tf.function
    def f(x):
        with tf.GradientTape() as t:
            l = tf.reduce_sum(v * x)
        for a, g in zip(acc, t.gradient(l, [v])):
            a.assign_add(g)

    for i in range(3):
        f(tf.constant([1.0, float(i)]))
    return acc[0]


@case
def clip_grads():
    g = [tf.constant([3.0, 4.0]), tf.constant([0.0, 12.0])]
    return (
        tf.clip_by_global_norm(g, 6.5),
        tf.linalg.global_norm(g),
        tf.clip_by_norm(g[0], 1.0),
        [tf.clip_by_value(x, -1.0, 1.0) for x in g],
    )


@case
def data_pipeline_training():

    def gen():
        for i in range(6):
            yield (i, i * 2)

    ds = (
        tf.data.Dataset.from_generator(
            gen, output_signature=(tf.TensorSpec([], tf.int32), tf.TensorSpec([], tf.int32))
        )
        .map(lambda a, b: (tf.cast(a, tf.float32), tf.cast(b, tf.float32)))
        .shuffle(6, seed=1)
        .batch(2)
        .prefetch(1)
    )
    w = tf.Variable(0.0)

    @tf.function
    def epoch(ds):
        for a, b in ds:
            with tf.GradientTape() as t:
                l = tf.reduce_mean((w * a - b) ** 2)
            w.assign_sub(0.02 * t.gradient(l, w))
        return w.read_value()

    return [epoch(ds) for _ in range(2)]


@case
def weights_sharing():
    d = tf.keras.layers.Dense(2, kernel_initializer="ones")
    i = tf.keras.Input([2])
    m = tf.keras.Model(i, d(d(i)))
    return (m(tf.ones([1, 2])), len(m.weights), len(m.layers))


@case
def subclass_summary():

    class M(tf.keras.Model):
        def __init__(s):
            super().__init__(name="mm")
            s.d = tf.keras.layers.Dense(3, name="d")
            s.e = tf.keras.layers.Dense(1, name="e")

        def call(s, x):
            return s.e(s.d(x))

    m = M()
    m(tf.ones([1, 2]))
    m.summary()
    return (m.count_params(), [v.path for v in m.trainable_variables])
