"""`state_dict` and `load_state_dict`: the values of a module by their names.

Loading happens in two steps: everything is compared first, and copied only if it fits.  An error therefore
leaves the module as it was.
"""

from __future__ import annotations

import warnings
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, NamedTuple

from minitorch.errors import ArgumentError, ArgumentTypeError, NotSupportedError, StateDictError
from minitorch.hooks import RemovableHandle
from minitorch.modes import no_grad
from minitorch.nn.hooks import Hook, HookMethods, add
from minitorch.nn.parameter import Parameter, is_lazy
from minitorch.value import Value

if TYPE_CHECKING:
    from minitorch.nn.module import Module
    from minitorch.variable import Variable

EXTRA_STATE = "_extra_state"


class IncompatibleKeys(NamedTuple):
    """What `load_state_dict` found on one side only."""

    missing_keys: list[str]
    unexpected_keys: list[str]

    def __repr__(self) -> str:
        if not self.missing_keys and not self.unexpected_keys:
            return "<All keys matched successfully>"
        return f"_IncompatibleKeys(missing_keys={self.missing_keys}, unexpected_keys={self.unexpected_keys})"


class StateMethods(HookMethods):
    """The part of `Module` that gives and takes its state."""

    _parameters: dict[str, Any]
    _buffers: dict[str, Any]
    _modules: dict[str, Any]
    _non_persistent_buffers_set: set[str]
    _version: int = 1  # of what a module puts into its state dict; kept in its `_metadata`

    def state_dict(
        self, *args: Any, destination: Any = None, prefix: str = "", keep_vars: bool = False
    ) -> Any:
        """The parameters and persistent buffers of the module and its children, by name.

        Args:
            args: the older way to give what follows.
            destination: a mapping to add them to.
            prefix: put before every name.
            keep_vars: give the parameters themselves instead of detached tensors with the same memory.

        >>> import minitorch
        >>> list(minitorch.nn.Linear(2, 3).state_dict())
        ['weight', 'bias']
        """
        if args:
            warnings.warn("state_dict: give its arguments by name", FutureWarning, stacklevel=2)
            given = dict(zip(("destination", "prefix", "keep_vars"), args, strict=False))
            return self.state_dict(**{"prefix": prefix, "keep_vars": keep_vars, **given})
        if destination is None:
            destination = OrderedDict()
            destination._metadata = OrderedDict()
        metadata = {"version": self._version}
        if hasattr(destination, "_metadata"):
            destination._metadata[prefix[:-1]] = metadata
        hooks = self._hooks
        for hook in list(hooks.state_dict_pre.values()) if hooks else ():
            hook(self, prefix, keep_vars)
        self._save_to_state_dict(destination, prefix, keep_vars)
        for name, child in self._modules.items():
            if child is not None:
                child.state_dict(destination=destination, prefix=f"{prefix}{name}.", keep_vars=keep_vars)
        for key, hook in list(hooks.state_dict_post.items()) if hooks else ():
            changed = hook(self, destination, prefix, metadata)
            if changed is not None and key in hooks.in_place:  # type: ignore[union-attr]
                raise ArgumentError("state_dict: a post-hook must return None, and change the dict in place")
            destination = destination if changed is None else changed
        return destination

    def _save_to_state_dict(self, destination: Any, prefix: str, keep_vars: bool) -> None:
        """Adds what belongs to this module itself, without its children."""
        for name, value in self._own_state():
            destination[prefix + name] = value if keep_vars else value.detach()
        if has_extra_state(self):
            destination[prefix + EXTRA_STATE] = self.get_extra_state()

    def _own_state(self) -> Iterator[tuple[str, Variable]]:
        """The parameters and persistent buffers of this module itself."""
        for name, parameter in self._parameters.items():
            if parameter is not None:
                yield name, parameter
        for name, buffer in self._buffers.items():
            if buffer is not None and name not in self._non_persistent_buffers_set:
                yield name, buffer

    def _load_from_state_dict(
        self,
        state_dict: Any,
        prefix: str,
        local_metadata: dict[str, Any],
        strict: bool,
        missing_keys: list[str],
        unexpected_keys: list[str],
        error_msgs: list[str],
    ) -> None:
        """Loads what belongs to this module itself; override it to change the values, then call this one."""
        state_dict.loading.plan(self, prefix)

    def get_extra_state(self) -> Any:
        """Override it, together with `set_extra_state`, to put more than tensors into the state dict."""
        raise NotSupportedError(
            f"get_extra_state: {type(self).__name__} has no extra state; define get_extra_state and "
            f"set_extra_state to give it one"
        )

    def set_extra_state(self, state: Any) -> None:
        """Takes back what `get_extra_state` gave."""
        raise NotSupportedError(
            f"set_extra_state: {type(self).__name__} gives an extra state but does not define set_extra_state"
        )

    def load_state_dict(
        self, state_dict: Mapping[str, Any], strict: bool = True, assign: bool = False
    ) -> IncompatibleKeys:
        """Copies values into the parameters and buffers of the module and its children.

        Args:
            state_dict: values by name, as `state_dict()` gives them.
            strict: require that the names are exactly those of the module.
            assign: put the given tensors in the place of the module's own, with their dtype.

        Returns:
            The names that were missing or unexpected, with `strict=False`.

        Raises:
            StateDictError: if names or shapes do not fit; it lists all of them, and nothing was changed.

        >>> import minitorch
        >>> a, b = minitorch.nn.Linear(2, 3), minitorch.nn.Linear(2, 3)
        >>> b.load_state_dict(a.state_dict())
        <All keys matched successfully>
        >>> minitorch.equal(a.weight, b.weight)
        True
        """
        if not isinstance(state_dict, Mapping):
            raise ArgumentTypeError(
                f"load_state_dict: expected a dict of tensors, got {type(state_dict).__name__}"
            )
        loading = Loading(state_dict, strict, assign)
        loading.visit(self, "")
        loading.unexpected += [key for key in loading.values if key not in loading.expected]
        keys = IncompatibleKeys(loading.missing, loading.unexpected)
        post_hooks = [
            (module, hook)
            for module in reversed(loading.modules)
            if module._hooks
            for hook in list(module._hooks.load_post.values())
        ]
        fits = not strict or not (keys.missing_keys or keys.unexpected_keys)
        if loading.problems or not (fits or post_hooks):
            raise StateDictError(loading.message(self))
        undo = [] if fits else loading.snapshot()
        loading.commit()
        for module, hook in post_hooks:
            hook(module, keys)
        if strict and (keys.missing_keys or keys.unexpected_keys):
            for restore, value in undo:
                restore(value)
            raise StateDictError(loading.message(self))
        return keys

    def register_state_dict_pre_hook(self, hook: Hook) -> RemovableHandle:
        """Calls `hook(module, prefix, keep_vars)` before `state_dict` collects."""
        return add(self._hook_tables().state_dict_pre, hook)

    def register_state_dict_post_hook(self, hook: Hook) -> RemovableHandle:
        """Calls `hook(module, state_dict, prefix, local_metadata)` after `state_dict` has collected.

        It may change the dict.
        """
        hooks = self._hook_tables()
        handle = add(hooks.state_dict_post, hook)
        hooks.in_place.add(handle.id)
        return handle

    def _register_state_dict_hook(self, hook: Hook) -> RemovableHandle:
        """As `register_state_dict_post_hook`; what the hook returns, if anything, replaces the dict."""
        return add(self._hook_tables().state_dict_post, hook)

    def register_load_state_dict_pre_hook(self, hook: Hook) -> RemovableHandle:
        """Calls a hook before the state of this module is compared, to change the dict of values.

        It is called as `hook(module, state_dict, prefix, local_metadata, strict, missing_keys,
        unexpected_keys, error_msgs)`.
        """
        return add(self._hook_tables().load_pre, hook)

    def _register_load_state_dict_pre_hook(self, hook: Hook, with_module: bool = False) -> RemovableHandle:
        """As `register_load_state_dict_pre_hook`, without `module` unless it is asked for."""
        hooks = self._hook_tables()
        handle = add(hooks.load_pre, hook)
        if not with_module:
            hooks.without_module.add(handle.id)
        return handle

    def register_load_state_dict_post_hook(self, hook: Hook) -> RemovableHandle:
        """Calls `hook(module, incompatible_keys)` after loading; it may clear the lists of keys."""
        return add(self._hook_tables().load_post, hook)


