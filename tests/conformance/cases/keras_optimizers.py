"""Keras: optimizers, their steps, variables and configurations."""

import numpy as np

from tests.conformance.case import case, tf


def seeded():
    """Optimizers of this case are named as in a fresh program."""
    tf.keras.utils.clear_session()
    tf.keras.utils.set_random_seed(1)
    return tf.keras.optimizers


START = np.array([[1.0, -2.0, 0.5], [0.25, 3.0, -1.0]], "float32")
GRADIENTS = [np.cos(np.arange(6, dtype="float32") + i).reshape(2, 3) for i in range(4)]


def stepped(optimizer, steps=4):
    """What becomes of a matrix and a vector in some steps."""
    matrix = tf.Variable(START, name="matrix")
    vector = tf.Variable([1.0, 2.0], name="vector")
    for gradient in GRADIENTS[:steps]:
        optimizer.apply_gradients([(tf.constant(gradient), matrix),
                                   (tf.constant(gradient[:, 0]), vector)])  # fmt: skip
    paths = [(v.path, tuple(v.shape)) for v in optimizer.variables]
    values = [v.numpy() for v in optimizer.variables]
    return matrix.numpy(), vector.numpy(), paths, values


KINDS = ("SGD", "Adam", "AdamW", "RMSprop", "Adagrad", "Adadelta", "Adamax", "Nadam", "Lion",
         "Ftrl", "Lamb", "Adafactor")  # fmt: skip


@case
def steps_of_all_optimizers():
    optimizers = seeded()
    return {kind: stepped(getattr(optimizers, kind)(0.1)) for kind in KINDS}


@case
def configurations_of_all_optimizers():
    optimizers = seeded()
    made = {kind: getattr(optimizers, kind)() for kind in KINDS}
    again = {kind: type(one).from_config(one.get_config()) for kind, one in made.items()}
    return [{k: one.get_config() for k, one in each.items()} for each in (made, again)]


@case
def options_of_optimizers():
    optimizers = seeded()
    return [
        stepped(optimizers.SGD(0.1, momentum=0.9, nesterov=True)),
        stepped(optimizers.Adam(0.1, amsgrad=True)),
        stepped(optimizers.RMSprop(0.1, momentum=0.5, centered=True)),
        stepped(optimizers.Ftrl(0.1, l1_regularization_strength=0.1, beta=0.2,
                                l2_shrinkage_regularization_strength=0.1)),
        stepped(optimizers.Adafactor(0.5, relative_step=False, clip_threshold=0.5)),
        stepped(optimizers.Lamb(0.1, weight_decay=0.1)),
        stepped(optimizers.Adam(0.1, weight_decay=0.2)),
        stepped(optimizers.SGD(0.1, clipnorm=0.5)), stepped(optimizers.SGD(0.1, clipvalue=0.3)),
        stepped(optimizers.SGD(0.1, global_clipnorm=0.5)),
    ]  # fmt: skip


@case
def moving_averages():
    optimizers = seeded()
    plain = optimizers.Adam(0.1, use_ema=True, ema_momentum=0.5)
    often = optimizers.SGD(0.1, use_ema=True, ema_momentum=0.8, ema_overwrite_frequency=2)
    variable = tf.keras.Variable([1.0, 2.0], name="w")
    last = optimizers.SGD(0.5, use_ema=True)
    for _ in range(2):
        last.apply([tf.constant([1.0, -1.0])], [variable])
    before = variable.numpy()
    last.finalize_variable_values([variable])
    return stepped(plain), stepped(often), plain.get_config(), before, variable.numpy()


@case
def accumulated_gradients():
    optimizers = seeded()
    found = []
    for optimizer in (optimizers.SGD(0.1, gradient_accumulation_steps=2),
                      optimizers.Adam(0.1, gradient_accumulation_steps=3)):  # fmt: skip
        found += [stepped(optimizer), tf.convert_to_tensor(optimizer.iterations)]
        found.append(optimizer.get_config())
    return found


