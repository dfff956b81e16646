"""Averages of a model over its training: stochastic weight averaging, and exponential moving averages."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from copy import deepcopy
from math import cos, pi
from typing import TYPE_CHECKING, Any

from minitorch import creation, dtypes
from minitorch.errors import ArgumentError
from minitorch.modes import no_grad
from minitorch.nn.module import Module
from minitorch.nn.norm import BatchNorm
from minitorch.optim.lr_scheduler.scheduler import LRScheduler, per_group
from minitorch.optim.optimizer import Optimizer

if TYPE_CHECKING:
    from minitorch.variable import Variable

Average = Callable[[Any, Any, Any], Any]


def get_ema_avg_fn(decay: float = 0.999) -> Average:
    """A function for `avg_fn`: decay · average + (1 − decay) · x.

    >>> import minitorch
    >>> average = minitorch.optim.swa_utils.get_ema_avg_fn(0.9)
    >>> average(minitorch.tensor(1.0), minitorch.tensor(2.0), 5)
    tensor(1.1000)
    """
    check_decay(decay)

    @no_grad()
    def ema_update(ema_param: Variable, current_param: Variable, num_averaged: Any) -> Variable:
        return decay * ema_param + (1 - decay) * current_param

    return ema_update


def get_swa_avg_fn() -> Average:
    """A function for `avg_fn`: the mean of all models so far, average + (x − average)/(n + 1).

    >>> import minitorch
    >>> average = minitorch.optim.swa_utils.get_swa_avg_fn()
    >>> average(minitorch.tensor(1.0), minitorch.tensor(2.0), 3)
    tensor(1.2500)
    """

    @no_grad()
    def swa_update(averaged_param: Variable, current_param: Variable, num_averaged: Any) -> Variable:
        return averaged_param + (current_param - averaged_param) / (num_averaged + 1)

    return swa_update


def get_ema_multi_avg_fn(decay: float = 0.999) -> Average:
    """A function for `multi_avg_fn`: as `get_ema_avg_fn`, of lists of tensors, in place.

    >>> import minitorch
    >>> x = minitorch.tensor(1.0)
    >>> minitorch.optim.swa_utils.get_ema_multi_avg_fn(0.9)([x], [minitorch.tensor(2.0)], 5)
    >>> x
    tensor(1.1000)
    """
    return in_place(get_ema_avg_fn(decay))


def get_swa_multi_avg_fn() -> Average:
    """A function for `multi_avg_fn`: as `get_swa_avg_fn`, of lists of tensors, in place.

    >>> import minitorch
    >>> x = minitorch.tensor(1.0)
    >>> minitorch.optim.swa_utils.get_swa_multi_avg_fn()([x], [minitorch.tensor(2.0)], 3)
    >>> x
    tensor(1.2500)
    """
    return in_place(get_swa_avg_fn())


def check_decay(decay: float) -> None:
    """Refuses what is not from 0 to 1."""
    if not 0.0 <= decay <= 1.0:
        raise ArgumentError(f"swa_utils: decay must be in [0, 1], got {decay}")


def in_place(average: Average) -> Average:
    """`average` for lists of tensors, of which the first takes the results."""

    @no_grad()
    def update(averages: Iterable[Variable], currents: Iterable[Variable], num_averaged: Any) -> None:
        for x, current in zip(averages, currents, strict=True):
            x.copy_(average(x, current, num_averaged))

    return update


class AveragedModel(Module):
    """A copy of a model whose parameters are an average over the models that it is shown.

    The first `update_parameters(model)` copies; each later one averages. Without a function of yours, all
    models count alike (stochastic weight averaging).

    Args:
        model: to be copied.
        device: where the copy lives.
        avg_fn: gives the new average of (average, parameter, number of models so far).
        multi_avg_fn: the same for lists of averages and parameters, in place.
        use_buffers: average buffers, too; otherwise they are those of the last model.

    Raises:
        ArgumentError: for both `avg_fn` and `multi_avg_fn`.

    Source: P. Izmailov et al., Averaging Weights Leads to Wider Optima and Better Generalization, 2018.

    >>> import minitorch
    >>> from minitorch.optim.swa_utils import AveragedModel
    >>> model = minitorch.nn.Linear(1, 1)
    >>> averaged = AveragedModel(model)
    >>> for value in (1.0, 2.0, 6.0):
    ...     _ = minitorch.nn.init.constant_(model.weight, value)
    ...     averaged.update_parameters(model)
    >>> averaged.module.weight.item(), averaged.n_averaged.item()
    (3.0, 3)
    """

    n_averaged: Variable
    module: Module

    def __init__(
        self,
        model: Module,
        device: Any = None,
        avg_fn: Average | None = None,
        multi_avg_fn: Average | None = None,
        use_buffers: bool = False,
    ) -> None:
        super().__init__()
        if avg_fn is not None and multi_avg_fn is not None:
            raise ArgumentError("AveragedModel: give avg_fn or multi_avg_fn, not both")
        self.module = deepcopy(model)
        if device is not None:
            self.module = self.module.to(device)
        self.register_buffer("n_averaged", creation.tensor(0, dtype=dtypes.int64, device=device))
        self.avg_fn, self.multi_avg_fn, self.use_buffers = avg_fn, multi_avg_fn, use_buffers

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        """What the averaged model computes."""
        return self.module(*args, **kwargs)

    @no_grad()
    def update_parameters(self, model: Module) -> None:
        """Counts the parameters of `model` in the average."""
        averages: list[Variable] = list(self.module.parameters())
        currents: list[Variable] = list(model.parameters())
        buffers, current_buffers = list(self.module.buffers()), list(model.buffers())
        if self.use_buffers:
            averages, currents = averages + buffers, currents + current_buffers
            buffers, current_buffers = [], []
        averages, currents = [x.detach() for x in averages], [x.detach() for x in currents]
        if self.n_averaged == 0:
            for x, current in zip(averages, currents, strict=True):
                x.copy_(current)
        elif self.multi_avg_fn is not None:
            kinds: dict[Any, tuple[list[Variable], list[Variable]]] = {}
            for x, current in zip(averages, currents, strict=True):
                alike = kinds.setdefault((x.device, x.dtype), ([], []))
                alike[0].append(x)
                alike[1].append(current)
            for alike in kinds.values():
                self.multi_avg_fn(*alike, self.n_averaged)
        else:
            in_place(self.avg_fn or get_swa_avg_fn())(averages, currents, self.n_averaged)
        for x, current in zip(buffers, current_buffers, strict=True):
            x.copy_(current)
        self.n_averaged += 1


@no_grad()
def update_bn(loader: Iterable[Any], model: Module, device: Any = None) -> None:
    """Computes the statistics of all batch norms anew, in one pass over data: averaging models leaves them stale.

    Args:
        loader: gives batches: tensors, or tuples or lists whose first entry goes through the model.
        model: whose statistics are set.
        device: where the batches are sent.

    >>> import minitorch
    >>> model = minitorch.nn.BatchNorm1d(1)
    >>> minitorch.optim.swa_utils.update_bn([minitorch.tensor([[1.0], [3.0]])], model)
    >>> model.running_mean
    tensor([2.])
    """
    momenta = {module: module.momentum for module in model.modules() if isinstance(module, BatchNorm)}
    if not momenta:
        return
    training = model.training
    model.train()
    try:
        for module in momenta:
            module.reset_running_stats()
            module.momentum = None  # the mean of all batches
        for batch in loader:
            x = batch[0] if isinstance(batch, (list, tuple)) else batch
            model(x if device is None else x.to(device))
    finally:
        for module, momentum in momenta.items():
            module.momentum = momentum
        model.train(training)


class SWALR(LRScheduler):
    """Leads the learning rate to a fixed value, at which models are averaged.

    Args:
        optimizer: whose learning rates are set.
        swa_lr: where to, or one for each parameter group.
        anneal_epochs: how many epochs it takes.
        anneal_strategy: `"cos"` or `"linear"`.
        last_epoch: −1, or the epoch to go on from.

    >>> import minitorch
    >>> x = minitorch.zeros(1, requires_grad=True)
    >>> optimizer = minitorch.optim.SGD([x], lr=1.0)
    >>> scheduler = minitorch.optim.swa_utils.SWALR(optimizer, 0.5, anneal_epochs=2, anneal_strategy="linear")
    >>> for epoch in range(3):
    ...     optimizer.step()
    ...     scheduler.step()
    ...     print(scheduler.get_last_lr())
    [0.75]
    [0.5]
    [0.5]
    """

    def __init__(
        self,
        optimizer: Optimizer,
        swa_lr: float | list[float],
        anneal_epochs: int = 10,
        anneal_strategy: str = "cos",
        last_epoch: int = -1,
    ) -> None:
        if anneal_strategy not in ("cos", "linear"):
            raise ArgumentError(f"SWALR: anneal_strategy must be 'cos' or 'linear', got {anneal_strategy!r}")
        if int(anneal_epochs) != anneal_epochs or anneal_epochs < 0:
            raise ArgumentError(f"SWALR: anneal_epochs must be an integer ≥ 0, got {anneal_epochs!r}")
        rates = per_group("SWALR", "swa_lr", optimizer, swa_lr)
        for rate, group in zip(rates, optimizer.param_groups, strict=True):
            group["swa_lr"] = rate
        self._anneal_strategy, self.anneal_epochs = anneal_strategy, anneal_epochs
        super().__init__(optimizer, last_epoch)

    def _share(self, step: int) -> float:
        """How much of the way is done after so many steps."""
        progress = max(0.0, min(1.0, step / max(1, self.anneal_epochs)))
        return (1 - cos(pi * progress)) / 2 if self._anneal_strategy == "cos" else progress

    def get_lr(self) -> list[Any]:
        """The learning rates for the epoch `self.last_epoch`."""
        self._warn_outside_step()
        step = self._step_count - 1
        if self.anneal_epochs == 0:
            step = max(1, step)
        before, now = self._share(step - 1), self._share(step)
        rates = []
        for group in self.optimizer.param_groups:
            rate, target = group["lr"], group["swa_lr"]
            start = target if before == 1 else (rate - before * target) / (1 - before)
            rates.append(target * now + start * (1 - now))
        return rates
