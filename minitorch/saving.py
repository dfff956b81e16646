"""Saved-tensor hooks: what an op saves for the walk back, packed and unpacked by functions of the user.

An ordinary op keeps its saved arrays itself.  While hooks are set, each array goes to `pack` as soon as the op
is applied, and the op keeps what `pack` returns; when the walk comes back, `unpack` must give the array again.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from weakref import ref

from minitorch.errors import ArgumentTypeError, GradientError, InplaceError, ShapeError
from minitorch.modes import Setting, current
from minitorch.op import Op, Saved
from minitorch.value import Value, Version, wrap

if TYPE_CHECKING:
    from minitorch.backend import Array
    from minitorch.variable import Variable


class SavingHooks:
    """A pair of hooks: `pack(tensor)` gives anything, from which `unpack(anything)` gives the tensor back."""

    def __init__(self, pack: Callable[[Any], Any], unpack: Callable[[Any], Any]) -> None:
        self.pack, self.unpack = pack, unpack

    def pack_all(self, node: Op) -> None:
        """Replaces everything that an op has saved by what `pack` makes of it."""
        origins = {name: (version, source) for name, version, _, source in node._origins or ()}
        packed = {}
        for name, value in node.saved.__dict__.items():
            version, source = origins.get(name, (None, -1))
            packed[name] = self.pack_value(value, version, node.tie(value, source) if source >= 0 else None)
        node.saved = PackedSaved(packed)

    def pack_value(self, value: Any, counter: Version | None = None, tensor: Any = None) -> Any:
        """One saved value: an array, several of them, or a number that stays as it is."""
        if isinstance(value, (tuple, list)):
            return type(value)(self.pack_value(v) for v in value) if type(value) in (tuple, list) else value
        return Parcel(self, value, counter, tensor) if is_array(value) else value


class NoHooks:
    """Stands where hooks are forbidden; nothing is packed."""

    def __init__(self, message: str) -> None:
        self.message = message

    def pack_all(self, node: Op) -> None:
        """Leaves everything as it is."""


class Parcel:
    """One array in the custody of hooks, which see an input as the tensor that it was, with its place in the graph."""

    def __init__(
        self, hooks: SavingHooks, array: Array, counter: Version | None, tensor: Variable | None
    ) -> None:
        x = wrap(array) if tensor is None else tensor
        if counter is not None:
            x._counter = counter
        self.original, self.shape = ref(array), array.shape
        self.unpack = hooks.unpack
        version = x._version_counter()
        before = version.value
        with Setting(grad=False, raw=False, saving=None):
            self.payload = hooks.pack(x)
        if version.value != before:
            raise InplaceError(
                f"saved_tensors_hooks: the pack hook changed its argument of shape {tuple(array.shape)} in place"
            )

    def restore(self) -> Array:
        """The array that `unpack` gives."""
        with Setting(grad=False, raw=False, saving=None):
            x = self.unpack(self.payload)
        if not isinstance(x, Value):
            raise ArgumentTypeError(
                f"saved_tensors_hooks: the unpack hook must return a Tensor, got {type(x).__name__}"
            )
        if x.array.shape != self.shape:
            raise ShapeError(
                f"saved_tensors_hooks: the unpack hook returned shape {tuple(x.array.shape)} for a tensor that "
                f"was saved with shape {tuple(self.shape)}"
            )
        return x.array


class PackedSaved:
    """What an op saved, in the custody of hooks."""

    def __init__(self, values: dict[str, Any]) -> None:
        self.values = values

    def __getattr__(self, name: str) -> None:
        """An array in custody is no longer the op's own."""

    def unpack_all(self, node: Op, create_graph: bool) -> Saved:
        """The values for the walk, checked for changes since; as Variables if a graph is created."""
        values = {name: restored(value) for name, value in self.values.items()}
        for name, version, at, source in node._origins or ():
            check_unchanged(node, name, self.values[name], values[name], (version, at, source))
            if create_graph:
                values[name] = tie_restored(node, values[name], source)
        return Saved(values)


def look(node: Op, name: str) -> Any:
    """What an op has saved, by PyTorch's names for its first input, its second, and its result.

    Raises:
        AttributeError: if it has saved no such thing.
    """
    places = {"_saved_self": 0, "_saved_other": 1, "_saved_exponent": 1, "_saved_result": -1}
    saved = node.unpack(True).__dict__
    for key, _, _, source in node._origins or ():
        if source == places.get(name):
            return saved[key]
    raise AttributeError(f"{node.name()} has saved nothing that would be called {name}")