@case
def accumulated_gradients_in_functions():
    optimizers = seeded()
    optimizer = optimizers.Adam(0.1, gradient_accumulation_steps=2, use_ema=True)
    variable = tf.Variable([1.0, 2.0])
    optimizer.build([variable])

    @tf.function
    def step(gradient):
        optimizer.apply_gradients([(gradient, variable)])
        return variable + 0.0

    return [step(tf.constant([1.0, -2.0]) * i) for i in (1.0, 2.0, 3.0, 4.0)]


@case
def scaled_losses():
    optimizers = seeded()
    optimizer = optimizers.SGD(0.1, loss_scale_factor=4.0)
    return (stepped(optimizer), optimizer.scale_loss(tf.constant(2.0)),
            optimizers.SGD().scale_loss(tf.constant(2.0)))  # fmt: skip


@case
def dynamic_loss_scale():
    optimizers = seeded()
    inner = optimizers.SGD(0.5)
    optimizer = optimizers.LossScaleOptimizer(inner, initial_scale=8.0, dynamic_growth_steps=2)
    variable = tf.Variable([1.0, 2.0], name="w")
    found = [optimizer.scale_loss(tf.constant(1.0))]
    for gradient in ([8.0, 16.0], [8.0, np.inf], [4.0, 4.0], [4.0, 4.0], [4.0, 4.0]):
        optimizer.apply([tf.constant(gradient)], [variable])
        found += [variable.numpy(), optimizer.dynamic_scale.numpy(), optimizer.step_counter.numpy()]
    found += [optimizer.scale_loss(tf.constant(1.0)), optimizer.get_config()]
    found += [[v.path for v in optimizer.variables], optimizer.iterations.numpy()]
    again = optimizers.LossScaleOptimizer.from_config(optimizer.get_config())
    return found, again.inner_optimizer.get_config(), float(again.learning_rate.numpy())


@case(match="does not support `clipnorm`")
def dynamic_loss_scale_with_a_bound():
    optimizers = tf.keras.optimizers
    return optimizers.LossScaleOptimizer(optimizers.SGD(), clipnorm=1.0)


@case(match="`gradient_accumulation_steps` must be an integer >= 2")
def accumulation_over_one_step():
    return tf.keras.optimizers.SGD(gradient_accumulation_steps=1)


@case(match=r"`ema_momentum` must be in the range \[0, 1\]")
def averages_with_too_much_momentum():
    return tf.keras.optimizers.SGD(use_ema=True, ema_momentum=1.5)


@case(match="`ema_overwrite_frequency` must be an integer >= 1")
def averages_written_back_never():
    return tf.keras.optimizers.SGD(use_ema=True, ema_overwrite_frequency=0.5)


@case(match="Argument `learning_rate` should be float")
def a_learning_rate_that_is_no_float():
    return tf.keras.optimizers.SGD(1)


@case(match="`momentum` must be a float between")
def a_momentum_that_is_no_float():
    return tf.keras.optimizers.SGD(0.1, momentum=1)


@case(match="`learning_rate_power` needs to be negative or zero")
def ftrl_with_a_positive_power():
    return tf.keras.optimizers.Ftrl(learning_rate_power=0.5)


@case(match="not recognized")
def an_unknown_argument():
    return tf.keras.optimizers.Adam(speed=3)


@case(match="Argument `weight_decay` must be a float")
def adamw_without_decay():
    return tf.keras.optimizers.AdamW(weight_decay=None)


@case(match="Unknown variable")
def a_variable_the_optimizer_was_not_built_with():
    optimizer = tf.keras.optimizers.SGD(0.1)
    first, second = tf.Variable(1.0), tf.Variable(2.0)
    optimizer.apply([tf.constant(1.0)], [first])
    optimizer.apply([tf.constant(1.0)], [second])


@case(match="the optimizer must already be built")
def gradients_alone_before_the_build():
    return tf.keras.optimizers.SGD(0.1).apply([tf.constant(1.0)])


@case(match="the gradients must match")
def gradients_alone_of_another_number():
    optimizer = tf.keras.optimizers.SGD(0.1)
    optimizer.build([tf.Variable(1.0), tf.Variable(1.0)])
    return optimizer.apply([tf.constant(1.0)])


