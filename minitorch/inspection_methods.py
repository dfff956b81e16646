"""Methods that tell how and where a tensor is stored, and old ones that call a Python function for each element."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NoReturn

from minitorch import inplace
from minitorch.errors import ArgumentTypeError
from minitorch.rooms import later
from minitorch.value import wrap

if TYPE_CHECKING:
    from minitorch.variable import Variable


class Absent:
    """A method of PyTorch's tensors that is not there: asking for it is an AttributeError that says why.

    A `__getattr__` would do for every name, but it makes each use of an attribute of a tensor slower.
    """

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    def __get__(self, x: Any, owner: type) -> NoReturn:
        from minitorch.absent import missing

        raise missing("Tensor", self.name, x)


class AbsentMethods:
    """Methods of PyTorch's tensors that are not there, with the reasons in `minitorch.absent`."""

    chalf, share_memory_, as_subclass = Absent(), Absent(), Absent()
    to_sparse, to_sparse_coo, to_sparse_csr, to_sparse_csc = Absent(), Absent(), Absent(), Absent()
    to_sparse_bsr, to_sparse_bsc, to_mkldnn, coalesce = Absent(), Absent(), Absent(), Absent()
    is_coalesced, sparse_mask, sparse_dim, dense_dim = Absent(), Absent(), Absent(), Absent()
    indices, values, crow_indices, col_indices = Absent(), Absent(), Absent(), Absent()
    ccol_indices, row_indices, smm, sspaddmm = Absent(), Absent(), Absent(), Absent()
    dequantize, int_repr, qscheme, q_scale, q_zero_point = Absent(), Absent(), Absent(), Absent(), Absent()
    q_per_channel_scales, q_per_channel_zero_points = Absent(), Absent()
    q_per_channel_axis, record_stream, set_, module_load = Absent(), Absent(), Absent(), Absent()
    const_data_ptr, grad_dtype, hash_tensor, map2_, storage_type = (
        Absent(),
        Absent(),
        Absent(),
        Absent(),
        Absent(),
    )
    resize_as_sparse_, slice_inverse = Absent(), Absent()
    eig, symeig, solve, lstsq, reinforce, resize, resize_as = (
        Absent(), Absent(), Absent(), Absent(), Absent(), Absent(), Absent(),
    )  # fmt: skip


class InspectionMethods:
    """How and where it is stored: always densely, on the CPU."""

    is_meta = is_mkldnn = is_mps = is_xpu = is_xla = is_mtia = is_ipu = is_vulkan = is_maia = False
    is_nested = is_sparse_csr = False

    storage, untyped_storage = later("storage", "storage"), later("untyped_storage", "storage")
    is_set_to = later("is_set_to", "storage")

    def is_conj(self) -> bool:
        """Whether it waits to be conjugated: never, conjugates are computed at once."""
        return False

    def is_neg(self) -> bool:
        """Whether it waits to be negated: never."""
        return False

    def is_pinned(self) -> bool:
        """Whether it lies in memory that GPUs read by themselves; see `pin_memory`."""
        from minitorch.cuda.memory import is_pinned

        return is_pinned(self)

    def is_shared(self) -> bool:
        """Whether its memory is shared with other processes: never."""
        return False

    def is_distributed(self) -> bool:
        """Whether its elements are spread over several machines: never."""
        return False

    def pin_memory(self, device: Any = None) -> Variable:
        """A copy in memory that GPUs read by themselves: copies from it are faster, and need not be waited for.

        Raises:
            BackendError: without a GPU, or for a tensor that is on one.
        """
        from minitorch.cuda.memory import pin

        return pin(self)

    def to_dense(self) -> Any:
        """The tensor itself: it is dense."""
        return self

    def dim_order(self) -> tuple[int, ...]:
        """The dims in the order in which they lie in memory, the slowest first."""
        strides = self.stride()  # type: ignore[attr-defined]
        return tuple(sorted(range(len(strides)), key=lambda d: -strides[d]))

    def apply_(self, callable: Callable[[Any], Any]) -> Variable:
        """`callable` of each element in its place; slow, and without a gradient."""
        return by_element("apply_", self, callable)

    def map_(self, tensor: Variable, callable: Callable[[Any, Any], Any]) -> Variable:
        """`callable` of each element and that of another tensor in its place; slow, and without a gradient."""
        return by_element("map_", self, callable, tensor)


def by_element(op_name: str, x: Any, function: Callable[..., Any], *others: Any) -> Variable:
    """A Python function of the elements at each place, stored in `x`."""
    if x.requires_grad or any(y.requires_grad for y in others):
        raise ArgumentTypeError(
            f"{op_name}: a Python function of numbers has no derivative; detach() the tensors"
        )
    columns = [y.expand(x.shape).reshape(-1).tolist() for y in (x, *others)]
    values = [function(*row) for row in zip(*columns, strict=True)]
    made = x.new_tensor(values).reshape(x.shape)
    return inplace.overwrite(op_name, x, wrap(made.array))