def is_array(value: Any) -> bool:
    """Whether a saved value is an array rather than a number, a dtype or a slice."""
    return hasattr(value, "dtype") and hasattr(value, "reshape") and hasattr(value, "strides")


def restored(value: Any) -> Any:
    """A saved value with its arrays unpacked."""
    if isinstance(value, Parcel):
        return value.restore()
    if type(value) in (tuple, list):
        return type(value)(restored(v) for v in value)
    return value


def check_unchanged(
    node: Op, name: str, parcel: Any, array: Array, origin: tuple[Version, int, int | None]
) -> None:
    """Raises an InplaceError if the hooks gave back the very memory, and it was changed since."""
    version, at, source = origin
    if isinstance(parcel, Parcel) and version.value != at and parcel.original() is array:
        raise InplaceError(node._changed(name, parcel.shape, version, at, source))


class Restored(Op):
    """y = x as hooks gave it back;   dx = g."""

    def forward(self, x: Array, *, array: Array) -> Array:
        return array

    def backward(self, g: Array) -> Array:
        return g


def tie_restored(node: Op, array: Array, source: int) -> Variable:
    """An unpacked array as a Variable with the place in the graph of what was saved."""
    tied = node.tie(array, source)
    return tied if tied.array is array else Restored.apply(tied, array=array)  # a leaf is not what hooks gave


class saved_tensors_hooks:
    """Inside, what operations save for `backward` goes through hooks of yours: `pack` at once, `unpack` later.

    Args:
        pack_hook: gets each saved tensor, returns anything.
        unpack_hook: gets that, returns a tensor with the same content.

    Only the innermost pair applies.  Neither hook may change its argument in place.

    Raises:
        GradientError: inside of `disable_saved_tensors_hooks`.

    >>> import minitorch
    >>> x = minitorch.tensor([1.0, 2.0], dtype=minitorch.float64, requires_grad=True)
    >>> with minitorch.autograd.graph.saved_tensors_hooks(lambda t: t.half(), lambda t: t.double()):
    ...     y = (x * x).sum()  # keeps x in 16 bits only
    >>> y.backward()
    >>> x.grad
    tensor([2., 4.], dtype=minitorch.float64)
    """

    def __init__(self, pack_hook: Callable[[Any], Any], unpack_hook: Callable[[Any], Any]) -> None:
        self.pack_hook, self.unpack_hook = pack_hook, unpack_hook
        self._settings: list[Setting] = []

    def __enter__(self) -> None:
        forbidden = current().saving
        if isinstance(forbidden, NoHooks):
            raise GradientError(forbidden.message)
        setting = Setting(saving=SavingHooks(self.pack_hook, self.unpack_hook))
        setting.__enter__()
        self._settings.append(setting)

    def __exit__(self, *_: Any) -> None:
        self._settings.pop().__exit__(None, None, None)


class save_on_cpu(saved_tensors_hooks):
    """Inside, what operations save for `backward` is kept in the CPU's memory, and brought back for the walk.

    Args:
        pin_memory: accepted; there is no page-locked memory here.
        device_type: the device whose tensors are meant.

    >>> import minitorch
    >>> x = minitorch.tensor([1.0, 2.0], requires_grad=True)
    >>> with minitorch.autograd.graph.save_on_cpu():
    ...     y = x.exp().sum()
    >>> y.backward()
    """

    def __init__(self, pin_memory: bool = False, device_type: str = "cuda") -> None:
        super().__init__(lambda x: (x.device, x.cpu()), lambda packed: packed[1].to(packed[0]))


class allow_mutation_on_saved_tensors(saved_tensors_hooks):
    """Inside, tensors may be changed in place although `backward` needs their old values.

    Each saved tensor is kept as a copy, so this costs the memory of everything that is saved.

    >>> import minitorch
    >>> x = minitorch.tensor([1.0, 2.0], requires_grad=True)
    >>> with minitorch.autograd.graph.allow_mutation_on_saved_tensors():
    ...     y = x.clone()
    ...     z = (y * y).sum()
    ...     y += 1
    >>> z.backward()
    >>> x.grad
    tensor([2., 4.])
    """

    def __init__(self) -> None:
        super().__init__(lambda x: x.clone(), lambda x: x)


class disable_saved_tensors_hooks(Setting):
    """Inside, setting saved-tensor hooks raises an error with this message.

    >>> import minitorch
    >>> with minitorch.autograd.graph.disable_saved_tensors_hooks("not in here"):
    ...     try:
    ...         with minitorch.autograd.graph.save_on_cpu():
    ...             pass
    ...     except RuntimeError as error:
    ...         print(error)
    not in here
    """

    def __init__(self, error_message: str) -> None:
        super().__init__(saving=NoHooks(error_message))