@case(match="No gradients provided for any variable")
def no_gradients():
    return tf.keras.optimizers.SGD(0.1).apply_gradients([(None, tf.Variable(1.0))])


@case(match="stateless_apply is not supported")
def steps_without_state():
    return tf.keras.optimizers.SGD(0.1).stateless_apply([], [], [])


@case(match="has not yet been built")
def weights_before_the_build():
    return tf.keras.optimizers.SGD(0.1).set_weights([])


@case
def weight_decay_leaves_some_alone():
    optimizers = seeded()
    optimizer = optimizers.SGD(0.1, weight_decay=0.5)
    kept, bias, other = (tf.Variable([1.0], name=n) for n in ("kept", "dense_bias", "other"))
    optimizer.exclude_from_weight_decay(var_list=[kept], var_names=["bias"])
    zero = tf.constant([0.0])
    optimizer.apply([zero, zero, zero], [kept, bias, other])
    return kept.numpy(), bias.numpy(), other.numpy()


@case
def writing_through_the_optimizer():
    optimizers = seeded()
    optimizer = optimizers.SGD(0.1)
    variable = tf.Variable([1.0, 2.0, 3.0])
    optimizer.assign_add(variable, [1.0, 1.0, 1.0])
    optimizer.assign_sub(variable, tf.IndexedSlices(tf.constant([5.0]), tf.constant([1])))
    held = tf.keras.Variable([1.0])
    optimizer.assign(held, [7])
    return variable.numpy(), held.numpy()


@case
def weights_of_optimizers_in_a_store():
    optimizers = seeded()
    variable = tf.Variable([1.0, 2.0], name="v")
    first, second, store = optimizers.Adam(0.1), optimizers.Adam(0.3), {}
    first.apply([tf.constant([1.0, -1.0])], [variable])
    first.save_own_variables(store)
    second.build([variable])
    second.load_own_variables(store)
    third = optimizers.Adam(0.2)
    third.build([variable])
    third.set_weights([v.numpy() for v in first.variables])
    return sorted(store), [[v.numpy() for v in one.variables] for one in (second, third)]


@case
def own_optimizer_with_other_first_parameter():
    optimizers = seeded()

    class Slow(optimizers.Optimizer):
        def __init__(this, learning_rate=0.1, friction=0.5, name="slow", **kwargs):
            super().__init__(learning_rate=learning_rate, name=name, **kwargs)
            this.friction = friction

        def build(this, variables):
            if this.built:
                return
            super().build(variables)
            this.speeds = this.add_optimizer_variables(variables, "speed")
            this.pairs = this.add_optimizer_variables(variables, ["a", "b"], ["ones", "zeros"])
            this.count = this.add_variable(shape=(), dtype="int32", name="count")

        def update_step(this, gradient, variable, learning_rate):
            at = this._get_variable_index(variable)
            rate = tf.cast(learning_rate, variable.dtype)
            this.assign(this.speeds[at], this.speeds[at] * this.friction + gradient)
            this.assign_sub(variable, rate * this.speeds[at] * this.pairs[0][at])
            this.assign_add(this.count, 1)

        def get_config(this):
            return {**super().get_config(), "friction": this.friction}

    optimizer = Slow(0.2, clipnorm=1.0)
    again = Slow.from_config(optimizer.get_config())
    return stepped(optimizer), again.get_config(), optimizer.learning_rate.numpy()


@case
def rates_by_schedule():
    optimizers = seeded()
    schedule = optimizers.schedules.CosineDecayRestarts(0.1, 3, t_mul=1.5, m_mul=0.8, alpha=0.1)
    even = optimizers.schedules.CosineDecayRestarts(0.2, 4, t_mul=1.0)
    optimizer = optimizers.SGD(schedule)
    return ([schedule(i) for i in range(12)], [even(i) for i in (0, 3, 4, 9)], stepped(optimizer),
            schedule.get_config(), optimizer.get_config()["learning_rate"])  # fmt: skip


@case(match="`first_decay_steps` must be > 0")
def restarts_after_no_steps():
    return tf.keras.optimizers.schedules.CosineDecayRestarts(0.1, 0)


