"""`compile`, `fit`, `evaluate`, `predict`: the training of models."""

from __future__ import annotations

from typing import Any

import numpy as np

from engine.ir.structure import flatten, map_structure
from engine.keras import lookups, metric_classes
from engine.keras.batches import Batches, split, unpack
from engine.keras.call_stack import takes_training
from engine.keras.compiled import CompileLoss, CompileMetrics
from engine.keras.optimizer import Optimizer
from engine.keras.training_callbacks import CallbackList
from engine.ops.namespace import tf


class Trainer:
    """The part of models that trains them."""

    optimizer: Any = None
    loss: Any = None
    compiled = False
    stop_training = False
    run_eagerly = False
    jit_compile: Any = None
    _compile_loss: Any = None
    _compile_metrics: Any = None
    _loss_tracker: Any = None
    _functions: dict[str, Any]

    def compile(
        self, optimizer: Any = "rmsprop", loss: Any = None, loss_weights: Any = None,
        metrics: Any = None, weighted_metrics: Any = None, run_eagerly: bool = False,
        steps_per_execution: int = 1, jit_compile: Any = "auto", auto_scale_loss: bool = True,
    ) -> None:  # fmt: skip
        """Say how the model is trained.

        Args:
            optimizer: name or object.
            loss: name, function, object, or a list or dictionary of them by output.
            loss_weights: factors of the outputs' losses.
            metrics, weighted_metrics: names, functions or objects; the latter see sample weights.
            run_eagerly: do not trace the steps?
            steps_per_execution, jit_compile, auto_scale_loss: accepted.

        Raises:
            ValueError: for an optimizer that is not known.
        """
        names = self._output_names()
        told = {
            "optimizer": optimizer, "loss": loss, "loss_weights": loss_weights, "metrics": metrics,
            "weighted_metrics": weighted_metrics, "run_eagerly": run_eagerly,
        }  # fmt: skip
        measured = metrics or weighted_metrics
        state = {
            "optimizer": lookups.get_optimizer(optimizer), "loss": loss,
            "loss_weights": loss_weights, "_compile_config": told, "run_eagerly": run_eagerly,
            "_compile_loss": None if loss is None else CompileLoss(loss, loss_weights, names),
            "_compile_metrics": (
                CompileMetrics(metrics, weighted_metrics, names) if measured else None
            ),
            "_loss_tracker": metric_classes.Mean(name="loss"), "jit_compile": jit_compile,
            "compiled": True, "stop_training": False, "_functions": {},
        }  # fmt: skip
        self.__dict__.update(state)  # not tracked: they are no part of the model

    def _output_names(self) -> list[str] | None:
        outputs = getattr(self, "_output_tree", None)
        if outputs is None:
            return None
        if isinstance(outputs, dict):
            return [str(key) for key in outputs]
        return [tensor.call.layer.name for tensor in flatten(outputs)]

    # -- metrics ---------------------------------------------------------------------------

    @property
    def metrics(self) -> list[Any]:
        """The loss and the compiled metrics, then those that the model and its layers hold."""
        found: list[Any] = [self._loss_tracker] if self._loss_tracker is not None else []
        if self._compile_metrics is not None:
            found.append(self._compile_metrics)
        if self._compile_loss is not None:
            found += self._compile_loss.metrics
        for part in self._below():  # type: ignore[attr-defined]
            found += [m for m in part._metrics_held if all(m is not item for item in found)]
        return found

    @property
    def metrics_names(self) -> list[str]:
        """Their names."""
        return [m.name for m in self.metrics]

    def reset_metrics(self) -> None:
        """Start all metrics again."""
        for metric in self.metrics:
            metric.reset_state()

    def get_metrics_result(self) -> dict[str, Any]:
        """The metrics' values by name."""
        found: dict[str, Any] = {}
        for metric in self.metrics:
            value = metric.result()
            found.update(value if isinstance(value, dict) else {metric.name: value})
        return found

    def compute_metrics(self, x: Any, y: Any, y_pred: Any, sample_weight: Any = None) -> Any:
        """Take a batch into account, and answer the metrics' values by name."""
        if self._compile_metrics is not None:
            self._compile_metrics.update_state(y, y_pred, sample_weight)
        return self.get_metrics_result()

    def compute_loss(
        self, x: Any = None, y: Any = None, y_pred: Any = None, sample_weight: Any = None,
        training: bool = True,
    ) -> Any:  # fmt: skip
        """The compiled loss plus what layers added. Raises ValueError where there is neither."""
        parts = []
        if self._compile_loss is not None and y is not None:
            value = self._compile_loss(y, y_pred, sample_weight)
            if value is not None:
                parts.append(value)
        parts += [tf.reduce_sum(loss) for loss in self.losses]  # type: ignore[attr-defined]
        if not parts:
            if not self.trainable_variables:  # type: ignore[attr-defined]
                return tf.zeros([])
            raise ValueError("No loss to compute. Provide a `loss` argument in `compile()`.")
        return tf.add_n(parts) if len(parts) > 1 else parts[0]

    # -- steps -----------------------------------------------------------------------------

    def _outputs(self, x: Any, training: bool) -> Any:
        return self(x, training=training) if takes_training(self) else self(x)  # type: ignore[operator]

    def _note_loss(self, loss: Any, x: Any) -> None:
        size = tf.shape(flatten(x)[0])[0] if flatten(x)[0].shape.rank else 1
        if self._loss_tracker is not None:
            self._loss_tracker.update_state(loss, sample_weight=size)

    def train_step(self, data: Any) -> Any:
        """One step of training on a batch; the figures by name. Subclasses may define it."""
        x, y, sample_weight = unpack(data)
        with tf.GradientTape() as tape:
            predicted = self._outputs(x, True)
            loss = self.compute_loss(x, y, predicted, sample_weight, training=True)
            scaled = self.optimizer.scale_loss(loss) if self.optimizer is not None else loss
        self._note_loss(loss, x)
        variables = self.trainable_weights  # type: ignore[attr-defined]
        if variables:
            self.optimizer.apply_gradients(zip(tape.gradient(scaled, variables), variables))
        else:
            import warnings

            warnings.warn("The model does not have any trainable weights.", stacklevel=2)
        return self.compute_metrics(x, y, predicted, sample_weight)

    def test_step(self, data: Any) -> Any:
        """One step of evaluation on a batch; the figures by name. Subclasses may define it."""
        x, y, sample_weight = unpack(data)
        predicted = self._outputs(x, False)
        loss = self.compute_loss(x, y, predicted, sample_weight, training=False)
        self._note_loss(loss, x)
        return self.compute_metrics(x, y, predicted, sample_weight)

    def predict_step(self, data: Any) -> Any:
        """The outputs for a batch. Subclasses may define it."""
        return self._outputs(unpack(data)[0], False)

    def _function(self, name: str) -> Any:
        """A step, traced unless `run_eagerly`."""
        known = self.__dict__.setdefault("_functions", {})
        if name not in known:
            step = getattr(self, name)
            eager = self.run_eagerly or tf.config.functions_run_eagerly()
            known[name] = step if eager else tf.function(step, reduce_retracing=True)
        return known[name]

    def make_train_function(self, force: bool = False) -> Any:
        """The traced training step."""
        self._functions.pop("train_step", None) if force else None
        return self._function("train_step")

    # -- runs ------------------------------------------------------------------------------

    def _prepare(self, batches: Batches) -> None:
        """Make the weights of a stack of layers for any batch size."""
        if self.built or not hasattr(self, "_stack") or batches.first_shape is None:  # type: ignore[attr-defined]
            return
        self.build(batches.first_shape)  # type: ignore[attr-defined]

    def _need_compile(self, what: str) -> None:
        if not self.compiled:
            raise ValueError("You must call `compile()` before using the model.")

    def fit(
        self, x: Any = None, y: Any = None, batch_size: int | None = None, epochs: int = 1,
        verbose: Any = "auto", callbacks: Any = None, validation_split: float = 0.0,
        validation_data: Any = None, shuffle: bool = True, class_weight: Any = None,
        sample_weight: Any = None, initial_epoch: int = 0, steps_per_epoch: int | None = None,
        validation_steps: int | None = None, validation_batch_size: int | None = None,
        validation_freq: int = 1,
    ) -> Any:  # fmt: skip
        """Train the model.

        Args:
            x, y: arrays, tensors or structures of them; or `x` a dataset or generator of batches.
            batch_size: of arrays; default 32.
            epochs: number of the last epoch.
            verbose: 0 silent, 1 or "auto" a progress bar, 2 one line an epoch.
            callbacks: called in between.
            validation_split: share of the last rows that is kept for validation.
            validation_data: (x, y), (x, y, sample_weight) or a dataset.
            shuffle: arrays in another order in every epoch?
            class_weight: factors of the loss by class number.
            sample_weight: factors of the loss by row.
            initial_epoch: number of the first epoch.
            steps_per_epoch, validation_steps: batches to take; default: all.
            validation_batch_size: default: `batch_size`.
            validation_freq: validate every so many epochs.

        Returns:
            A `History`.

        Raises:
            ValueError: before `compile`, or if the data do not fit.
        """
        self._need_compile("fit")
        self.stop_training = False
        if validation_split and validation_data is None:
            (x, y, sample_weight), validation_data = split((x, y, sample_weight), validation_split)
        if class_weight is not None:
            sample_weight = _class_weights(y, class_weight)
        batches = Batches(x, y, sample_weight, batch_size, steps_per_epoch, shuffle)
        self._prepare(batches)
        told = CallbackList(callbacks, self, verbose, True, epochs=epochs, steps=batches.steps)
        told("train_begin")
        logs: dict[str, Any] = {}
        for epoch in range(initial_epoch, epochs):
            self.reset_metrics()
            told("epoch_begin", epoch)
            logs = self._epoch(batches, told)
            if validation_data is not None and (epoch + 1) % validation_freq == 0:
                logs.update(self._validate(validation_data, validation_batch_size or batch_size,
                                           validation_steps, told))  # fmt: skip
            told("epoch_end", epoch, logs=logs)
            if self.stop_training:
                break
        if isinstance(self.optimizer, Optimizer) and epochs > 0:
            self.optimizer.finalize_variable_values(self.trainable_weights)  # type: ignore[attr-defined]
        told("train_end", logs=logs)
        return told.history

    def _epoch(self, batches: Batches, told: CallbackList) -> dict[str, Any]:
        step = self._function("train_step")
        logs: dict[str, Any] = {}
        names: set[str] = set()
        for number, batch in enumerate(batches):
            told("train_batch_begin", number)
            told_by_step = step(batch)
            names, logs = set(told_by_step or ()), plain(told_by_step)
            told("train_batch_end", number, logs=logs)
            if self.stop_training:
                break
        return self._final(logs, names)

    def _final(self, logs: dict[str, Any], names: set[str]) -> dict[str, Any]:
        """The epoch's figures: those of the metrics, where the last step told of them."""
        found = plain(self.get_metrics_result())
        return found if found.keys() == names else logs

    def _validate(self, data: Any, size: Any, steps: Any, told: CallbackList) -> dict[str, Any]:
        x, y, weight = (data, None, None) if hasattr(data, "element_spec") else unpack(data)
        found = self._evaluate(Batches(x, y, weight, size, steps), told)
        return {f"val_{name}": value for name, value in found.items()}

    def _evaluate(self, batches: Batches, told: CallbackList) -> dict[str, Any]:
        step = self._function("test_step")
        self.reset_metrics()
        told("test_begin")
        logs: dict[str, Any] = {}
        names: set[str] = set()
        for number, batch in enumerate(batches):
            told("test_batch_begin", number)
            told_by_step = step(batch)
            names, logs = set(told_by_step or ()), plain(told_by_step)
            told("test_batch_end", number, logs=logs)
        logs = self._final(logs, names)
        told("test_end", logs=logs)
        return logs

    def evaluate(
        self, x: Any = None, y: Any = None, batch_size: int | None = None, verbose: Any = "auto",
        sample_weight: Any = None, steps: int | None = None, callbacks: Any = None,
        return_dict: bool = False, **kwargs: Any,
    ) -> Any:  # fmt: skip
        """Loss and metrics on data: the loss alone, a list, or a dictionary by name.

        Args: as `fit`; `steps` is the number of batches to take.
        """
        self._need_compile("evaluate")
        batches = Batches(x, y, sample_weight, batch_size, steps)
        self._prepare(batches)
        told = CallbackList(callbacks, self, verbose, False, epochs=1, steps=batches.steps)
        return self._answer(self._evaluate(batches, told), return_dict)

    def _answer(self, logs: dict[str, Any], as_dict: bool) -> Any:
        if as_dict:
            return logs
        names = ["loss", *(name for name in logs if name != "loss")] if "loss" in logs else [*logs]
        values = [logs[name] for name in names]
        return values[0] if len(values) == 1 else values

    def predict(
        self, x: Any, batch_size: int | None = None, verbose: Any = "auto",
        steps: int | None = None, callbacks: Any = None,
    ) -> Any:  # fmt: skip
        """The outputs for all data, as arrays.

        Args: as `evaluate`.
        """
        batches = Batches(x, None, None, batch_size, steps)
        self._prepare(batches)
        told = CallbackList(callbacks, self, verbose, False, epochs=1, steps=batches.steps)
        step = self._function("predict_step")
        told("predict_begin")
        found = []
        for number, batch in enumerate(batches):
            told("predict_batch_begin", number)
            found.append(map_structure(np.asarray, step(batch)))
            told("predict_batch_end", number)
        told("predict_end")
        if not found:
            raise ValueError("`predict()` was given no data.")
        return map_structure(lambda *parts: np.concatenate(parts), *found)

    # -- single batches --------------------------------------------------------------------

    def train_on_batch(
        self, x: Any, y: Any = None, sample_weight: Any = None, class_weight: Any = None,
        return_dict: bool = False,
    ) -> Any:  # fmt: skip
        """One step of training on one batch; loss and metrics as `evaluate`."""
        self._need_compile("train_on_batch")
        if class_weight is not None:
            sample_weight = _class_weights(y, class_weight)
        batch = next(iter(Batches(x, y, sample_weight, len(np.asarray(flatten(x)[0])))))
        self.reset_metrics()
        return self._answer(plain(self._function("train_step")(batch)), return_dict)

    def test_on_batch(
        self, x: Any, y: Any = None, sample_weight: Any = None, return_dict: bool = False
    ) -> Any:
        """Loss and metrics on one batch."""
        self._need_compile("test_on_batch")
        batch = next(iter(Batches(x, y, sample_weight, len(np.asarray(flatten(x)[0])))))
        self.reset_metrics()
        return self._answer(plain(self._function("test_step")(batch)), return_dict)

    def predict_on_batch(self, x: Any) -> Any:
        """The outputs for one batch, as arrays."""
        batch = next(iter(Batches(x, batch_size=len(np.asarray(flatten(x)[0])))))
        return map_structure(np.asarray, self._function("predict_step")(batch))


def plain(logs: Any) -> dict[str, Any]:
    """Figures as Python numbers, in the order of their names; groups in place of their name."""
    found: dict[str, Any] = {}
    for name, value in sorted((logs or {}).items(), key=lambda item: str(item[0])):
        if isinstance(value, dict):
            found.update(plain(value))
            continue
        array = np.asarray(value)
        found[name] = array.item() if array.size == 1 else array
    return found


def _class_weights(y: Any, weights: dict[int, float]) -> Any:
    labels = np.asarray(y)
    if labels.ndim > 1 and labels.shape[-1] > 1:
        labels = labels.argmax(-1)
    return np.array([weights.get(int(label), 1.0) for label in labels.reshape(-1)], "float32")
