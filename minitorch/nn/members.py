"""The members of a module and of its descendants, found by their paths and listed with them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any

from minitorch.errors import ArgumentError, ModuleAttributeError
from minitorch.nn.attributes import Attributes

if TYPE_CHECKING:
    from minitorch.nn.module import Module
    from minitorch.nn.parameter import Parameter
    from minitorch.variable import Variable


class Members(Attributes):
    """The part of `Module` that finds and lists."""

    def get_submodule(self, target: str) -> Module:
        """The child, or descendant, at a path such as `"features.3"`; itself for `""`.

        Raises:
            ModuleAttributeError: if there is none.

        >>> import minitorch
        >>> net = minitorch.nn.Sequential(minitorch.nn.Linear(2, 3), minitorch.nn.ReLU())
        >>> net.get_submodule("1")
        ReLU()
        """
        module: Any = self
        for part in target.split(".") if target else ():
            inner = module._modules.get(part) if isinstance(module, Members) else None
            if inner is None:
                names = ", ".join(module._modules) or "no children"
                raise ModuleAttributeError(
                    f"get_submodule: {type(module).__name__} has no module {part!r} (of {target!r}); "
                    f"it has {names}"
                )
            module = inner
        return module

    def set_submodule(self, target: str, module: Module, strict: bool = False) -> None:
        """Puts a module at a path, in the place of the one that is there.

        Args:
            target: the path, such as `"features.3"`; what comes before the last dot must exist.
            module: the new module.
            strict: refuse a name that is not there yet.

        Raises:
            ModuleAttributeError: if there is something else at the path.

        >>> import minitorch
        >>> net = minitorch.nn.Sequential(minitorch.nn.Linear(2, 3), minitorch.nn.ReLU())
        >>> net.set_submodule("1", minitorch.nn.Tanh())
        >>> net[1]
        Tanh()
        """
        if not target:
            raise ArgumentError("set_submodule: the target is empty; give the path of a child")
        if not isinstance(module, Members):
            raise ArgumentError(f"set_submodule: expected a Module, got {type(module).__name__}")
        path, _, name = target.rpartition(".")
        parent = self.get_submodule(path)
        if strict and not hasattr(parent, name):
            raise ModuleAttributeError(
                f"set_submodule: {type(parent).__name__} has no module {name!r} (of {target!r})"
            )
        if not isinstance(getattr(parent, name, module), Members):
            raise ModuleAttributeError(
                f"set_submodule: {name!r} (of {target!r}) is no Module, but a "
                f"{type(getattr(parent, name)).__name__}"
            )
        setattr(parent, name, module)

    def get_parameter(self, target: str) -> Parameter:
        """The parameter at a path such as `"features.3.weight"`.

        >>> import minitorch
        >>> net = minitorch.nn.Sequential(minitorch.nn.Linear(2, 3), minitorch.nn.ReLU())
        >>> net.get_parameter("0.weight").shape
        minitorch.Size([3, 2])
        """
        return self._get_member("get_parameter", "parameter", target)

    def get_buffer(self, target: str) -> Variable:
        """The buffer at a path such as `"features.3.running_mean"`.

        >>> import minitorch
        >>> net = minitorch.nn.Sequential(minitorch.nn.BatchNorm1d(3))
        >>> net.get_buffer("0.running_mean")
        tensor([0., 0., 0.])
        """
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
        """The module itself and all its descendants, with their paths.

        >>> import minitorch
        >>> net = minitorch.nn.Sequential(minitorch.nn.Linear(2, 3), minitorch.nn.ReLU())
        >>> [(path, type(module).__name__) for path, module in net.named_modules()]
        [('', 'Sequential'), ('0', 'Linear'), ('1', 'ReLU')]
        """
        module: Any = self
        memo = set() if memo is None else memo
        if module in memo:
            return
        if remove_duplicate:
            memo.add(module)
        yield prefix, module
        for name, child in self._modules.items():
            if child is not None:
                path = f"{prefix}.{name}" if prefix else name
                yield from child.named_modules(memo, path, remove_duplicate)

    def modules(self) -> Iterator[Module]:
        """The module itself and all its descendants.

        >>> import minitorch
        >>> net = minitorch.nn.Sequential(minitorch.nn.Tanh(), minitorch.nn.ReLU())
        >>> len(list(net.modules()))
        3
        """
        return (module for _, module in self.named_modules())

    def named_children(self) -> Iterator[tuple[str, Module]]:
        """The direct children, with their names.

        >>> import minitorch
        >>> net = minitorch.nn.Sequential(minitorch.nn.Tanh(), minitorch.nn.ReLU())
        >>> list(net.named_children())
        [('0', Tanh()), ('1', ReLU())]
        """
        seen = set()
        for name, child in self._modules.items():
            if child is not None and child not in seen:
                seen.add(child)
                yield name, child

    def children(self) -> Iterator[Module]:
        """The direct children.

        >>> import minitorch
        >>> net = minitorch.nn.Sequential(minitorch.nn.Tanh(), minitorch.nn.ReLU())
        >>> list(net.children())
        [Tanh(), ReLU()]
        """
        return (child for _, child in self.named_children())

    def named_parameters(
        self, prefix: str = "", recurse: bool = True, remove_duplicate: bool = True
    ) -> Iterator[tuple[str, Parameter]]:
        """All parameters with their paths.

        Args:
            prefix: put before every name.
            recurse: those of descendants, too.
            remove_duplicate: give a parameter with several names only once.

        >>> import minitorch
        >>> net = minitorch.nn.Sequential(minitorch.nn.Linear(2, 3))
        >>> [(path, tuple(w.shape)) for path, w in net.named_parameters()]
        [('0.weight', (3, 2)), ('0.bias', (3,))]
        """
        return self._named_members(lambda module: module._parameters, prefix, recurse, remove_duplicate)

    def parameters(self, recurse: bool = True) -> Iterator[Parameter]:
        """All parameters, for an optimizer.

        >>> import minitorch
        >>> net = minitorch.nn.Linear(2, 3)
        >>> sum(w.numel() for w in net.parameters())
        9
        """
        return (parameter for _, parameter in self.named_parameters(recurse=recurse))

    def named_buffers(
        self, prefix: str = "", recurse: bool = True, remove_duplicate: bool = True
    ) -> Iterator[tuple[str, Variable]]:
        """All buffers with their paths.

        >>> import minitorch
        >>> [path for path, buffer in minitorch.nn.BatchNorm1d(3).named_buffers()]
        ['running_mean', 'running_var', 'num_batches_tracked']
        """
        return self._named_members(lambda module: module._buffers, prefix, recurse, remove_duplicate)

    def buffers(self, recurse: bool = True) -> Iterator[Variable]:
        """All buffers.

        >>> import minitorch
        >>> [tuple(buffer.shape) for buffer in minitorch.nn.BatchNorm1d(3).buffers()]
        [(3,), (3,), ()]
        """
        return (buffer for _, buffer in self.named_buffers(recurse=recurse))

    def _named_members(
        self,
        members: Callable[[Module], dict[str, Any]],
        prefix: str,
        recurse: bool,
        remove_duplicate: bool,
    ) -> Iterator[tuple[str, Any]]:
        modules: Iterable[tuple[str, Any]] = ((prefix, self),)
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