@case(match="its learning rate is not settable")
def a_rate_set_beside_a_schedule():
    schedules = tf.keras.optimizers.schedules
    optimizer = tf.keras.optimizers.SGD(schedules.ExponentialDecay(0.1, 2, 0.5))
    optimizer.learning_rate = 0.3


@case
def a_rate_becomes_a_schedule():
    optimizers = seeded()
    optimizer = optimizers.SGD(0.1)
    optimizer.learning_rate = optimizers.schedules.ExponentialDecay(0.5, 2, 0.5)
    return optimizer.learning_rate, len(optimizer.variables)


@case
def optimizers_by_name():
    optimizers = seeded()
    found = [optimizers.get(name).name for name in ("sgd", "Adam", "ftrl", "ADAMW", "adafactor")]
    made = optimizers.get({"class_name": "SGD", "config": {"learning_rate": 0.5}})
    plain = optimizers.serialize(optimizers.Lion(0.25))
    again = optimizers.deserialize(optimizers.serialize(optimizers.Lion(0.25))).get_config()
    return found, made.get_config(), plain, again


@case(match="Could not interpret optimizer identifier: fast")
def an_optimizer_of_an_unknown_name():
    return tf.keras.optimizers.get("fast")


@case(match="Could not interpret optimizer identifier: lamb")
def the_one_optimizer_without_a_name():
    return tf.keras.optimizers.get("lamb")


@case
def fit_with_scaled_and_accumulated_gradients():
    optimizers = seeded()
    x = np.linspace(-1.0, 1.0, 24, dtype="float32").reshape(8, 3)
    found = []
    for optimizer in (optimizers.SGD(0.1, loss_scale_factor=8.0),
                      optimizers.Adam(0.1, gradient_accumulation_steps=2),
                      optimizers.SGD(0.1, use_ema=True, ema_momentum=0.5),
                      optimizers.LossScaleOptimizer(optimizers.SGD(0.1))):  # fmt: skip
        net = tf.keras.Sequential([tf.keras.Input((3,)), tf.keras.layers.Dense(1)])
        net.compile(optimizer, "mse")
        history = net.fit(x, x.sum(1), epochs=2, batch_size=2, shuffle=False, verbose=0)
        found += [history.history["loss"], net.get_weights()]
    return found


def with_rows(optimizer):
    """What becomes of a matrix of which rows are gathered, some several times."""
    matrix = tf.Variable(np.arange(8, dtype="float32").reshape(4, 2), name="rows")
    for rows in ([0, 2, 0], [1, 1, 1], [3, 0, 2]):
        with tf.GradientTape() as tape:
            loss = tf.reduce_sum(tf.gather(matrix, rows) ** 2 * [[0.1], [0.2], [0.3]])
        optimizer.apply_gradients([(tape.gradient(loss, matrix), matrix)])
    return matrix.numpy(), [v.numpy() for v in optimizer.variables[2:]]


@case
def gradients_of_rows():
    optimizers = seeded()
    found = {kind: with_rows(getattr(optimizers, kind)(0.1)) for kind in KINDS}
    found["momentum"] = with_rows(optimizers.SGD(0.1, momentum=0.9))
    found["accumulated"] = with_rows(optimizers.Adam(0.1, gradient_accumulation_steps=2))
    return found


@case
def clipped_gradients_of_rows():
    optimizers = seeded()
    return [with_rows(optimizers.SGD(0.1, clipnorm=0.5)),
            with_rows(optimizers.SGD(0.1, clipvalue=0.3)),
            with_rows(optimizers.SGD(0.1, global_clipnorm=0.5))]  # fmt: skip


@case
def an_embedding_learns():
    seeded()
    layers = tf.keras.layers
    net = tf.keras.Sequential([tf.keras.Input((4,)), layers.Embedding(6, 3),
                               layers.GlobalAveragePooling1D(), layers.Dense(1)])  # fmt: skip
    net.compile("adam", "mse")
    history = net.fit(np.arange(32).reshape(8, 4) % 6, np.arange(8.0), epochs=2, batch_size=4,
                      verbose=0, shuffle=False)  # fmt: skip
    return history.history, net.get_weights()
