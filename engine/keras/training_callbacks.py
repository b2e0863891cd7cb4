"""Callbacks: what is called while a model is trained."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from engine.ir.op import public
from engine.keras.progress import Progbar


@public("keras.callbacks.Callback")
class Callback:
    """Base of callbacks: subclasses define the methods they need.

    Attributes:
        model: the model being trained.
        params: `verbose`, `epochs` and `steps`.
    """

    def __init__(self) -> None:
        self.params: Any = None
        self._model: Any = None

    @property
    def model(self) -> Any:
        """The model being trained."""
        return self._model

    def set_params(self, params: dict[str, Any]) -> None:
        """Note the parameters of the run."""
        self.params = params

    def set_model(self, model: Any) -> None:
        """Note the model."""
        self._model = model

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        """Before an epoch."""

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """After an epoch; `logs` has its figures."""

    def on_batch_begin(self, batch: int, logs: Any = None) -> None:
        """Before a batch of training."""

    def on_batch_end(self, batch: int, logs: Any = None) -> None:
        """After a batch of training."""

    def on_train_batch_begin(self, batch: int, logs: Any = None) -> None:
        """Before a batch of training."""
        self.on_batch_begin(batch, logs=logs)

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        """After a batch of training."""
        self.on_batch_end(batch, logs=logs)

    def _nothing(self, *args: Any, logs: Any = None) -> None:
        """Nothing to do."""

    on_train_begin = on_train_end = on_test_begin = on_test_end = _nothing
    on_predict_begin = on_predict_end = on_test_batch_begin = on_test_batch_end = _nothing
    on_predict_batch_begin = on_predict_batch_end = _nothing


@public("keras.callbacks.History")
class History(Callback):
    """Collects the figures of the epochs in `history`, and their numbers in `epoch`."""

    def __init__(self) -> None:
        super().__init__()
        self.history: dict[str, list[float]] = {}
        self.epoch: list[int] = []

    def on_train_begin(self, logs: Any = None) -> None:  # type: ignore[override]
        """Start anew."""
        self.epoch = []

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """Append the figures."""
        self.epoch.append(epoch)
        for name, value in (logs or {}).items():
            self.history.setdefault(name, []).append(value)
        self.model.history = self


@public("keras.callbacks.ProgbarLogger")
class ProgbarLogger(Callback):
    """Shows progress on standard output."""

    def __init__(self) -> None:
        super().__init__()
        self._bar: Any = None
        self._seen = 0
        self._outer = False

    def _start(self) -> None:
        self._seen = 0
        verbose = self.params["verbose"]
        self._bar = Progbar(self.params.get("steps"), verbose=1 if verbose == "auto" else verbose)

    def _step(self, batch: int, logs: Any) -> None:
        self._seen = batch + 1
        if self._bar is not None and self._bar.verbose == 1:
            self._bar.update(self._seen, (logs or {}).items(), finalize=False)

    def _finish(self, logs: Any) -> None:
        if self._bar is not None:
            if self._bar.target is None:
                self._bar.target = self._seen
            self._bar.update(self._bar.target, (logs or {}).items(), finalize=True)
            self._bar = None

    def on_train_begin(self, logs: Any = None) -> None:  # type: ignore[override]
        """A run of epochs begins: tests inside it are silent."""
        self._outer = True

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        """Show the epoch's number."""
        self._start()
        if self.params["verbose"] and self.params["epochs"] > 1:
            print(f"Epoch {epoch + 1}/{self.params['epochs']}")

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        """Show the batch."""
        self._step(batch, logs)

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """Show the epoch's figures."""
        self._finish(logs)

    def on_test_begin(self, logs: Any = None) -> None:  # type: ignore[override]
        """Start a bar, unless inside `fit`."""
        if not self._outer:
            self._start()

    on_predict_begin = on_test_begin  # type: ignore[assignment]

    def on_test_batch_end(self, batch: int, logs: Any = None) -> None:  # type: ignore[override]
        """Show the batch."""
        if not self._outer:
            self._step(batch, logs)

    def on_predict_batch_end(self, batch: int, logs: Any = None) -> None:  # type: ignore[override]
        """Show the batch; predictions have no figures."""
        self._step(batch, None)

    def on_test_end(self, logs: Any = None) -> None:  # type: ignore[override]
        """Show the figures."""
        if not self._outer:
            self._finish(logs)

    def on_predict_end(self, logs: Any = None) -> None:  # type: ignore[override]
        """Close the bar."""
        self._finish(None)


@public("keras.callbacks.LambdaCallback")
class LambdaCallback(Callback):
    """Functions as a callback: `on_epoch_end=lambda epoch, logs: ...`, and so on."""

    def __init__(self, **kwargs: Callable[..., Any]) -> None:
        super().__init__()
        for name, function in kwargs.items():
            if function is not None:
                setattr(self, name, function)


@public("keras.callbacks.TerminateOnNaN")
class TerminateOnNaN(Callback):
    """Stops training when the loss is no number."""

    def on_batch_end(self, batch: int, logs: Any = None) -> None:
        """Look at the loss."""
        loss = (logs or {}).get("loss")
        if loss is not None and not abs(loss) < float("inf"):
            print(f"Batch {batch}: Invalid loss, terminating training")
            self.model.stop_training = True


class CallbackList:
    """Callbacks called in turn.

    Args:
        callbacks: the user's.
        model: given to each.
        verbose: 0: no progress bar.
        history: collect the figures of epochs?
        params: of the run.
    """

    def __init__(
        self,
        callbacks: Iterable[Any] | None,
        model: Any,
        verbose: Any,
        history: bool,
        **params: Any,
    ) -> None:
        found = list(callbacks or ()) if not isinstance(callbacks, Callback) else [callbacks]
        if verbose and not any(isinstance(item, ProgbarLogger) for item in found):
            found.append(ProgbarLogger())
        self.history = next((item for item in found if isinstance(item, History)), None)
        if history and self.history is None:
            self.history = History()
            found.append(self.history)
        self.callbacks = found
        for item in found:
            item.set_model(model)
            item.set_params({"verbose": verbose, **params})

    def __call__(self, event: str, *args: Any, logs: Any = None) -> None:
        """Call `on_EVENT` of every callback."""
        for item in self.callbacks:
            getattr(item, f"on_{event}")(*args, {} if logs is None else logs)
