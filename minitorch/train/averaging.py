"""`EMA`: an average of the weights over the last steps, which often does better than the last weights."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from minitorch.errors import ArgumentError, StateDictError
from minitorch.modes import no_grad
from minitorch.train.callback import Callback
from minitorch.train.checks import check_number

if TYPE_CHECKING:
    from minitorch.nn import Module
    from minitorch.train.trainer import Trainer


class EMA(Callback):
    """Keeps an exponential moving average of the weights, with which the model is evaluated and predicts.

    After each step of the optimizer: average ← d · average + (1 − d) · weights. The model itself trains on, with its
    own weights; `copy_to(model)` gives it the average for good. Running statistics, as of batch norm, are averaged
    like weights; whole numbers are those of the last step.

    Args:
        decay: d, from 0 to 1.
        warmup: begin with smaller decays, d = min(decay, (1 + t)/(10 + t)) in step t, so that the random weights of
            the start are soon forgotten.

    Raises:
        ArgumentError: for other decays.
        ArgumentTypeError: for what is no number.

    >>> from minitorch import nn, optim, ones, train
    >>> model = nn.Linear(1, 1, bias=False)
    >>> _ = nn.init.zeros_(model.weight)
    >>> ema = train.EMA(decay=0.75, warmup=False)
    >>> trainer = train.Trainer(model, optim.SGD(model.parameters(), lr=0.5), nn.MSELoss(), callbacks=[ema])
    >>> _ = trainer.fit([(ones(1, 1), ones(1, 1))])
    >>> model.weight.item(), trainer.predict([ones(1, 1)]).item()
    (1.0, 0.25)
    """

    def __init__(self, decay: float = 0.999, warmup: bool = True) -> None:
        check_number("EMA: decay", decay)
        if not 0 <= decay <= 1:
            raise ArgumentError(f"EMA: decay must lie between 0 and 1, got {decay}")
        self.decay, self.warmup = decay, warmup
        self.steps = 0
        self.average: dict[str, Any] = {}
        self._weights: dict[str, Any] = {}  # the model's own, while it has the average

    def on_fit_begin(self, trainer: Trainer) -> None:
        own = tensors_of(trainer.model)
        if not self.average:
            with no_grad():
                self.average = {name: x.detach().clone() for name, x in own.items()}
        elif {name: x.shape for name, x in own.items()} != {
            name: x.shape for name, x in self.average.items()
        }:
            raise StateDictError("EMA: the average is of another model; make a new EMA for each model")

    def after_update(self, trainer: Trainer) -> None:
        self.steps += 1
        decay = min(self.decay, (1 + self.steps) / (10 + self.steps)) if self.warmup else self.decay
        with no_grad():
            for name, x in tensors_of(trainer.model).items():
                if x.is_floating_point():
                    self.average[name].lerp_(x.detach(), 1 - decay)
                else:
                    self.average[name].copy_(x)

    def copy_to(self, model: Module) -> None:
        """Gives the model the averaged weights for good."""
        with no_grad():
            for name, x in tensors_of(model).items():
                x.copy_(self.average[name])

    def _swap_in(self, trainer: Trainer) -> None:
        if self.average:  # else no fit has begun
            self._weights = {name: x.detach().clone() for name, x in tensors_of(trainer.model).items()}
            self.copy_to(trainer.model)

    def _swap_out(self, trainer: Trainer) -> None:
        with no_grad():
            for name, x in tensors_of(trainer.model).items():
                if name in self._weights:
                    x.copy_(self._weights[name])
        self._weights = {}

    on_evaluate_begin = on_predict_begin = _swap_in
    on_evaluate_end = on_predict_end = _swap_out

    def state_dict(self) -> dict[str, Any]:
        """The average, and the number of steps."""
        return {"steps": self.steps, "average": self.average}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Continues from a state given by `state_dict`."""
        self.steps, self.average = state_dict["steps"], state_dict["average"]


def tensors_of(model: Module) -> dict[str, Any]:
    """Parameters and buffers by name."""
    return {**dict(model.named_parameters()), **dict(model.named_buffers())}
