"""`Autocast`: which operations cast their inputs just now, and to what. A mode of the context carries it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Any

from minitorch import dtypes
from minitorch.amp.lists import BANNED, FLOAT32, LOWER, OPERATORS, PARTS, POLICIES
from minitorch.device import recording
from minitorch.errors import DtypeError
from minitorch.modes import Setting, current
from minitorch.registry import backend_of
from minitorch.value import Value

if TYPE_CHECKING:
    from minitorch.op import Op

Cache = dict[tuple[int, Any, bool, Any], tuple[Any, int, Any]]


DEFAULTS = {"cpu": dtypes.bfloat16, "cuda": dtypes.float16}


class Autocast:
    """On which types of device operations cast, and into which dtype; replaced, not changed, but for the cache.

    Attributes:
        enabled: the types of device.
        dtypes: the lower precision of each, enabled or not.
        cache_enabled: whether weights that were cast are kept.
        cache: those weights; all blocks within an outermost one share it.
        in_block: whether it holds in a block, not from a setting on.
    """

    __slots__ = ("cache", "cache_enabled", "dtypes", "enabled", "in_block")

    def __init__(
        self,
        enabled: frozenset[str] = frozenset(),
        dtypes: dict[str, dtypes.dtype] = DEFAULTS,
        cache_enabled: bool = True,
        cache: Cache | None = None,
        in_block: bool = False,
    ) -> None:
        self.enabled, self.dtypes, self.in_block = enabled, dtypes, in_block
        self.cache_enabled, self.cache = cache_enabled, {} if cache is None else cache

    def but(
        self,
        device: str = "cpu",
        *,
        enabled: bool | None = None,
        dtype: dtypes.dtype | None = None,
        cache_enabled: bool | None = None,
        cache: Cache | None = None,
        in_block: bool = False,
    ) -> Autocast:
        """The same with other settings for one type of device, or with another cache."""
        devices = self.enabled
        if enabled is not None:
            devices = devices | {device} if enabled else devices - {device}
        kinds = self.dtypes if dtype is None else {**self.dtypes, device: dtype}
        keeps = self.cache_enabled if cache_enabled is None else cache_enabled
        kept = self.cache if cache is None else cache
        return Autocast(devices, kinds, keeps, kept, self.in_block or in_block)

    def fit(self, op: type[Op], inputs: tuple[Any, ...], settings: dict[str, Any]) -> tuple[Any, ...]:
        """The inputs of an op, cast as its place in the lists demands; `inputs` itself if nothing changes."""
        device = device_of(inputs)
        if device not in self.enabled or settings.get("exact"):  # a sum to which a dtype was given
            return inputs
        policy = POLICIES[device].get(OPERATORS.get(op.op_name, op.op_name))
        if policy is None:
            return inputs
        fitting = self.cast(inputs, op.op_name, policy, device)
        if policy == LOWER and len({x.dtype for x in tensors(fitting) if x.dtype.is_floating_point}) > 1:
            kinds = " and ".join(sorted({str(x.dtype) for x in tensors(fitting)}))
            raise DtypeError(
                f"{op.op_name}: dtypes {kinds} differ; autocast does not cast float64, convert one"
            )
        return inputs if all(a is b for a, b in zip(fitting, inputs, strict=True)) else tuple(fitting)

    def around(
        self, name: str, args: tuple[Any, ...], keywords: dict[str, Any]
    ) -> tuple[tuple[Any, ...], dict[str, Any], AbstractContextManager[Any]]:
        """The arguments of a function, cast as the lists demand, and a context in which its own ops are left alone."""
        device = device_of((*args, *keywords.values()))
        if device not in self.enabled:
            return args, keywords, nullcontext()
        policy = POLICIES[device].get(name)
        if policy == PARTS:
            return args, keywords, nullcontext()
        if policy is not None and keywords.get("dtype") is None:
            values = self.cast((*args, *keywords.values()), name, policy, device)
            args, keywords = tuple(values[: len(args)]), dict(zip(keywords, values[len(args) :], strict=True))
        return args, keywords, Setting(autocast=None)

    def cast(self, values: Any, name: str, policy: str, device: str) -> list[Any]:
        """Values with the tensors among them, also in lists and tuples, cast by the policy."""
        if policy == BANNED:
            raise DtypeError(
                f"{name}: its logarithms overflow in float16 gradients, so autocast refuses it; use "
                f"binary_cross_entropy_with_logits (BCEWithLogitsLoss), or a block under autocast(enabled=False)"
            )
        lower = self.dtypes[device]
        target = lower if policy == LOWER else dtypes.float32
        if policy not in (LOWER, FLOAT32):
            found = {x.dtype for x in tensors(values) if is_eligible(x, device)}
            target = lower if found <= {lower} else dtypes.float32
        return [self._cast(x, target, device) for x in values]

    def _cast(self, x: Any, target: dtypes.dtype, device: str) -> Any:
        if isinstance(x, (list, tuple)) and any(isinstance(item, Value) for item in x):
            items = [self._cast(item, target, device) for item in x]
            return type(x)(items) if type(x) in (list, tuple) else x
        if not isinstance(x, Value) or not is_eligible(x, device) or x.dtype is target:  # type: ignore[attr-defined]
            return x
        if not self.cache_enabled or target is dtypes.float32 or not is_weight(x):
            return x.to(target)  # type: ignore[attr-defined]
        return self._cached(x, target)

    def _cached(self, x: Any, target: dtypes.dtype) -> Any:
        """The weight in the lower precision: cast once in a block, as long as it does not change.

        A graph casts for itself: its replays find other weights.
        """
        key, version = (id(x), target, current().grad, recording()), x._version_counter().value
        weight, at, cast = self.cache.get(key, (None, 0, None))
        if weight is not x or at != version:
            cast = x.to(target)
            self.cache[key] = x, version, cast
        return cast


def tensors(values: Any) -> Iterator[Any]:
    """The tensors among values, and in the lists and tuples among them."""
    for x in values:
        if isinstance(x, Value):
            yield x
        elif isinstance(x, (list, tuple)):
            yield from tensors(x)


def device_of(values: Any) -> str | None:
    """The type of device of the first tensor."""
    for x in tensors(values):
        return backend_of(x.array).device_type
    return None


def is_eligible(x: Any, device: str) -> bool:
    """Whether autocast casts this tensor: floating-point numbers on its device, but for float64."""
    return (
        x.dtype.is_floating_point
        and x.dtype is not dtypes.float64
        and backend_of(x.array).device_type == device
    )


def is_weight(x: Any) -> bool:
    """Whether its cast copy is worth keeping: a leaf in float32 that requires grad."""
    return x._requires_grad and x.grad_fn is None and x._view is None and x.dtype is dtypes.float32
