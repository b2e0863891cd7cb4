"""Callbacks that stop training, change the learning rate, or keep the best weights."""

from __future__ import annotations

import csv
import os
from collections.abc import Callable
from typing import Any

from engine.ir.op import public
from engine.keras.training_callbacks import Callback


def _better(mode: str, monitor: str) -> Callable[[float, float], bool]:
    if mode == "max" or (mode == "auto" and ("acc" in monitor or monitor.startswith("fmeasure"))):
        return lambda new, old: new > old
    return lambda new, old: new < old


class _Monitor(Callback):
    """Watches one figure of the epochs."""

    def __init__(self, monitor: str, min_delta: float, mode: str) -> None:
        super().__init__()
        if mode not in ("auto", "min", "max"):
            mode = "auto"
        self.monitor, self.min_delta, self.mode = monitor, abs(min_delta), mode
        self._is_better = _better(mode, monitor)
        self.best: Any = None

    def improved(self, logs: Any) -> bool | None:
        """Is the figure better than the best one? None where it is missing."""
        value = (logs or {}).get(self.monitor)
        if value is None:
            import warnings

            warnings.warn(f"{type(self).__name__} conditioned on metric `{self.monitor}` which is "
                          f"not available. Available metrics are: {','.join(logs or {})}",
                          stacklevel=3)  # fmt: skip
            return None
        rising = self._is_better(1.0, 0.0)
        reached = value - self.min_delta if rising else value + self.min_delta
        if self.best is None or self._is_better(reached, self.best):
            self.best = value
            return True
        return False


@public("keras.callbacks.EarlyStopping")
class EarlyStopping(_Monitor):
    """Stops training when a figure no longer improves.

    Args:
        monitor: name of the figure.
        min_delta: smaller changes count as none.
        patience: epochs without improvement before the stop.
        verbose: 1: say so.
        mode: "min", "max" or "auto" (by the name).
        baseline: value to reach.
        restore_best_weights: go back to the best epoch's weights?
        start_from_epoch: epochs before it are not watched.
    """

    def __init__(
        self, monitor: str = "val_loss", min_delta: float = 0, patience: int = 0, verbose: int = 0,
        mode: str = "auto", baseline: Any = None, restore_best_weights: bool = False,
        start_from_epoch: int = 0,
    ) -> None:  # fmt: skip
        super().__init__(monitor, min_delta, mode)
        self.patience, self.verbose, self.baseline = patience, verbose, baseline
        self.restore_best_weights, self.start_from_epoch = restore_best_weights, start_from_epoch
        self.wait = self.stopped_epoch = 0
        self.best_weights: Any = None

    def on_train_begin(self, logs: Any = None) -> None:  # type: ignore[override]
        """Start anew."""
        self.wait, self.stopped_epoch, self.best, self.best_weights = 0, 0, self.baseline, None
        self.best_epoch = 0

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """Stop where the patience is at its end."""
        if epoch < self.start_from_epoch:
            return
        better = self.improved(logs)
        if better is None:
            return
        if better:
            self.wait, self.best_epoch = 0, epoch
            if self.restore_best_weights:
                self.best_weights = self.model.get_weights()
            return
        self.wait += 1
        if self.wait >= self.patience and epoch > 0:
            self.stopped_epoch = epoch
            self.model.stop_training = True

    def on_train_end(self, logs: Any = None) -> None:  # type: ignore[override]
        """Go back to the best weights."""
        if self.stopped_epoch > 0 and self.verbose:
            print(f"Epoch {self.stopped_epoch + 1}: early stopping")
        if self.restore_best_weights and self.best_weights is not None:
            self.model.set_weights(self.best_weights)


@public("keras.callbacks.ReduceLROnPlateau")
class ReduceLROnPlateau(_Monitor):
    """Lowers the learning rate when a figure no longer improves.

    Args:
        monitor, mode, min_delta: as `EarlyStopping`.
        factor: of the learning rate.
        patience: epochs without improvement.
        cooldown: epochs to wait after a change.
        min_lr: lowest rate.
    """

    def __init__(
        self, monitor: str = "val_loss", factor: float = 0.1, patience: int = 10, verbose: int = 0,
        mode: str = "auto", min_delta: float = 1e-4, cooldown: int = 0, min_lr: float = 0.0,
    ) -> None:  # fmt: skip
        super().__init__(monitor, min_delta, mode)
        if factor >= 1.0:
            raise ValueError("ReduceLROnPlateau does not support a factor >= 1.0. "
                             f"Received factor={factor}")  # fmt: skip
        self.factor, self.patience, self.verbose = factor, patience, verbose
        self.cooldown, self.min_lr = cooldown, min_lr
        self.wait = self._cooling = 0

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """Lower the rate where the patience is at its end."""
        rate = float(self.model.optimizer.learning_rate)
        if logs is not None:
            logs["learning_rate"] = rate
        better = self.improved(logs)
        if better is None:
            return
        if self._cooling > 0:
            self._cooling, self.wait = self._cooling - 1, 0
        if better:
            self.wait = 0
        elif self._cooling <= 0:
            self.wait += 1
            if self.wait >= self.patience and rate > self.min_lr:
                new = max(rate * self.factor, self.min_lr)
                self.model.optimizer.learning_rate = new
                if self.verbose:
                    print(
                        f"\nEpoch {epoch + 1}: ReduceLROnPlateau reducing learning rate to {new}."
                    )
                self._cooling, self.wait = self.cooldown, 0


