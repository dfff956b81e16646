"""The members of a module and of its descendants, found by their paths and listed with them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any

from minitorch.errors import ModuleAttributeError
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
