"""Parametrizations: a parameter that is computed from others each time it is used.

`register_parametrization(module, "weight", f)` moves the parameter to `module.parametrizations.weight.original`
and makes `module.weight` a property with the value f(original), differentiable as everything else.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from minitorch import dtypes
from minitorch.errors import ArgumentError, NotSupportedError
from minitorch.modes import no_grad
from minitorch.nn.container import ModuleDict, ModuleList
from minitorch.nn.module import Module
from minitorch.nn.parameter import Parameter
from minitorch.value import Value

depth = 0  # of `with cached()` blocks
values: dict[tuple[int, str], Any] = {}


@contextmanager
def cached() -> Iterator[None]:
    """Within this block each parametrized tensor is computed once, however often it is used.

    >>> import minitorch
    >>> from minitorch.nn.utils import parametrize
    >>> with parametrize.cached():
    ...     pass  # for instance: a recurrent cell, called once per time step
    """
    global depth
    depth += 1
    try:
        yield
    finally:
        depth -= 1
        if not depth:
            values.clear()


class ParametrizationList(ModuleList):
    """The parametrizations of one tensor, one applied after the other, and what they are applied to.

    Args:
        modules: the parametrizations, the first one first.
        original: the tensor that shall be parametrized.
        unsafe: do not check that shape and dtype stay the same.

    Attributes:
        original: what is learned; `original0`, `original1`, … if the first one takes several tensors.
    """

    def __init__(self, modules: Sequence[Module], original: Any, unsafe: bool = False) -> None:
        if not modules:
            raise ArgumentError("ParametrizationList: needs at least one parametrization")
        super().__init__(modules)
        self.unsafe = unsafe
        shape, dtype = original.shape, original.dtype
        with no_grad():
            new: Any = original
            for module in reversed(list(self)):
                if hasattr(module, "right_inverse"):
                    try:
                        new = module.right_inverse(new)
                    except NotImplementedError:  # it has none after all: counts as the identity
                        continue
        self.is_tensor = isinstance(new, Value)
        if not self.is_tensor and not isinstance(new, Sequence):
            raise ArgumentError(
                f"register_parametrization: right_inverse must return a Tensor or several, got {type(new).__name__}"
            )
        self.ntensors = 1 if self.is_tensor else len(new)
        if self.is_tensor:
            check_same("right_inverse", "dtype", new.dtype, dtype)
            original.data = new.detach()  # stays the same object, which an optimizer may hold
            register(self, "original", original)
        else:
            part: Any
            for i, part in enumerate(new):
                if not hasattr(part, "requires_grad_"):
                    raise ArgumentError(
                        f"register_parametrization: right_inverse must return tensors, got {type(part).__name__}"
                    )
                if isinstance(original, Parameter):
                    part = Parameter(part, original.requires_grad)
                register(self, f"original{i}", part.requires_grad_(original.requires_grad))
        if not unsafe:
            check_result(self(), shape, dtype)

    def right_inverse(self, value: Any) -> None:
        """Sets the originals such that the parametrized tensor becomes `value`."""
        with no_grad():
            for module in reversed(list(self)):
                if not hasattr(module, "right_inverse"):
                    raise NotSupportedError(
                        f"parametrization {type(module).__name__} has no right_inverse, so the tensor cannot "
                        f"be assigned"
                    )
                value = module.right_inverse(value)
            if self.is_tensor:
                if not hasattr(value, "detach"):
                    raise ArgumentError(f"right_inverse: expected a Tensor, got {type(value).__name__}")
                check_same("right_inverse", "dtype", value.dtype, self.original.dtype)
                self.original.data = value.detach()
                return
            if not isinstance(value, Sequence) or len(value) != self.ntensors:
                raise ArgumentError(
                    f"right_inverse: expected {self.ntensors} tensors, got {type(value).__name__}"
                )
            for i, part in enumerate(value):
                target = getattr(self, f"original{i}")
                check_same("right_inverse", "dtype", part.dtype, target.dtype)
                target.data = part.detach()

    def forward(self) -> Any:
        modules = list(self)
        if self.is_tensor:
            x = modules[0](self.original)
        else:
            x = modules[0](*(getattr(self, f"original{i}") for i in range(self.ntensors)))
        for module in modules[1:]:
            x = module(x)
        return x


def check_same(what: str, kind: str, got: Any, wanted: Any) -> None:
    """Refuses a change of dtype or shape."""
    if got != wanted:
        raise ArgumentError(
            f"register_parametrization: {what} changes the {kind} from {wanted} to {got}; if that is meant, pass "
            f"unsafe=True"
        )


def check_result(y: Any, shape: Any, dtype: Any) -> None:
    """Refuses a parametrized tensor that looks otherwise than the plain one."""
    if not isinstance(y, Value):
        raise ArgumentError(
            f"register_parametrization: a parametrization must return a Tensor, got {type(y).__name__}"
        )
    check_same("the parametrization", "dtype", dtypes.as_dtype(y.array.dtype), dtype)
    check_same("the parametrization", "shape", tuple(y.array.shape), tuple(shape))


def register(module: Module, name: str, x: Any) -> None:
    """Adds a parameter, or a buffer."""
    if isinstance(x, Parameter):
        module.register_parameter(name, x)
    else:
        module.register_buffer(name, x)


def refuse_pickling(module: Any, *_: Any) -> Any:
    """A parametrized module has a class of its own, which no file can name."""
    raise NotSupportedError(
        "a parametrized module cannot be pickled; save its state_dict(), or remove_parametrizations first"
    )


def deepcopy(module: Any, memo: dict[int, Any]) -> Any:
    """A deep copy, of the same class."""
    twin = module.__new__(type(module))
    memo[id(module)] = twin
    twin.__dict__.update(copy.deepcopy(module.__dict__, memo))
    return twin


def inject_class(module: Module) -> None:
    """Gives a module a class of its own, in which properties can be put."""
    own = type(module)
    members: dict[str, Any] = {"__getstate__": refuse_pickling}
    if not hasattr(own, "__deepcopy__"):
        members["__deepcopy__"] = deepcopy
    module.__class__ = type(f"Parametrized{own.__name__}", (own,), members)


def inject_property(module: Module, name: str) -> None:
    """Makes an attribute of a module the value of its parametrization."""

    def get(self: Any) -> Any:
        parametrization = self.parametrizations[name]
        if not depth:
            return parametrization()
        key = id(self), name
        if key not in values:
            values[key] = parametrization()
        return values[key]

    def put(self: Any, value: Any) -> None:
        self.parametrizations[name].right_inverse(value)

    setattr(type(module), name, property(get, put))


def register_parametrization(
    module: Module, tensor_name: str, parametrization: Module, *, unsafe: bool = False
) -> Module:
    """Makes a parameter or buffer the value of a function of it: `module.weight` is f(original).

    Further parametrizations of the same tensor are applied after the earlier ones.

    Args:
        module: whose tensor is meant.
        tensor_name: its name.
        parametrization: the module f; its method `right_inverse`, if it has one, initialises the original, and
            allows assignments.
        unsafe: allow changes of shape or dtype.

    Returns:
        The module itself.

    >>> import minitorch
    >>> from minitorch import nn
    >>> class Symmetric(nn.Module):
    ...     def forward(self, x):
    ...         return x.triu() + x.triu(1).T
    >>> layer = nn.utils.parametrize.register_parametrization(nn.Linear(3, 3), "weight", Symmetric())
    >>> bool((layer.weight == layer.weight.T).all())
    True
    >>> [name for name, _ in layer.named_parameters()]
    ['bias', 'parametrizations.weight.original']
    """
    parametrization.train(module.training)
    if is_parametrized(module, tensor_name):
        listed = module.parametrizations[tensor_name]
        if not unsafe:
            y = getattr(module, tensor_name)
            x = parametrization(y)
            check_result(x, y.shape, y.dtype)
            if hasattr(parametrization, "right_inverse"):
                z = parametrization.right_inverse(x)
                if not isinstance(z, Value):
                    raise ArgumentError(
                        f"register_parametrization: right_inverse must return a Tensor, got {type(z).__name__}"
                    )
                check_result(z, y.shape, y.dtype)
        listed.append(parametrization)
        listed.unsafe |= unsafe
    elif tensor_name in module._buffers or tensor_name in module._parameters:
        listed = ParametrizationList([parametrization], getattr(module, tensor_name), unsafe=unsafe)
        delattr(module, tensor_name)
        if not is_parametrized(module):
            inject_class(module)
            module.parametrizations = ModuleDict()
        inject_property(module, tensor_name)
        module.parametrizations[tensor_name] = listed
    else:
        raise ArgumentError(
            f"register_parametrization: {type(module).__name__} has no parameter, buffer or parametrized tensor "
            f"{tensor_name!r}"
        )
    return module


def is_parametrized(module: Module, tensor_name: str | None = None) -> bool:
    """Whether a module has parametrized tensors, or this one.

    >>> import minitorch
    >>> minitorch.nn.utils.parametrize.is_parametrized(minitorch.nn.Linear(2, 2))
    False
    """
    listed = getattr(module, "parametrizations", None)
    if not isinstance(listed, ModuleDict):
        return False
    return len(listed) > 0 if tensor_name is None else tensor_name in listed


def remove_parametrizations(module: Module, tensor_name: str, leave_parametrized: bool = True) -> Module:
    """Makes a parametrized tensor an ordinary one again; returns the module.

    Args:
        module: whose tensor is meant.
        tensor_name: its name.
        leave_parametrized: keep the value f(original); otherwise the original.

    >>> import minitorch
    >>> from minitorch.nn.utils import parametrizations, parametrize
    >>> layer = parametrizations.weight_norm(minitorch.nn.Linear(2, 3))
    >>> parametrize.remove_parametrizations(layer, "weight")
    Linear(in_features=2, out_features=3, bias=True)
    """
    if not is_parametrized(module, tensor_name):
        raise ArgumentError(
            f"remove_parametrizations: {tensor_name!r} of {type(module).__name__} is not parametrized"
        )
    listed = module.parametrizations[tensor_name]
    if listed.is_tensor:
        original = listed.original
        if leave_parametrized:
            with no_grad():
                original.data = getattr(module, tensor_name).detach()
    elif leave_parametrized:
        value = getattr(module, tensor_name)
        original = Parameter(value) if value.requires_grad else value
    else:
        raise ArgumentError(
            "remove_parametrizations: the tensor is computed from several; it can only be left as it is "
            "(leave_parametrized=True)"
        )
    delattr(type(module), tensor_name)
    del module.parametrizations[tensor_name]
    register(module, tensor_name, original)
    if not is_parametrized(module):
        delattr(module, "parametrizations")
        module.__class__ = type(module).__bases__[0]
    return module


def type_before_parametrizations(module: Module) -> type:
    """The class that a module had before something in it was parametrized.

    >>> import minitorch
    >>> layer = minitorch.nn.utils.parametrizations.weight_norm(minitorch.nn.Linear(2, 3))
    >>> minitorch.nn.utils.parametrize.type_before_parametrizations(layer).__name__
    'Linear'
    """
    return type(module).__bases__[0] if is_parametrized(module) else type(module)


def transfer_parametrizations_and_params(
    from_module: Module, to_module: Module, tensor_name: str | None = None
) -> Module:
    """Registers the parametrizations of one module in another, with their originals; returns the other."""
    if not is_parametrized(from_module):
        return to_module
    for name in list(from_module.parametrizations) if tensor_name is None else [tensor_name]:
        source = from_module.parametrizations[name]
        if not hasattr(to_module, name):
            setattr(to_module, name, Parameter(getattr(from_module, name).detach()))
        for parametrization in source:
            register_parametrization(to_module, name, parametrization)
        target = to_module.parametrizations[name]
        for key in ["original"] if source.is_tensor else [f"original{i}" for i in range(source.ntensors)]:
            setattr(target, key, getattr(source, key))
    return to_module