@public("keras.callbacks.LearningRateScheduler")
class LearningRateScheduler(Callback):
    """Sets the learning rate before each epoch.

    Args:
        schedule: function (epoch, rate) -> rate.
        verbose: 1: say so.
    """

    def __init__(self, schedule: Callable[..., float], verbose: int = 0) -> None:
        super().__init__()
        self.schedule, self.verbose = schedule, verbose

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        """Set the rate."""
        rate = float(self.model.optimizer.learning_rate)
        try:
            new = self.schedule(epoch, rate)
        except TypeError:
            new = self.schedule(epoch)
        if not isinstance(new, (float, int)) and not hasattr(new, "dtype"):
            raise ValueError("The output of the `schedule` function should be a float. "
                             f"Got: {new}")  # fmt: skip
        self.model.optimizer.learning_rate = float(new)
        if self.verbose > 0:
            print(f"\nEpoch {epoch + 1}: LearningRateScheduler setting learning rate to {new}.")

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """Note the rate among the figures."""
        if logs is not None:
            logs["learning_rate"] = float(self.model.optimizer.learning_rate)


@public("keras.callbacks.ModelCheckpoint")
class ModelCheckpoint(_Monitor):
    """Saves the model, or its weights, after epochs.

    Args:
        filepath: may name figures: `"{epoch:02d}-{val_loss:.2f}.keras"`.
        monitor, mode: as `EarlyStopping`.
        save_best_only: only when the figure improves?
        save_weights_only: weights only? The file must then end in `.weights.h5`.
        save_freq: only "epoch".
        initial_value_threshold: value to improve on.
    """

    def __init__(
        self, filepath: Any, monitor: str = "val_loss", verbose: int = 0,
        save_best_only: bool = False, save_weights_only: bool = False, mode: str = "auto",
        save_freq: Any = "epoch", initial_value_threshold: Any = None,
    ) -> None:  # fmt: skip
        super().__init__(monitor, 0.0, mode)
        self.filepath, self.verbose = os.fspath(filepath), verbose
        self.save_best_only, self.save_weights_only = save_best_only, save_weights_only
        self.best = initial_value_threshold
        if save_freq != "epoch":
            raise ValueError(f"Unrecognized save_freq: {save_freq}. Only 'epoch' is known.")
        ending = ".weights.h5" if save_weights_only else ".keras"
        if not self.filepath.endswith(ending):
            raise ValueError(f"The filepath provided must end in `{ending}`. Received: "
                             f"filepath={self.filepath}")  # fmt: skip

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """Save."""
        if self.save_best_only and not self.improved(logs):
            return
        path = self.filepath.format(epoch=epoch + 1, **(logs or {}))
        os.makedirs(os.path.dirname(os.path.abspath(path)), exist_ok=True)
        if self.verbose:
            print(f"\nEpoch {epoch + 1}: saving model to {path}")
        if self.save_weights_only:
            self.model.save_weights(path, overwrite=True)
        else:
            self.model.save(path, overwrite=True)


@public("keras.callbacks.CSVLogger")
class CSVLogger(Callback):
    """Writes the figures of the epochs to a file."""

    def __init__(self, filename: Any, separator: str = ",", append: bool = False) -> None:
        super().__init__()
        self.filename, self.sep, self.append = os.fspath(filename), separator, append
        self._names: list[str] | None = None

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """Write a line."""
        first = self._names is None
        self._names = self._names or sorted(logs or {})
        new = first and not (self.append and os.path.exists(self.filename))
        with open(self.filename, "w" if new else "a", newline="", encoding="utf-8") as stream:
            writer = csv.writer(stream, delimiter=self.sep)
            if new:
                writer.writerow(["epoch", *self._names])
            writer.writerow([epoch, *((logs or {}).get(name) for name in self._names)])
