"""Convolution by cuDNN, where it has a plan; else as products of matrices."""

from __future__ import annotations

from typing import Any, NamedTuple

from minitorch import backends as switches
from minitorch.backend import Array
from minitorch.windows import Windows
from minitorch_cupy import frontend
from minitorch_cupy.conv import CupyConvKernels
from minitorch_cupy.plans import in_two_dims, padding

Sizes = tuple[int, ...]


class Key(NamedTuple):
    """What a plan is for."""

    kind: str  # "fprop", "dgrad" or "wgrad"
    dtype: str
    x: Sizes
    w: Sizes
    y: Sizes
    windows: Windows
    exact: bool
    device: int


def build(key: Key) -> frontend.Plan | None:
    """The plan of a convolution, or of the gradient of its input or its weight."""
    around = padding(key.windows)
    if around is None:
        return None
    before, after = around
    inputs, result = {
        "fprop": ({"image": key.x, "weight": key.w}, key.y),
        "dgrad": ({"loss": key.y, "filter": key.w}, key.x),
        "wgrad": ({"image": key.x, "loss": key.y}, key.w),
    }[key.kind]
    graph = frontend.Graph(key.dtype)
    node = getattr(graph.graph, f"conv_{key.kind}")(
        **{name: graph.tensor(uid, shape) for uid, (name, shape) in enumerate(inputs.items(), 1)},
        pre_padding=before,
        post_padding=after,
        stride=list(key.windows.stride),
        dilation=list(key.windows.dilation),
    )
    graph.output(node, 3, result)
    return graph.plan(key.exact)


class CupyCudnnConvKernels(CupyConvKernels):
    """The three products of `LayerKernels`; with one channel in each group our own kernels are the faster ones."""

    device_index: Any

    def conv(self, x: Array, w: Array, b: Array | None, windows: Windows, groups: int) -> Array:
        shape = x.shape[0], w.shape[0], *windows.counts
        plan = self._conv_plan("fprop", x, w, x.shape, w.shape, shape, windows, groups)
        if plan is None:
            return super().conv(x, w, b, windows, groups)
        y = self.empty(shape, x.dtype)
        plan(self.ready(x), self.ready(w), y)
        return y if b is None else self._with_bias_of_channels(y, b)

    def conv_transpose(self, y: Array, w: Array, b: Array | None, windows: Windows, groups: int) -> Array:
        shape = y.shape[0], w.shape[1] * groups, *windows.size
        plan = self._conv_plan("dgrad", y, w, shape, w.shape, y.shape, windows, groups)
        if plan is None:
            return super().conv_transpose(y, w, b, windows, groups)
        x = self.empty(shape, y.dtype)
        plan(self.ready(y), self.ready(w), x)
        return x if b is None else self._with_bias_of_channels(x, b)

    def conv_weight(self, x: Array, y: Array, windows: Windows, groups: int) -> Array:
        shape = y.shape[1], x.shape[1] // groups, *windows.kernel
        plan = self._conv_plan("wgrad", x, y, x.shape, shape, y.shape, windows, groups)
        if plan is None:
            return super().conv_weight(x, y, windows, groups)
        w = self.empty(shape, x.dtype)
        plan(self.ready(x), self.ready(y), w)
        return w

    def _conv_plan(
        self,
        kind: str,
        first: Array,
        second: Array,
        x: Sizes,
        w: Sizes,
        y: Sizes,
        windows: Windows,
        groups: int,
    ) -> frontend.Plan | None:
        depthwise = groups > 1 and w[1] == 1
        if depthwise or not frontend.serves(first) or not self._serves_conv(windows, first, second):
            return None
        if len(windows.size) == 1:
            x, w, y = ((*shape[:2], 1, shape[2]) for shape in (x, w, y))
        exact = first.dtype.itemsize == 4 and not switches.cudnn.allow_tf32
        device = self.device_index(first)
        key = Key(kind, first.dtype.name, x, w, y, in_two_dims(windows), exact, device)
        found: frontend.Plan | None = frontend.plans.get(key, build)
        return found
