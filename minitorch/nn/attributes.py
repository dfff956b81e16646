"""Attributes of a module: parameters, buffers and children are registered when they are assigned."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from minitorch.errors import (
    ArgumentError,
    ArgumentTypeError,
    ModuleAttributeError,
    ModuleKeyError,
)
from minitorch.nn.parameter import Buffer, Parameter
from minitorch.value import Value

if TYPE_CHECKING:
    from minitorch.nn.module import Module
    from minitorch.variable import Variable


class Attributes:
    """The part of `Module` that holds its members, each under its name."""

    training: bool
    _parameters: dict[str, Any]
    _buffers: dict[str, Any]
    _modules: dict[str, Any]
    _non_persistent_buffers_set: set[str]

    call_super_init: bool = False  # whether the next class among several bases is initialised, too

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.__dict__.update(
            training=True, _parameters={}, _buffers={}, _non_persistent_buffers_set=set(), _modules={}
        )
        if self.call_super_init:
            super().__init__(*args, **kwargs)
        elif args or kwargs:
            raise ArgumentTypeError(
                f"{type(self).__name__}.__init__: Module takes no arguments, got {[*args, *kwargs]}"
            )

    def __getattr__(self, name: str) -> Any:
        fields = self.__dict__
        parameters = fields.get("_parameters")
        if parameters is not None:
            if name in parameters:
                return parameters[name]
            modules = fields["_modules"]
            if name in modules:
                return modules[name]
            if name in fields["_buffers"]:
                return fields["_buffers"][name]
        raise ModuleAttributeError(
            f"{type(self).__name__!r} object has no attribute {name!r}", name=name, obj=self
        )

    def __setattr__(self, name: str, value: Any) -> None:
        fields = self.__dict__
        if isinstance(value, (Parameter, Attributes, Buffer)):
            registry = self._registries()[kind_of(value)]
            if isinstance(value, Parameter):
                check_leaf(name, value)
            for other in (fields, *self._registries().values()):
                if other is not registry:
                    other.pop(name, None)
            if isinstance(value, Parameter):
                self.register_parameter(name, value)
            elif isinstance(value, Attributes):
                registry[name] = registering("module", self, name, value)
            else:
                registry.pop(name, None)
                self.register_buffer(name, value, value.persistent)
            return
        if "_parameters" in fields:
            for kind, registry in self._registries().items():
                if name in registry:
                    if value is not None and not (kind == "buffer" and isinstance(value, Value)):
                        raise ArgumentTypeError(
                            f"cannot assign a {describe(value)} as {kind} {name!r}: expected {EXPECTED[kind]}"
                        )
                    registry[name] = value
                    return
        object.__setattr__(self, name, value)

    def __delattr__(self, name: str) -> None:
        for registry in self._registries().values():
            if name in registry:
                del registry[name]
                self._non_persistent_buffers_set.discard(name)
                return
        object.__delattr__(self, name)

    def __dir__(self) -> list[str]:
        names = {*object.__dir__(self), *self._parameters, *self._modules, *self._buffers}
        return sorted(name for name in names if not name[:1].isdigit())

    def _registries(self) -> dict[str, dict[str, Any]]:
        fields = self.__dict__
        if "_parameters" not in fields:
            raise ModuleAttributeError(
                f"{type(self).__name__}: super().__init__() was not called yet; make it the first line of "
                f"{type(self).__name__}.__init__, before parameters and modules are assigned"
            )
        return {
            "parameter": fields["_parameters"],
            "module": fields["_modules"],
            "buffer": fields["_buffers"],
        }

    def _check_name(self, what: str, name: Any) -> None:
        """Refuses names that cannot be attributes or parts of a key."""
        if not isinstance(name, str):
            raise ArgumentTypeError(f"register_{what}: the name must be a string, got {type(name).__name__}")
        if not name or "." in name:
            raise ModuleKeyError(f"register_{what}: the name {name!r} must not be empty or contain a dot")
        if hasattr(self, name) and name not in self._registries()[what]:
            raise ModuleKeyError(f"register_{what}: {type(self).__name__} has an attribute {name!r} already")

    def register_parameter(self, name: str, param: Parameter | None) -> None:
        """Adds a parameter, or None in the place of one that is left out.

        Raises:
            ArgumentTypeError: for anything but a Parameter or None.
            ArgumentError: for a parameter that was computed: only leaves can be learned.
        """
        self._registries()
        self._check_name("parameter", name)
        if param is not None and not isinstance(param, Parameter):
            raise ArgumentTypeError(
                f"register_parameter: {name!r} is a {type(param).__name__}, expected a Parameter or None; "
                f"wrap the tensor as nn.Parameter(x)"
            )
        check_leaf(name, param)
        self._parameters[name] = None if param is None else registering("parameter", self, name, param)

    def register_buffer(self, name: str, tensor: Variable | None, persistent: bool = True) -> None:
        """Adds a tensor that belongs to the module's state but is not learned.

        Args:
            name: by which it is reached, as an attribute.
            tensor: its value; None reserves the name.
            persistent: whether it is part of the `state_dict`.
        """
        self._registries()
        self._check_name("buffer", name)
        if tensor is not None and not isinstance(tensor, Value):
            raise ArgumentTypeError(
                f"register_buffer: {name!r} is a {type(tensor).__name__}, expected a Tensor or None"
            )
        self._buffers[name] = registering("buffer", self, name, tensor)
        (self._non_persistent_buffers_set.discard if persistent else self._non_persistent_buffers_set.add)(
            name
        )

    def add_module(self, name: str, module: Module | None) -> None:
        """Adds a child."""
        self._registries()
        self._check_name("module", name)
        if module is not None and not isinstance(module, Attributes):
            raise ArgumentTypeError(
                f"add_module: {name!r} is a {describe(module)}, expected a Module or None"
            )
        self._modules[name] = registering("module", self, name, module)

    register_module = add_module


REGISTERING: dict[str, dict[int, Callable[..., Any]]] = {"parameter": {}, "buffer": {}, "module": {}}


def registering(kind: str, module: Any, name: str, value: Any) -> Any:
    """A new member, after the hooks of all modules that watch over such."""
    for hook in list(REGISTERING[kind].values()):
        changed = hook(module, name, value)
        value = value if changed is None else changed
    return value


EXPECTED = {
    "parameter": "a Parameter or None; wrap it as nn.Parameter(x), or copy_ its values under no_grad()",
    "module": "a Module or None; `del` the attribute first to use its name otherwise",
    "buffer": "a Tensor or None; `del` the attribute first to use its name otherwise",
}


def check_leaf(name: str, param: Parameter | None) -> None:
    """Refuses a parameter that was computed: only leaves can be learned."""
    if param is not None and param.grad_fn is not None:
        raise ArgumentError(
            f"register_parameter: {name!r} is not a leaf: it was computed by {param.grad_fn.name()}. "
            f"Make a parameter of its value, nn.Parameter(x.detach()), or compute it in forward"
        )


def kind_of(value: Any) -> str:
    """Under which registry a value belongs."""
    if isinstance(value, Parameter):
        return "parameter"
    return "module" if isinstance(value, Attributes) else "buffer"


def describe(value: Any) -> str:
    """The type of a value; of a class that it is one, since it was probably not called."""
    return (
        f"class ({value.__name__}, without parentheses)" if isinstance(value, type) else type(value).__name__
    )
