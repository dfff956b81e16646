"""Pruning: parts of a parameter set to zero by a mask, which a forward pre-hook applies.

A pruned `weight` is computed as `weight_orig · weight_mask`: the first is the parameter, the second a buffer.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from numbers import Integral, Real
from typing import Any, ClassVar

from minitorch import like, ops
from minitorch.errors import ArgumentError, ArgumentTypeError, IndexRangeError, ShapeError
from minitorch.nn.module import Module
from minitorch.nn.utils.convert_parameters import parameters_to_vector
from minitorch.sampling import rand


class BasePruningMethod(ABC):
    """A way to choose what to prune: the base of all, also of users' own.

    A subclass sets `PRUNING_TYPE` ("unstructured": single elements; "structured": slices along `self.dim`;
    "global": the whole tensor at once) and defines `compute_mask(t, default_mask)`.
    """

    PRUNING_TYPE: ClassVar[str] = "unstructured"
    _tensor_name: str

    def __call__(self, module: Module, inputs: Any) -> None:
        setattr(module, self._tensor_name, self.apply_mask(module))

    @abstractmethod
    def compute_mask(self, t: Any, default_mask: Any) -> Any:
        """The new mask: 1 where an element stays.

        Args:
            t: what tells how important each element is.
            default_mask: the mask so far; what it prunes stays pruned.
        """

    def apply_mask(self, module: Module) -> Any:
        """The parameter times its mask."""
        mask, original = (getattr(module, self._tensor_name + end) for end in ("_mask", "_orig"))
        return mask.to(original.dtype) * original

    @classmethod
    def apply(
        cls, module: Module, name: str, *args: Any, importance_scores: Any = None, **kwargs: Any
    ) -> BasePruningMethod:
        """Prunes a parameter by this method, after what was pruned before; returns the hook.

        Args:
            module: whose parameter is meant.
            name: its name.
            *args: of the method.
            **kwargs: of the method.
            importance_scores: what tells how important each element is; by default the parameter itself.
        """
        before = [k for k, hook in module._forward_pre_hooks.items() if prunes(hook, name)]
        method: BasePruningMethod = cls(*args, **kwargs)
        method._tensor_name = name
        for key in before:
            earlier = module._forward_pre_hooks.pop(key)
            container = earlier if isinstance(earlier, PruningContainer) else PruningContainer(earlier)
            container.add_pruning_method(method)
            method = container
        original = getattr(module, name)
        scores = original if importance_scores is None else importance_scores
        check_scores(scores, original)
        if before:
            mask_so_far = getattr(module, name + "_mask").detach().clone()
        else:
            mask_so_far = like.ones_like(original)
        mask = method.compute_mask(scores, default_mask=mask_so_far)
        if not before:
            del module._parameters[name]
            module.register_parameter(name + "_orig", original)
        module.register_buffer(name + "_mask", mask.detach())
        setattr(module, name, method.apply_mask(module))
        module.register_forward_pre_hook(method)
        return method

    def prune(self, t: Any, default_mask: Any = None, importance_scores: Any = None) -> Any:
        """A pruned version of a tensor."""
        scores = t if importance_scores is None else importance_scores
        check_scores(scores, t)
        mask = like.ones_like(t) if default_mask is None else default_mask
        return t * self.compute_mask(scores, default_mask=mask)

    def remove(self, module: Module) -> None:
        """Makes what is left of a pruned parameter an ordinary one again."""
        name = self._tensor_name
        weight = self.apply_mask(module)
        if hasattr(module, name):
            delattr(module, name)
        original = module._parameters.pop(name + "_orig")
        original.data = weight.detach()
        del module._buffers[name + "_mask"]
        setattr(module, name, original)


def prunes(hook: Any, name: str) -> bool:
    """Whether a hook prunes the parameter of this name."""
    return isinstance(hook, BasePruningMethod) and hook._tensor_name == name


def check_scores(scores: Any, t: Any) -> None:
    """Refuses scores of another shape."""
    if scores.shape != t.shape:
        raise ShapeError(
            f"prune: importance_scores has shape {tuple(scores.shape)}, expected that of the tensor, {tuple(t.shape)}"
        )


class PruningContainer(BasePruningMethod):
    """Several methods applied to one parameter, each to what the earlier ones left.

    Args:
        args: the methods.
    """

    def __init__(self, *args: BasePruningMethod) -> None:
        self._pruning_methods: tuple[BasePruningMethod, ...] = ()
        if len(args) == 1:
            self._tensor_name = args[0]._tensor_name
        for method in args:
            self.add_pruning_method(method)

    def add_pruning_method(self, method: BasePruningMethod) -> None:
        """Adds a method, for the same parameter."""
        if not isinstance(method, BasePruningMethod):
            raise ArgumentTypeError(f"PruningContainer: {type(method).__name__} is no BasePruningMethod")
        if method._tensor_name != self._tensor_name:
            raise ArgumentError(
                f"PruningContainer: it prunes {self._tensor_name!r}, the new method {method._tensor_name!r}"
            )
        self._pruning_methods += (method,)

    def __len__(self) -> int:
        return len(self._pruning_methods)

    def __iter__(self) -> Iterator[BasePruningMethod]:
        return iter(self._pruning_methods)

    def __getitem__(self, index: int) -> BasePruningMethod:
        return self._pruning_methods[index]

    def compute_mask(self, t: Any, default_mask: Any) -> Any:
        """The mask after the last method, which sees only what is not pruned yet."""
        method: Any = self._pruning_methods[-1]
        kind = method.PRUNING_TYPE
        mask = default_mask.to(t.dtype).clone()
        place: Any
        if kind == "unstructured":
            place = default_mask == 1
        elif kind == "structured":
            dim = method.dim
            check_dim(t, dim)
            others = [d for d in range(t.ndim) if d != dim % t.ndim]
            kept = default_mask.sum(others) != 0
            place = (*(slice(None),) * (dim % t.ndim), kept)
        elif kind == "global":
            place = ...
        else:
            raise ArgumentError(f"PruningContainer: unknown PRUNING_TYPE {kind!r}")
        mask[place] = method.compute_mask(t[place], default_mask=default_mask[place]).to(mask.dtype)
        return mask


class Identity(BasePruningMethod):
    """Prunes nothing; the parameter gets a mask of ones."""

    def compute_mask(self, t: Any, default_mask: Any) -> Any:
        return default_mask


class Amount(BasePruningMethod):
    """What methods share that prune a number, or a share, of all elements or slices.

    Args:
        amount: a number (int), or a share between 0 and 1 (float).
    """

    amount: Any

    def __init__(self, amount: Any) -> None:
        if not isinstance(amount, Real):
            raise ArgumentTypeError(f"prune: amount must be an int or a float, got {amount!r}")
        if float(amount) < 0 or (not isinstance(amount, Integral) and float(amount) > 1):
            raise ArgumentError(
                f"prune: amount must be a float between 0 and 1 or an int of at least 0, got {amount}"
            )
        self.amount = amount

    def count(self, size: int) -> int:
        """How many of `size` to prune."""
        count = int(self.amount) if isinstance(self.amount, Integral) else round(self.amount * size)
        if count > size:
            raise ArgumentError(f"prune: amount={count} is more than there is to prune, {size}")
        return count


class RandomUnstructured(Amount):
    """Prunes random elements."""

    def compute_mask(self, t: Any, default_mask: Any) -> Any:
        return without_least(default_mask, rand(t.numel()), self.count(t.numel()))


class L1Unstructured(Amount):
    """Prunes the elements of the smallest absolute value."""

    def compute_mask(self, t: Any, default_mask: Any) -> Any:
        return without_least(default_mask, t.detach().abs().reshape(-1), self.count(t.numel()))


def without_least(mask: Any, scores: Any, count: int) -> Any:
    """A mask with zeros also where the `count` smallest scores are."""
    mask = mask.clone()
    if count:
        mask.view(-1)[ops.topk(scores, count, largest=False)[1]] = 0
    return mask


class Structured(Amount):
    """What methods share that prune slices along a dim."""

    PRUNING_TYPE = "structured"

    def __init__(self, amount: float, dim: int = -1) -> None:
        super().__init__(amount)
        self.dim = dim

    def scores(self, t: Any) -> Any:
        """How important each slice is."""
        raise NotImplementedError

    def compute_mask(self, t: Any, default_mask: Any) -> Any:
        if t.ndim < 2:
            raise ArgumentError(
                f"prune: a tensor of shape {tuple(t.shape)} has no slices; it needs 2 dims or more"
            )
        check_dim(t, self.dim)
        size = t.shape[self.dim]
        count = self.count(size)
        if not count:
            return default_mask
        kept = default_mask.new_zeros(size)
        kept[ops.topk(self.scores(t), size - count)[1]] = 1
        shape = [1] * t.ndim
        shape[self.dim] = size
        return default_mask * kept.reshape(shape)


class RandomStructured(Structured):
    """Prunes random slices."""

    def scores(self, t: Any) -> Any:
        """Random numbers."""
        return rand(t.shape[self.dim])


class LnStructured(Structured):
    """Prunes the slices with the smallest n-norm."""

    def __init__(self, amount: float, n: Any, dim: int = -1) -> None:
        super().__init__(amount, dim)
        self.n = n

    def scores(self, t: Any) -> Any:
        """Their norms."""
        return ops.norm(t.detach(), self.n, [d for d in range(t.ndim) if d != self.dim % t.ndim])


def check_dim(t: Any, dim: int) -> None:
    """Refuses a dim that the tensor does not have."""
    if not -t.ndim <= dim < t.ndim:
        raise IndexRangeError(f"prune: dim {dim} is out of range for a tensor of shape {tuple(t.shape)}")


class CustomFromMask(BasePruningMethod):
    """Prunes by a given mask."""

    PRUNING_TYPE = "global"

    def __init__(self, mask: Any) -> None:
        self.mask = mask

    def compute_mask(self, t: Any, default_mask: Any) -> Any:
        check_scores(self.mask, default_mask)
        return default_mask * self.mask.to(default_mask.dtype)


# Functions -----------------------------------------------------------------------------------------


def identity(module: Module, name: str) -> Module:
    """Gives a parameter a mask that prunes nothing; returns the module."""
    Identity.apply(module, name)
    return module


def random_unstructured(module: Module, name: str, amount: float) -> Module:
    """Prunes random elements of a parameter: `amount` of them, or that share; returns the module.

    >>> import minitorch
    >>> import minitorch.nn.utils.prune as prune
    >>> layer = prune.random_unstructured(minitorch.nn.Linear(2, 3), "weight", amount=1)
    >>> int((layer.weight_mask == 0).sum())
    1
    """
    RandomUnstructured.apply(module, name, amount=amount)
    return module


def l1_unstructured(module: Module, name: str, amount: float, importance_scores: Any = None) -> Module:
    """Prunes the elements of a parameter with the smallest absolute value; returns the module.

    Args:
        module: whose parameter is meant.
        name: its name.
        amount: how many (int), or which share (float).
        importance_scores: taken in the place of the parameter itself.

    >>> import minitorch
    >>> import minitorch.nn.utils.prune as prune
    >>> layer = minitorch.nn.Linear(3, 1, bias=False)
    >>> _ = layer.weight.data.copy_(minitorch.tensor([[1.0, -3.0, 2.0]]))
    >>> prune.l1_unstructured(layer, "weight", amount=1).weight_mask
    tensor([[0., 1., 1.]])
    """
    L1Unstructured.apply(module, name, amount=amount, importance_scores=importance_scores)
    return module


def random_structured(module: Module, name: str, amount: float, dim: int) -> Module:
    """Prunes random slices of a parameter along `dim`; returns the module."""
    RandomStructured.apply(module, name, amount=amount, dim=dim)
    return module


def ln_structured(
    module: Module, name: str, amount: float, n: Any, dim: int, importance_scores: Any = None
) -> Module:
    """Prunes the slices of a parameter along `dim` with the smallest n-norm; returns the module.

    >>> import minitorch
    >>> import minitorch.nn.utils.prune as prune
    >>> layer = prune.ln_structured(minitorch.nn.Linear(4, 3), "weight", amount=1, n=2, dim=0)
    >>> int((layer.weight_mask.sum(1) == 0).sum())
    1
    """
    LnStructured.apply(module, name, amount=amount, n=n, dim=dim, importance_scores=importance_scores)
    return module


def custom_from_mask(module: Module, name: str, mask: Any) -> Module:
    """Prunes a parameter where a mask is 0; returns the module."""
    CustomFromMask.apply(module, name, mask=mask)
    return module


def global_unstructured(
    parameters: Iterable[tuple[Module, str]],
    pruning_method: type[BasePruningMethod],
    importance_scores: dict[tuple[Module, str], Any] | None = None,
    **kwargs: Any,
) -> None:
    """Prunes several parameters as if they were one, so that each loses as much as it has of what is least.

    Args:
        parameters: pairs of module and name.
        pruning_method: such as `L1Unstructured`; it must be unstructured.
        importance_scores: taken in the place of parameters, by such pairs.
        kwargs: of the method, such as `amount`.
    """
    if not isinstance(parameters, Iterable):
        raise ArgumentTypeError("global_unstructured: parameters must be pairs of module and name")
    pairs, scores = list(parameters), {} if importance_scores is None else importance_scores
    if not isinstance(scores, dict):
        raise ArgumentTypeError("global_unstructured: importance_scores must be a dict")
    method = pruning_method(**kwargs)
    if method.PRUNING_TYPE != "unstructured":
        raise ArgumentTypeError(
            f"global_unstructured: {pruning_method.__name__} is {method.PRUNING_TYPE}, expected an unstructured method"
        )
    container = PruningContainer()
    container._tensor_name = method._tensor_name = "all"
    container.add_pruning_method(method)
    tensors = [getattr(module, name) for module, name in pairs]
    t = parameters_to_vector([scores.get(pair, x) for pair, x in zip(pairs, tensors, strict=True)])
    so_far = [
        getattr(module, name + "_mask", like.ones_like(x))
        for (module, name), x in zip(pairs, tensors, strict=True)
    ]
    mask = container.compute_mask(t.detach(), parameters_to_vector(so_far).detach())
    start = 0
    for (module, name), x in zip(pairs, tensors, strict=True):
        custom_from_mask(module, name, mask[start : start + x.numel()].reshape(x.shape))
        start += x.numel()


def remove(module: Module, name: str) -> Module:
    """Makes what is left of a pruned parameter an ordinary one again; returns the module.

    >>> import minitorch
    >>> import minitorch.nn.utils.prune as prune
    >>> layer = prune.l1_unstructured(minitorch.nn.Linear(2, 3), "weight", amount=0.5)
    >>> [name for name, _ in prune.remove(layer, "weight").named_parameters()]
    ['bias', 'weight']
    """
    for key, hook in module._forward_pre_hooks.items():
        if prunes(hook, name):
            hook.remove(module)
            del module._forward_pre_hooks[key]
            return module
    raise ArgumentError(f"remove: {name!r} of {type(module).__name__} is not pruned")


def is_pruned(module: Module) -> bool:
    """Whether anything in the module, or in a descendant, is pruned.

    >>> import minitorch
    >>> minitorch.nn.utils.prune.is_pruned(minitorch.nn.Linear(2, 3))
    False
    """
    return any(
        isinstance(hook, BasePruningMethod)
        for each in module.modules()
        for hook in each._forward_pre_hooks.values()
    )
