"""`Trainer`: the loop of training, step by step."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from copy import copy, deepcopy
from typing import TYPE_CHECKING, Any

from minitorch.errors import ArgumentError, TrainingError
from minitorch.modes import no_grad
from minitorch.nn.parameter import is_lazy
from minitorch.train import state
from minitorch.train.batches import joined, plain, size_of, split
from minitorch.train.callback import Callback
from minitorch.train.checks import (
    check_count,
    check_finite,
    check_loader,
    check_loss,
    check_parts,
    measured_loss,
    named_metrics,
    ordered_callbacks,
    three_parts,
)
from minitorch.train.interrupt import on_interrupt
from minitorch.train.randomness import random_state, rest_of, set_generators

if TYPE_CHECKING:
    from minitorch.metrics import Metric
    from minitorch.nn import Module
    from minitorch.optim import Optimizer


class Trainer:
    """Trains a model: batches go through the model and the loss, back, and into the optimizer.

    A batch is (inputs, targets), or (x1, x2, targets) for a model of two arguments, or a dict with the key
    "target", "targets", "label", "labels" or "y", whose other entries are the model's keyword arguments. Anything
    else is for a `step` of your own.

    Args:
        model: the module to be trained.
        optimizer: has the model's parameters.
        loss: function of (output, targets), whose value is a mean over the samples.
        metrics: objects of `minitorch.metrics`, which get (output, targets): a list, or a dict by name.
        callbacks: what else happens, and when.
        step: function of (model, batch) that returns the loss, or (loss, output, targets) for metrics, in place of
            model and loss.
        accumulate: how many batches make one step of the optimizer: their gradients are those of one large batch.

    Attributes:
        epoch: how many epochs are finished.
        epochs: how many there will be.
        step: how many batches the model was trained on, in all epochs.
        batch_index: how many of the present epoch.
        batches: how many batches an epoch has; None if the loader does not know.
        batch: the batch as the loader gave it.
        output: what the model made of it.
        targets: what the output is compared with.
        batch_loss: the loss of the batch: a tensor, with its graph until the walk back.
        loss_value: the same as a number.
        history: a dict for each finished epoch: epoch, loss, lr, metrics, and those of the validation as `val_…`.
        evaluation: the values of the last evaluation.
        stop: None, or the reason to end the run after this step; callbacks may set it.

    Raises:
        ArgumentTypeError: for parts of other kinds.
        ArgumentError: for metrics whose names clash, or a number of batches that is not positive.

    >>> import minitorch
    >>> from minitorch import nn, optim, train
    >>> from minitorch.utils.data import DataLoader, TensorDataset
    >>> _ = minitorch.manual_seed(0)
    >>> x = minitorch.linspace(-1, 1, 64).reshape(-1, 1)
    >>> loader = DataLoader(TensorDataset(x, 3 * x + 1), batch_size=16, shuffle=True)
    >>> model = nn.Linear(1, 1)
    >>> trainer = train.Trainer(model, optim.SGD(model.parameters(), lr=0.3), nn.MSELoss())
    >>> history = trainer.fit(loader, epochs=20)
    >>> history[-1]["epoch"], history[-1]["loss"] < 1e-3
    (20, True)
    >>> trainer.evaluate(loader)["loss"] < 1e-3
    True
    """

    def __init__(
        self,
        model: Module,
        optimizer: Optimizer,
        loss: Callable[[Any, Any], Any] | None = None,
        metrics: Iterable[Metric] | dict[str, Metric] = (),
        callbacks: Iterable[Callback] = (),
        *,
        step: Callable[[Module, Any], Any] | None = None,
        accumulate: int = 1,
    ) -> None:
        self.model, self.optimizer, self.loss, self.step_function = model, optimizer, loss, step
        self.metrics = named_metrics(metrics)
        self.callbacks = ordered_callbacks(callbacks)
        self.accumulate = accumulate
        check_parts(self)
        self.epoch = self.epochs = self.step = self.batch_index = 0
        self.batches: int | None = None
        self.history: list[dict[str, Any]] = []
        self.evaluation: dict[str, Any] = {}
        self.stop: str | None = None
        self.loader: Any = None
        self.loss_sum, self.samples = 0.0, 0  # of this epoch
        # Batches and samples whose gradients wait for the optimizer.
        self.group_size = self.group_samples = 0
        self.epoch_start: dict[str, Any] = {}  # random states when the epoch began
        self.loader_state: dict[str, Any] | None = None  # to be put into the loader, if it takes one
        self.loader_generators: list[Any] = []  # states of the generators that the loader has
        self.batch: Any = None
        self.output: Any = None
        self.targets: Any = None
        self.batch_loss: Any = None
        self.loss_value = math.nan

    # Training ------------------------------------------------------------------------------------

    def fit(
        self,
        train_loader: Iterable[Any],
        epochs: int = 1,
        validation: Iterable[Any] | None = None,
        resume: Any = None,
    ) -> list[dict[str, Any]]:
        """Trains until so many epochs are finished, and returns the history.

        A second call goes on where the first one ended, for instance with more epochs, or after an interruption.
        Ctrl-C finishes the step and returns; a second Ctrl-C stops at once.

        Args:
            train_loader: gives the batches of an epoch each time that it is iterated over.
            epochs: how many there are to be in all.
            validation: batches for an evaluation after each epoch.
            resume: a file that `save` wrote: the run goes on as if it had never been interrupted.

        Raises:
            TrainingError: if the loader gives no batches, or a loss is NaN or infinite. The step is undone.
            CheckpointError, StateDictError: if the file is not of such a run; nothing is changed.
            ArgumentError: if so many epochs are finished already.
        """
        check_count("Trainer.fit: epochs", epochs)
        for loader in (train_loader, [] if validation is None else validation):
            check_loader("fit", loader)
        self.loader = train_loader
        if resume is not None:
            self.load(resume)
        elif self.epoch >= epochs:
            raise ArgumentError(
                f"Trainer.fit: epochs={epochs}, but {self.epoch} are finished; ask for more, or make a new Trainer"
            )
        self.epochs, self.stop = epochs, None
        self.batches = length(train_loader)
        set_generators(train_loader, self.loader_generators)
        self.loader_generators = []
        self.model.train()
        with on_interrupt(self._interrupt), self._told_about_errors():
            self._call("on_fit_begin")
            while self.epoch < epochs and not self.stop:
                self._run_epoch(train_loader, validation)
        return self.history

    def _run_epoch(self, loader: Iterable[Any], validation: Iterable[Any] | None) -> None:
        """One epoch, or what is left of it; less, if the run is to stop."""
        if self.batch_index == 0:
            self.loss_sum, self.samples = 0.0, 0
            for metric in self.metrics.values():
                metric.reset()
            self._call("on_epoch_begin")
            self.epoch_start = random_state(loader)
        for batch in rest_of(loader, self.batch_index, self.epoch_start, self.loader_state):
            self.loader_state = None
            self._run_step(batch)
            if self.stop:
                self.loader_state = state.of_loader(self)
                return
        if self.batch_index == 0:
            raise TrainingError(
                "Trainer.fit: the loader gave no batches: the dataset is empty, smaller than a batch with "
                "drop_last=True, or the loader is an iterator that can be used only once"
            )
        if self.group_size:
            self._update()
            self._call("after_update")
        values = {"epoch": self.epoch + 1, "loss": self.loss_sum / self.samples}
        values |= {name: plain(metric.compute()) for name, metric in self.metrics.items()}
        values["lr"] = float(self.optimizer.param_groups[0]["lr"])
        if validation is not None:
            values |= {f"val_{name}": value for name, value in self.evaluate(validation).items()}
        self.history.append(values)
        self.epoch, self.batch_index, self.loader_state = self.epoch + 1, 0, None
        self._call("on_epoch_end")

    def _run_step(self, batch: Any) -> None:
        """One batch: forward, back, and the optimizer's step if the group is complete."""
        with self._undone_after_errors():
            self.batch = batch
            self._call("on_step_begin")
            if self.group_size == 0:
                self.optimizer.zero_grad()
            self.batch_loss = loss = self._forward(batch)
            self._call("after_forward")
            check_finite(self, loss)
            self.loss_value = float(loss)
            samples = size_of(batch)
            for metric in self.metrics.values():
                metric.update(self.output, self.targets)
            if self.accumulate > 1:
                loss = loss * samples  # divided by the samples of the group before the update
            loss.backward()
            self.group_size, self.group_samples = self.group_size + 1, self.group_samples + samples
            self._call("after_backward")
            if updates := self.group_size == self.accumulate:
                self._update()
        self.step, self.batch_index = self.step + 1, self.batch_index + 1
        self.loss_sum, self.samples = self.loss_sum + self.loss_value * samples, self.samples + samples
        if updates:
            self._call("after_update")
        self._call("on_step_end")

    def _forward(self, batch: Any) -> Any:
        """The loss of a batch; sets `output` and `targets`."""
        if self.step_function is not None:
            result = self.step_function(self.model, batch)
            loss, self.output, self.targets = three_parts(self, result)
        else:
            inputs, named, self.targets = split(batch)
            self.output = self.model(*inputs, **named)
            loss = measured_loss(self)
        check_loss(self, loss)
        return loss

    def _update(self) -> None:
        """The optimizer's step, with the gradients of the mean loss over the group."""
        if self.accumulate > 1:
            with no_grad():
                for x in self.parameters():
                    if x.grad is not None:
                        x.grad /= self.group_samples
        self._call("before_update")
        self.optimizer.step()
        self.group_size = self.group_samples = 0

    # Using a model -------------------------------------------------------------------------------

    def evaluate(self, loader: Iterable[Any]) -> dict[str, Any]:
        """The mean loss and the metrics over all batches, in evaluation mode.

        Raises:
            TrainingError: if the loader gives no batches.
        """
        check_loader("evaluate", loader)
        metrics = deepcopy(self.metrics)  # those of training have seen a part of an epoch, perhaps
        for metric in metrics.values():
            metric.reset()
        loss_sum, samples = 0.0, 0
        with self._evaluation("evaluate"):
            for batch in loader:
                self.batch = batch
                self.batch_loss = self._forward(batch)
                self.loss_value = float(self.batch_loss)
                loss_sum, samples = loss_sum + self.loss_value * size_of(batch), samples + size_of(batch)
                for metric in metrics.values():
                    metric.update(self.output, self.targets)
                self._call("on_evaluate_step")
            if samples == 0:
                raise TrainingError("Trainer.evaluate: the loader gave no batches; is the dataset empty?")
            values = {name: plain(metric.compute()) for name, metric in metrics.items()}
            self.evaluation = {"loss": loss_sum / samples, **values}
        return self.evaluation

    def predict(self, loader: Iterable[Any]) -> Any:
        """The model's outputs for all batches, end to end, in evaluation mode; targets are left out if there are any.

        Raises:
            TrainingError: if the loader gives no batches.
        """
        check_loader("predict", loader)
        outputs = []
        with self._evaluation("predict"):
            for batch in loader:
                inputs, named, _ = split(batch, need_targets=False)
                outputs.append(self.model(*inputs, **named))
        if not outputs:
            raise TrainingError("Trainer.predict: the loader gave no batches; is the dataset empty?")
        return joined(outputs)

    # Files ---------------------------------------------------------------------------------------

    def save(self, path: Any) -> None:
        """Writes all that the run needs to go on as if nothing had happened; `fit(resume=path)` reads it.

        The model's state dict is in the file under "model": `minitorch.load(path)["model"]`.
        """
        state.save(self, path)

    def load(self, path: Any) -> None:
        """Continues from a file that `save` wrote.

        Raises:
            CheckpointError: if it is no such file.
            StateDictError: if it is of another model, optimizer or other metrics; nothing is changed.
        """
        state.load(self, path)

    # Around the loop -----------------------------------------------------------------------------

    def parameters(self) -> list[Any]:
        """The parameters that the optimizer has."""
        return [x for group in self.optimizer.param_groups for x in group["params"]]

    def _call(self, moment: str, *args: Any) -> None:
        for callback in self.callbacks:
            getattr(callback, moment)(self, *args)

    def _call_all(self, moment: str) -> None:
        """As `_call`, but an error in one callback does not keep the others from putting back what they changed."""
        with ExitStack() as stack:
            for callback in reversed(self.callbacks):  # the stack is worked off from its end
                stack.callback(getattr(callback, moment), self)

    def _interrupt(self) -> None:
        self.stop = "interrupted"

    def _forget_batch(self) -> None:
        """Frees the memory of the last batch."""
        self.batch = self.output = self.targets = self.batch_loss = None

    @contextmanager
    def _told_about_errors(self) -> Iterator[None]:
        """Callbacks hear of errors, and of the end in every case."""
        try:
            yield
        except BaseException as error:
            self._call("on_exception", error)
            raise
        finally:
            self._call_all("on_fit_end")
            self._forget_batch()

    @contextmanager
    def _undone_after_errors(self) -> Iterator[None]:
        """After an error the batch was never seen: not by buffers (as of batch norm), metrics and gradients."""
        buffers = [(x, x.clone()) for x in self.model.buffers() if not is_lazy(x)]
        metrics = {name: copy(metric) for name, metric in self.metrics.items()}
        try:
            yield
        except BaseException:
            with no_grad():
                for x, before in buffers:
                    x.copy_(before)
            for name, metric in metrics.items():
                vars(self.metrics[name]).update(vars(metric))
            self.optimizer.zero_grad()
            self.group_size = self.group_samples = 0
            self.loader_state = None
            raise

    @contextmanager
    def _evaluation(self, name: str) -> Iterator[None]:
        """Evaluation mode without gradients; afterwards each module is in the mode that it was in."""
        modes = [(module, module.training) for module in self.model.modules()]
        self.model.eval()
        try:
            with no_grad():
                self._call(f"on_{name}_begin")
                yield
        finally:
            for module, mode in modes:
                module.training = mode
            self._call_all(f"on_{name}_end")


def length(loader: Any) -> int | None:
    """The number of batches, if the loader knows it."""
    try:
        return len(loader)
    except (TypeError, NotImplementedError):
        return None
