"""`Module`: the base of all layers and models, which knows its parameters, buffers and children by name."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, Self

from minitorch import dtypes
from minitorch.device import require
from minitorch.errors import (
    ArgumentError,
    ArgumentTypeError,
    DtypeError,
    MinitorchError,
    ModuleAttributeError,
    ModuleKeyError,
    NotSupportedError,
)
from minitorch.modes import no_grad
from minitorch.nn.hooks import Hooks, call_with_hooks
from minitorch.nn.parameter import Buffer, Parameter
from minitorch.nn.state import StateMethods
from minitorch.ops.memory import parse_to
from minitorch.value import Value
from minitorch.variable import Variable


def forward_missing(self: Module, *args: Any, **kwargs: Any) -> Any:
    """Stands where a module does not define `forward`."""
    raise NotSupportedError(
        f"forward: {type(self).__name__} has no forward method, so it cannot be called; "
        f"define forward(self, x), or call its children"
    )


class Module(StateMethods):
    """Base class of all layers and models.

    A subclass calls `super().__init__()`, assigns parameters and other modules as attributes, which registers
    them, and defines `forward`.

    Attributes:
        training: whether dropout, batch norm and the like behave as during training; see `train`, `eval`.

    >>> import minitorch
    >>> from minitorch import nn
    >>> class Net(nn.Module):
    ...     def __init__(self):
    ...         super().__init__()
    ...         self.hidden = nn.Linear(4, 8)
    ...         self.out = nn.Linear(8, 2)
    ...
    ...     def forward(self, x):
    ...         return self.out(self.hidden(x).tanh())
    >>> net = Net()
    >>> net(minitorch.zeros(3, 4)).shape
    minitorch.Size([3, 2])
    >>> [name for name, _ in net.named_parameters()]
    ['hidden.weight', 'hidden.bias', 'out.weight', 'out.bias']
    """

    training: bool
    _hooks: Hooks | None = None

    def __init__(self) -> None:
        self.__dict__.update(
            training=True, _parameters={}, _buffers={}, _non_persistent_buffers_set=set(), _modules={}
        )

    forward: Callable[..., Any] = forward_missing

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Runs `forward` and the hooks; an error of minitorch gets the path of the module in its message."""
        try:
            if self._hooks is None:
                return self.forward(*args, **kwargs)
            return call_with_hooks(self, self._hooks, args, kwargs)
        except MinitorchError as error:
            locate(error, self)
            raise

    # Attributes -----------------------------------------------------------------------------------

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
        if isinstance(value, (Parameter, Module, Buffer)):
            registry = self._registries()[kind_of(value)]
            for other in (fields, *self._registries().values()):
                if other is not registry:
                    other.pop(name, None)
            if isinstance(value, Parameter):
                self.register_parameter(name, value)
            elif isinstance(value, Module):
                registry[name] = value
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
        if param is not None and param.grad_fn is not None:
            raise ArgumentError(
                f"register_parameter: {name!r} is not a leaf: it was computed by {param.grad_fn.name()}. "
                f"Make a parameter of its value, nn.Parameter(x.detach()), or compute it in forward"
            )
        self._parameters[name] = param

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
        self._buffers[name] = tensor
        (self._non_persistent_buffers_set.discard if persistent else self._non_persistent_buffers_set.add)(
            name
        )

    def add_module(self, name: str, module: Module | None) -> None:
        """Adds a child."""
        self._registries()
        self._check_name("module", name)
        if module is not None and not isinstance(module, Module):
            raise ArgumentTypeError(
                f"add_module: {name!r} is a {describe(module)}, expected a Module or None"
            )
        self._modules[name] = module

    register_module = add_module

    # Finding --------------------------------------------------------------------------------------

    def get_submodule(self, target: str) -> Module:
        """The child, or descendant, at a path such as `"features.3"`; itself for `""`.

        Raises:
            ModuleAttributeError: if there is none.
        """
        module: Any = self
        for part in target.split(".") if target else ():
            inner = module._modules.get(part) if isinstance(module, Module) else None
            if inner is None:
                names = ", ".join(module._modules) or "no children"
                raise ModuleAttributeError(
                    f"get_submodule: {type(module).__name__} has no module {part!r} (of {target!r}); "
                    f"it has {names}"
                )
            module = inner
        return module

    def get_parameter(self, target: str) -> Parameter:
        """The parameter at a path such as `"features.3.weight"`."""
        return self._get_member("get_parameter", "parameter", target)

    def get_buffer(self, target: str) -> Variable:
        """The buffer at a path such as `"features.3.running_mean"`."""
        return self._get_member("get_buffer", "buffer", target)

    def _get_member(self, op_name: str, kind: str, target: str) -> Any:
        path, _, name = target.rpartition(".")
        module = self.get_submodule(path)
        registry = module._registries()[kind]
        if registry.get(name) is None:
            raise ModuleAttributeError(
                f"{op_name}: {type(module).__name__} has no {kind} {name!r} (of {target!r}); "
                f"it has {', '.join(registry) or f'no {kind}s'}"
            )
        return registry[name]

    def named_modules(
        self, memo: set[Module] | None = None, prefix: str = "", remove_duplicate: bool = True
    ) -> Iterator[tuple[str, Module]]:
        """The module itself and all its descendants, with their paths."""
        memo = set() if memo is None else memo
        if self in memo:
            return
        if remove_duplicate:
            memo.add(self)
        yield prefix, self
        for name, child in self._modules.items():
            if child is not None:
                path = f"{prefix}.{name}" if prefix else name
                yield from child.named_modules(memo, path, remove_duplicate)

    def modules(self) -> Iterator[Module]:
        """The module itself and all its descendants."""
        return (module for _, module in self.named_modules())

    def named_children(self) -> Iterator[tuple[str, Module]]:
        """The direct children, with their names."""
        seen = set()
        for name, child in self._modules.items():
            if child is not None and child not in seen:
                seen.add(child)
                yield name, child

    def children(self) -> Iterator[Module]:
        """The direct children."""
        return (child for _, child in self.named_children())

    def named_parameters(
        self, prefix: str = "", recurse: bool = True, remove_duplicate: bool = True
    ) -> Iterator[tuple[str, Parameter]]:
        """All parameters with their paths.

        Args:
            prefix: put before every name.
            recurse: those of descendants, too.
            remove_duplicate: give a parameter with several names only once.
        """
        return self._named_members(lambda module: module._parameters, prefix, recurse, remove_duplicate)

    def parameters(self, recurse: bool = True) -> Iterator[Parameter]:
        """All parameters, for an optimizer."""
        return (parameter for _, parameter in self.named_parameters(recurse=recurse))

    def named_buffers(
        self, prefix: str = "", recurse: bool = True, remove_duplicate: bool = True
    ) -> Iterator[tuple[str, Variable]]:
        """All buffers with their paths."""
        return self._named_members(lambda module: module._buffers, prefix, recurse, remove_duplicate)

    def buffers(self, recurse: bool = True) -> Iterator[Variable]:
        """All buffers."""
        return (buffer for _, buffer in self.named_buffers(recurse=recurse))

    def _named_members(
        self,
        members: Callable[[Module], dict[str, Any]],
        prefix: str,
        recurse: bool,
        remove_duplicate: bool,
    ) -> Iterator[tuple[str, Any]]:
        modules: Iterable[tuple[str, Module]] = ((prefix, self),)
        if recurse:
            modules = self.named_modules(prefix=prefix, remove_duplicate=remove_duplicate)
        seen = set()
        for path, module in modules:
            for name, value in members(module).items():
                if value is None or (remove_duplicate and value in seen):
                    continue
                if remove_duplicate:
                    seen.add(value)
                yield (f"{path}.{name}" if path else name), value

    # Modes, casts and moves -------------------------------------------------------------------------

    def train(self, mode: bool = True) -> Self:
        """Sets training mode (or evaluation mode) in the module and all its descendants; returns it."""
        if not isinstance(mode, bool):
            raise ArgumentError(f"train: mode must be True or False, got {mode!r}")
        self.training = mode
        for child in self.children():
            child.train(mode)
        return self

    def eval(self) -> Self:
        """Sets evaluation mode: no dropout, running statistics; returns the module."""
        return self.train(False)

    def requires_grad_(self, requires_grad: bool = True) -> Self:
        """Freezes (False) or unfreezes all parameters; returns the module."""
        for parameter in self.parameters():
            parameter.requires_grad_(requires_grad)
        return self

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Forgets all gradients, or sets them to zero."""
        for parameter in self.parameters():
            if parameter.grad is not None:
                if set_to_none:
                    parameter.grad = None
                else:
                    parameter.grad = parameter.grad.detach()
                    parameter.grad.zero_()

    def apply(self, fn: Callable[[Module], Any]) -> Self:
        """Calls `fn` with every descendant and at last with the module itself; returns it."""
        for child in self.children():
            child.apply(fn)
        fn(self)
        return self

    def _apply(self, fn: Callable[[Variable], Variable]) -> Self:
        """Replaces the memory of all parameters, gradients and buffers by what `fn` makes of it."""
        with no_grad():
            for module in self.modules():
                for parameter in module._parameters.values():
                    if parameter is not None:
                        parameter.data = fn(parameter.data)
                        if parameter.grad is not None:
                            parameter.grad.data = fn(parameter.grad.data)
                for name, buffer in module._buffers.items():
                    if buffer is not None:
                        module._buffers[name] = fn(buffer)
        return self

    def to(self, *args: Any, **kwargs: Any) -> Self:
        """Moves and casts all parameters and buffers, in place; integer ones keep their dtype.

        Forms: `to(dtype)`, `to(device)`, `to(device, dtype)`, `to(tensor)`.

        Raises:
            DtypeError: for an integer dtype.
        """
        where, dtype, _ = parse_to(*args, **kwargs)
        if dtype is not None and not (dtype.is_floating_point or dtype.is_complex):
            raise DtypeError(
                f"to: a module can only be cast to a floating-point or complex dtype, not {dtype}"
            )
        if where is not None:
            require(where)
        return self._apply(lambda x: x.to(where, dtype if is_fractional(x) else None))

    def float(self) -> Self:
        """Casts floating-point parameters and buffers to float32."""
        return self._apply(lambda x: x.float() if x.is_floating_point() else x)

    def double(self) -> Self:
        """Casts floating-point parameters and buffers to float64."""
        return self._apply(lambda x: x.double() if x.is_floating_point() else x)

    def half(self) -> Self:
        """Casts floating-point parameters and buffers to float16."""
        return self._apply(lambda x: x.half() if x.is_floating_point() else x)

    def type(self, dst_type: dtypes.dtype) -> Self:
        """Casts all parameters and buffers."""
        return self._apply(lambda x: x.to(dst_type))

    def cpu(self) -> Self:
        """Moves all parameters and buffers to the CPU."""
        return self._apply(lambda x: x.cpu())

    def cuda(self, device: Any = None) -> Self:
        """Moves all parameters and buffers to a GPU."""
        return self._apply(lambda x: x.cuda(device))

    # How it shows itself ------------------------------------------------------------------------------

    def _get_name(self) -> str:
        return type(self).__name__

    def extra_repr(self) -> str:
        """What the representation says about this module itself; override it."""
        return ""

    def __repr__(self) -> str:
        extra = self.extra_repr()
        lines = extra.split("\n") if extra else []
        children = [f"({name}): {indent(repr(child))}" for name, child in self._modules.items()]
        if not children and len(lines) <= 1:
            return f"{self._get_name()}({extra})"
        return f"{self._get_name()}(\n  " + "\n  ".join([*lines, *children]) + "\n)"


EXPECTED = {
    "parameter": "a Parameter or None; wrap it as nn.Parameter(x), or copy_ its values under no_grad()",
    "module": "a Module or None; `del` the attribute first to use its name otherwise",
    "buffer": "a Tensor or None; `del` the attribute first to use its name otherwise",
}


def kind_of(value: Any) -> str:
    """Under which registry a value belongs."""
    if isinstance(value, Parameter):
        return "parameter"
    return "module" if isinstance(value, Module) else "buffer"


def describe(value: Any) -> str:
    """The type of a value; of a class that it is one, since it was probably not called."""
    return (
        f"class ({value.__name__}, without parentheses)" if isinstance(value, type) else type(value).__name__
    )


def is_fractional(x: Variable) -> bool:
    """Whether a cast of a module changes this value."""
    return x.is_floating_point() or x.is_complex()


def indent(text: str) -> str:
    """All lines but the first moved to the right."""
    return text.replace("\n", "\n  ")


def locate(error: MinitorchError, module: Module) -> None:
    """Extends the module path of an error that leaves `module` on its way out.

    The path grows from the inside: each module adds the name that it has for the one before.
    """
    path, kind = "", type(module).__name__
    if error.place is not None:
        inner, inner_path, kind = error.place
        names = {id(m): name for name, m in module.named_modules()}
        path = ".".join(part for part in (names.get(inner, "?"), inner_path) if part)
    error.place = id(module), path, kind
    root = type(module).__name__
    error.module_path = f"{root}.{path} ({kind})" if path else root