def has_extra_state(module: StateMethods) -> bool:
    """Whether the class of `module` defines `get_extra_state`."""
    return type(module).get_extra_state is not StateMethods.get_extra_state


class Values(dict[str, Any]):
    """The values to load, and what is done with them."""

    loading: Loading


class Loading:
    """What `load_state_dict` is going to do, found out before anything is changed."""

    def __init__(self, values: Mapping[str, Any], strict: bool, assign: bool) -> None:
        self.values = Values(values)
        self.values.loading = self
        self.metadata: dict[str, Any] = getattr(values, "_metadata", None) or {}
        self.strict, self.assign = strict, assign
        self.expected: dict[str, Any] = {}  # the module's own value of each key
        self.missing: list[str] = []
        self.unexpected: list[str] = []
        self.problems: list[str] = []
        self.modules: list[Module] = []
        self.copies: list[tuple[Any, str, str]] = []  # module, name in it, key
        self.extra: list[tuple[Any, str]] = []

    def visit(self, module: Any, prefix: str) -> None:
        """Compares the values of a module and of its children."""
        self.modules.append(module)
        metadata = self.metadata.get(prefix[:-1], {})
        found = self.values, prefix, metadata, self.strict, self.missing, self.unexpected, self.problems
        for key, hook in list(module._hooks.load_pre.items()) if module._hooks else ():
            hook(*() if key in module._hooks.without_module else (module,), *found)
        module._load_from_state_dict(*found)
        for name, child in module._modules.items():
            if child is not None:
                self.visit(child, f"{prefix}{name}.")

    def plan(self, module: Any, prefix: str) -> None:
        """Compares the values of a module itself."""
        for name, own in module._own_state():
            key = prefix + name
            self.expected[key] = own
            if key in self.values:
                self.compare(key, own, self.values[key])
                self.copies.append((module, name, key))
            else:
                self.missing.append(key)
        if has_extra_state(module):
            key = prefix + EXTRA_STATE
            self.expected[key] = None
            if key in self.values:
                self.extra.append((module, key))
            else:
                self.missing.append(key)

    def compare(self, key: str, own: Any, value: Any) -> None:
        """Notes what keeps a value from being loaded."""
        if not isinstance(value, Value):
            self.problems.append(f"wrong type: {key} is a {type(value).__name__}, expected a Tensor")
        elif is_lazy(own):
            return  # takes any shape
        elif is_lazy(value):
            self.problems.append(
                f"uninitialized: {key} has no shape yet in the state dict, {shape_of(own)} in the module"
            )
        elif tuple(value.array.shape) != tuple(own.array.shape):
            self.problems.append(
                f"shape mismatch: {key} is {shape_of(value)} in the state dict, {shape_of(own)} in the module"
            )

    def commit(self) -> None:
        """Loads the values."""
        with no_grad():
            for module, name, key in self.copies:
                own, value = self.expected[key], self.values[key]
                if is_lazy(own) and not is_lazy(value):
                    own.materialize(value.shape)
                if is_lazy(value):
                    continue
                if not self.assign:
                    own.copy_(value)
                elif isinstance(own, Parameter):
                    if not isinstance(value, Parameter):
                        value = Parameter(value, requires_grad=own.requires_grad)
                    module._parameters[name] = value.requires_grad_(own.requires_grad)
                else:
                    module._buffers[name] = value
        for module, key in self.extra:
            module.set_extra_state(self.values[key])

    def snapshot(self) -> list[tuple[Any, Any]]:
        """For each value that will be loaded, how to put the present one back."""
        undo: list[tuple[Any, Any]] = []
        for module, name, key in self.copies:
            own = self.expected[key]
            if self.assign:
                table = module._parameters if name in module._parameters else module._buffers
                undo.append((lambda old, table=table, name=name: table.__setitem__(name, old), own))
            else:
                undo += [] if is_lazy(own) else [(own.detach().copy_, own.detach().clone())]
        return undo

    def message(self, module: Any) -> str:
        """Lists everything that does not fit, one key per line."""
        lines = list(self.problems)
        if self.strict:
            known = set(self.unexpected)
            lines += [f"missing: {key}{self.describe(self.expected[key])}" for key in self.missing]
            guesses = suggestions(self.unexpected, self.missing)
            for key in self.unexpected:
                guess = f". Did you mean {guesses[key]}?" if key in guesses else ""
                lines.append(f"unexpected: {key}{self.describe(self.values.get(key))}{guess}")
            if known and not self.problems:
                lines.append("strict=False loads the keys that fit and returns the others")
        text = f"load_state_dict: the state dict does not fit {type(module).__name__}:"
        return "\n  ".join([text, *lines])

    def describe(self, value: Any) -> str:
        """The shape of a value, if it has one."""
        return f" {shape_of(value)}" if isinstance(value, Value) and not is_lazy(value) else ""


def shape_of(x: Any) -> tuple[int, ...]:
    """A shape as it is written in messages."""
    return tuple(x.array.shape)


def suggestions(unexpected: list[str], missing: list[str]) -> dict[str, str]:
    """For misspelt keys the missing key that was probably meant."""
    if len(unexpected) * len(missing) > 10_000:  # comparing names takes time
        return {}
    guesses = {}
    for key in unexpected:
        close = get_close_matches(key, missing, n=1, cutoff=0.75)
        tail = [m for m in missing if key.endswith(f".{m}") or m.endswith(f".{key}")]
        if close or tail:
            guesses[key] = max(tail, key=len) if tail else close[0]
    return guesses
