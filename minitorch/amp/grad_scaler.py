"""`GradScaler`: keeps the small gradients of float16 from becoming zero."""

from __future__ import annotations

import warnings
from collections import defaultdict
from collections.abc import Iterable
from enum import Enum
from typing import TYPE_CHECKING, Any

from minitorch import cuda, dtypes, filled
from minitorch.device import recording
from minitorch.errors import (
    ArgumentError,
    ArgumentTypeError,
    BackendError,
    DtypeError,
    GradientError,
    NotSupportedError,
    StateDictError,
)
from minitorch.registry import backend_of
from minitorch.value import Value

if TYPE_CHECKING:
    from minitorch.optim import Optimizer
    from minitorch.variable import Variable


class Stage(Enum):
    """How far the gradients of an optimizer have come since the last `update`."""

    READY, UNSCALED, STEPPED = range(3)


class Progress:
    """What is known of one optimizer since the last `update`: its stage, and a flag for each backend's gradients."""

    def __init__(self) -> None:
        self.stage = Stage.READY
        self.found: list[Variable] = []


class GradScaler:
    """Multiplies the loss, and so all gradients, by a large scale, and divides the gradients before the step.

    float16 has no numbers between 0 and 6·10⁻⁸, where many gradients lie: multiplied by 65536 they survive. If a
    gradient becomes infinite, the step is left out and the scale halved; after a long run of good steps it is
    doubled. So it finds the largest scale that works. bfloat16, whose range is that of float32, needs none.

    On a GPU `step` waits once, to learn whether the step is taken; so it stays out of CUDA graphs, in which
    `scaler.scale(loss).backward()` may stand.

    Args:
        device: "cuda" or "cpu", where the loss is computed.
        init_scale: the first scale.
        growth_factor: multiplies the scale after `growth_interval` steps in a row without infinities and NaNs.
        backoff_factor: multiplies it when there was one.
        growth_interval: how many steps in a row.
        enabled: False makes every method do nothing, and `step` the optimizer's own.

    Raises:
        ArgumentError: if growth_factor is not above 1 or backoff_factor not below.

    Source: Micikevicius et al., "Mixed Precision Training", ICLR 2018.

    >>> import minitorch
    >>> w = minitorch.tensor([1.0], requires_grad=True)
    >>> optimizer, scaler = minitorch.optim.SGD([w], lr=0.5), minitorch.amp.GradScaler("cpu", init_scale=8.0)
    >>> scaler.scale((3 * w).sum()).backward()
    >>> w.grad
    tensor([24.])
    >>> scaler.step(optimizer)
    >>> scaler.update()
    >>> w.grad, w
    (tensor([3.]), tensor([-0.5000], requires_grad=True))
    """

    def __init__(
        self,
        device: str = "cuda",
        init_scale: float = 2.0**16,
        growth_factor: float = 2.0,
        backoff_factor: float = 0.5,
        growth_interval: int = 2000,
        enabled: bool = True,
    ) -> None:
        if enabled and growth_factor <= 1.0:
            raise ArgumentError(f"GradScaler: growth_factor must be above 1, got {growth_factor}")
        if enabled and backoff_factor >= 1.0:
            raise ArgumentError(f"GradScaler: backoff_factor must be below 1, got {backoff_factor}")
        if enabled and device == "cuda" and not cuda.is_available():
            warnings.warn("GradScaler: there is no CUDA device here, so it is switched off", stacklevel=2)
            enabled = False
        self._device, self._enabled = device, enabled
        self._init_scale, self._init_growth_tracker = float(init_scale), 0
        self._growth_factor, self._backoff_factor = growth_factor, backoff_factor
        self._growth_interval = growth_interval
        self._scale: Variable | None = None  # made where the first loss is
        self._growth_tracker: Variable | None = None
        self._progress: defaultdict[int, Progress] = defaultdict(Progress)

    # A step of training --------------------------------------------------------------------------

    def scale(self, outputs: Any) -> Any:
        """The loss, or each tensor in nested lists and tuples, times the scale.

        Raises:
            ArgumentTypeError: for anything else.
            BackendError: for the first loss of all, if it is in a CUDA graph.
        """
        if not self._enabled:
            return outputs
        if isinstance(outputs, Value):
            if self._scale is None:
                if recording() is not None:
                    raise BackendError(
                        "GradScaler.scale: the scale would be made anew at every replay of the graph; run the step a "
                        "few times before the capture"
                    )
                place = outputs.device  # type: ignore[attr-defined]
                self._scale = filled.full((), self._init_scale, dtype=dtypes.float32, device=place)
                self._growth_tracker = filled.full(
                    (), self._init_growth_tracker, dtype=dtypes.int32, device=place
                )
            return outputs * self._scale.to(outputs.device)  # type: ignore[attr-defined]
        if isinstance(outputs, Iterable) and not isinstance(outputs, (str, bytes)):
            scaled = map(self.scale, outputs)
            return type(outputs)(scaled) if isinstance(outputs, (list, tuple)) else scaled
        raise ArgumentTypeError(
            f"GradScaler.scale: expected tensors, or lists and tuples of them, got {type(outputs).__name__}"
        )

    def unscale_(self, optimizer: Optimizer) -> None:
        """Divides the gradients of an optimizer by the scale, in place: before they are clipped or looked at.

        `step` does it otherwise.

        Raises:
            GradientError: if it was done already since the last `update`, or no loss was scaled.
            DtypeError: for gradients in float16; parameters must be float32. Nothing is changed.
        """
        if not self._enabled:
            return
        scale, _ = self._state("unscale_")
        progress = self._progress[id(optimizer)]
        if progress.stage is not Stage.READY:
            done = "unscale_" if progress.stage is Stage.UNSCALED else "step"
            raise GradientError(
                f"GradScaler.unscale_: {done}() was called for this optimizer already since the last update()"
            )
        progress.found = self._unscale(optimizer, scale)
        progress.stage = Stage.UNSCALED

    def _unscale(self, optimizer: Optimizer, scale: Variable) -> list[Variable]:
        """Divides the gradients; returns for each backend of them a number that is not 0 if one was not finite."""
        batches: defaultdict[Any, list[Any]] = defaultdict(list)
        grads = [x.grad for group in optimizer.param_groups for x in group["params"] if x.grad is not None]
        for g in grads:
            if g.dtype is dtypes.float16:
                raise DtypeError(
                    "GradScaler.unscale_: a gradient is float16, because its parameter is; keep parameters in "
                    "float32 and let autocast choose the dtype of each operation"
                )
            batches[g.device, backend_of(g.array)].append(g)
        found = []
        for (device, backend), batch in batches.items():
            inverse = scale.to(device).double().reciprocal().float()
            found.append(filled.zeros((), dtype=dtypes.float32, device=device))
            with backend.quiet():
                backend.unscale([g.array for g in batch], inverse.array, found[-1].array)
            for g in batch:
                g._version_counter().value += 1
        return found

    def step(self, optimizer: Optimizer, *args: Any, **kwargs: Any) -> Any:
        """Takes a step of the optimizer, after `unscale_`, unless a gradient is infinite or NaN.

        Args:
            optimizer: whose parameters have gradients of a scaled loss.
            *args: for its `step`.
            **kwargs: for its `step`; no `closure`.

        Returns:
            What its `step` returned; None if it was left out.

        Raises:
            GradientError: if it was called already since the last `update`, or there are no gradients.
            NotSupportedError: for a closure, whose loss would not be scaled.
        """
        if not self._enabled:
            return optimizer.step(*args, **kwargs)
        if "closure" in kwargs:
            raise NotSupportedError(
                "GradScaler.step: a closure cannot be scaled; call it before, without closure="
            )
        self._state("step")
        progress = self._progress[id(optimizer)]
        if progress.stage is Stage.STEPPED:
            raise GradientError(
                "GradScaler.step: it was called for this optimizer already since the last update()"
            )
        if progress.stage is Stage.READY:
            self.unscale_(optimizer)
        if not progress.found:
            progress.stage = Stage.READY
            raise GradientError(
                "GradScaler.step: no parameter of the optimizer has a gradient; call backward() first"
            )
        finite = not any(found.item() for found in progress.found)
        result = optimizer.step(*args, **kwargs) if finite else None
        progress.stage = Stage.STEPPED
        return result

    def update(self, new_scale: Any = None) -> None:
        """Shrinks or grows the scale, by what the gradients of this step were; or sets it.

        Args:
            new_scale: a float, or a tensor of one element, that takes the place of the scale.

        Raises:
            GradientError: if no gradients were looked at since the last time.
        """
        if not self._enabled:
            return
        scale, tracker = self._state("update")
        if new_scale is not None:
            if isinstance(new_scale, Value) and (new_scale._requires_grad or new_scale.array.size != 1):
                raise ArgumentError(
                    "GradScaler.update: new_scale must be one number that does not require grad"
                )
            scale.fill_(float(new_scale))
        else:
            found = [flag.to(scale.device) for progress in self._progress.values() for flag in progress.found]
            if not found:
                raise GradientError(
                    "GradScaler.update: no gradients were looked at since the last update(); call step(optimizer) first"
                )
            backend = backend_of(scale.array)
            with backend.quiet():
                backend.update_scale(
                    scale.array,
                    tracker.array,
                    sum(found[1:], found[0]).array,
                    self._growth_factor,
                    self._backoff_factor,
                    self._growth_interval,
                )
        self._progress = defaultdict(Progress)

    def _state(self, name: str) -> tuple[Variable, Variable]:
        if recording() is not None:
            raise BackendError(
                f"GradScaler.{name}: whether a gradient is infinite is not known while a graph is captured, and what "
                f"is done depends on it. Capture forward and backward, and call {name}() after each replay; or use "
                f"bfloat16, which needs no scale"
            )
        if self._scale is None or self._growth_tracker is None:
            raise GradientError(
                f"GradScaler.{name}: no loss was scaled yet; call scale(loss).backward() first"
            )
        return self._scale, self._growth_tracker

    # What it is ----------------------------------------------------------------------------------

    def get_scale(self) -> float:
        """The scale; 1 if it is not enabled."""
        if not self._enabled:
            return 1.0
        return self._init_scale if self._scale is None else float(self._scale.item())

    def _get_growth_tracker(self) -> int:
        if not self._enabled:
            return 0
        return self._init_growth_tracker if self._growth_tracker is None else int(self._growth_tracker.item())

    def get_growth_factor(self) -> float:
        """By what the scale grows."""
        return self._growth_factor

    def set_growth_factor(self, new_factor: float) -> None:
        """Sets by what the scale grows."""
        self._growth_factor = new_factor

    def get_backoff_factor(self) -> float:
        """By what the scale shrinks."""
        return self._backoff_factor

    def set_backoff_factor(self, new_factor: float) -> None:
        """Sets by what the scale shrinks."""
        self._backoff_factor = new_factor

    def get_growth_interval(self) -> int:
        """After how many good steps the scale grows."""
        return self._growth_interval

    def set_growth_interval(self, new_interval: int) -> None:
        """Sets after how many good steps the scale grows."""
        self._growth_interval = new_interval

    def is_enabled(self) -> bool:
        """Whether it does anything."""
        return self._enabled

    # State ---------------------------------------------------------------------------------------

    def state_dict(self) -> dict[str, Any]:
        """The scale, its rules, and the number of good steps in a row; empty if it is not enabled."""
        if not self._enabled:
            return {}
        return {
            "scale": self.get_scale(),
            "growth_factor": self._growth_factor,
            "backoff_factor": self._backoff_factor,
            "growth_interval": self._growth_interval,
            "_growth_tracker": self._get_growth_tracker(),
        }

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Continues from a state given by `state_dict`; does nothing if it is not enabled.

        Raises:
            StateDictError: if the state is empty, or something is missing in it; nothing is changed.
        """
        if not self._enabled:
            return
        missing = [name for name in self.state_dict() if name not in state_dict]
        if missing:
            raise StateDictError(
                f"GradScaler.load_state_dict: the state has no {', '.join(missing)}; "
                f"did it come from a scaler that was not enabled?"
            )
        self._init_scale, self._init_growth_tracker = state_dict["scale"], state_dict["_growth_tracker"]
        self._growth_factor = state_dict["growth_factor"]
        self._backoff_factor = state_dict["backoff_factor"]
        self._growth_interval = state_dict["growth_interval"]
        if self._scale is not None and self._growth_tracker is not None:
            self._scale.fill_(self._init_scale)
            self._growth_tracker.fill_(self._init_growth_tracker)

    def __getstate__(self) -> dict[str, Any]:
        if self._progress:
            raise GradientError(
                "GradScaler: it can be pickled (or copied) after update(), not in the midst of a step"
            )
        return {
            **self.__dict__,
            "_init_scale": self.get_scale(),
            "_init_growth_tracker": self._get_growth_tracker(),
            "_scale": None,
            "_growth_tracker": None,
        }
