"""What layers hold and let through: histograms of activations and gradients, filters, feature maps."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from minitorch.errors import ArgumentError, ArgumentTypeError, GradientError, ShapeError
from minitorch.modes import no_grad
from minitorch.nn.module import Module
from minitorch.value import Value
from minitorch.viz.figures import figure

MOST = 64  # filters or maps in a grid


@contextmanager
def at_rest(model: Module) -> Iterator[None]:
    """The model in evaluation mode, and afterwards each of its modules as it was."""
    modes = [(module, module.training) for module in model.modules()]
    model.eval()
    try:
        yield
    finally:
        for module, mode in modes:
            module.training = mode


def layer_of(op_name: str, model: Module, layer: Module | str) -> Module:
    """A module inside of a model, by itself or by its name.

    Raises:
        ArgumentError: if it is not there.
    """
    found = dict(model.named_modules())
    if isinstance(layer, str) and layer in found:
        return found[layer]
    if isinstance(layer, Module) and any(layer is module for module in found.values()):
        return layer
    what = repr(layer) if isinstance(layer, str) else type(layer).__name__
    raise ArgumentError(
        f"{op_name}: {type(model).__name__} has no layer {what}; it has {', '.join(name for name in found if name)}"
    )


def outputs_of(
    model: Module, layers: dict[str, Module], run: Callable[[], Any]
) -> tuple[Any, dict[str, Any]]:
    """What `run` returns, and what each of these layers returned meanwhile (the last time)."""
    found: dict[str, Any] = {}
    handles = []
    for name, module in layers.items():

        def note(module: Module, args: Any, output: Any, name: str = name) -> None:
            found[name] = output

        handles.append(module.register_forward_hook(note))
    try:
        return run(), found
    finally:
        for handle in handles:
            handle.remove()


def activation_histograms(model: Module, *inputs: Any) -> Any:
    r"""Histograms of what each layer returns: where activations die out, saturate or explode.

    The model runs once, in evaluation mode and unrecorded; nothing in it changes.

    Args:
        model: the model.
        inputs: what it is called with; a batch of real data.

    Returns:
        The figure: a panel for each module without children, with the share of zeros above it.

    >>> import minitorch
    >>> from minitorch import nn, viz
    >>> net = nn.Sequential(nn.Linear(4, 8), nn.ReLU())
    >>> figure = viz.activation_histograms(net, minitorch.randn(16, 4))
    >>> [axes.get_title().split("\n")[0] for axes in figure.axes]
    ['0  Linear', '1  ReLU']
    """
    layers = {name: module for name, module in model.named_modules() if not list(module.children())}
    with at_rest(model), no_grad():
        _, found = outputs_of(model, layers, lambda: model(*inputs))
    panels = {
        f"{name or 'model'}  {type(layers[name]).__name__}": x for name, x in found.items() if is_floating(x)
    }
    return panels_of("viz.activation_histograms", panels, "C0")


def gradient_histograms(model: Module) -> Any:
    r"""Histograms of the gradient of each parameter, as the last `backward()` left them.

    Returns:
        The figure: a panel for each parameter that has a gradient, with its norm above it.

    Raises:
        GradientError: if no parameter has one.

    >>> import minitorch
    >>> from minitorch import nn, viz
    >>> net = nn.Linear(4, 8)
    >>> net(minitorch.randn(16, 4)).square().mean().backward()
    >>> figure = viz.gradient_histograms(net)
    >>> [axes.get_title().split("\n")[0] for axes in figure.axes]
    ['weight', 'bias']
    """
    found = {name: x.grad for name, x in model.named_parameters() if x.grad is not None}
    if not found:
        raise GradientError(
            "viz.gradient_histograms: no parameter has a gradient; call loss.backward() first"
        )
    return panels_of("viz.gradient_histograms", found, "C1")


def is_floating(x: Any) -> bool:
    """Whether it is a tensor of floating-point numbers with at least one element."""
    return isinstance(x, Value) and x.array.dtype.kind == "f" and x.array.size > 0


def panels_of(name: str, found: dict[str, Any], color: str) -> Any:
    """A figure with a histogram for each tensor.

    Raises:
        ArgumentError: if there is none.
    """
    if not found:
        raise ArgumentError(f"{name}: no layer returned a tensor of floating-point numbers")
    columns = min(4, len(found))
    rows = math.ceil(len(found) / columns)
    picture = figure(name, 3.0 * columns, 2.2 * rows)
    every = picture.subplots(rows, columns, squeeze=False).flatten()
    for axes, (title, x) in zip(every, found.items(), strict=False):
        values = x.detach().double().reshape(-1)
        finite = values[values.isfinite()]
        missing = len(values) - len(finite)
        zeros = 100 * (finite == 0).double().mean().item()
        words = f"norm {finite.square().sum().sqrt().item():.3g}, {zeros:.3g} % zeros"
        if missing:
            words = f"{missing:,} of {len(values):,} NaN or infinite"
        if len(finite):
            axes.hist(finite.numpy(force=True), bins=40, color=color)
        axes.set_title(f"{title}\n{words}", fontsize=8, color="#c00000" if missing else "black")
        axes.tick_params(labelsize=7)
        axes.set_yticks([])
    for axes in every[len(found) :]:
        axes.set_visible(False)
    return picture


def filters(layer: Any, *, columns: int = 8) -> Any:
    """The filters of a convolution as a grid: in colour for three input channels, else one image for each channel.

    Args:
        layer: the layer, or its weight (O, I, H, W). At most 64 images are shown.
        columns: how many stand in a row.

    Returns:
        The figure. Values of single channels go from blue (negative) to red (positive), on one scale for all.

    Raises:
        ShapeError: for a weight that is no filter of images.

    >>> import minitorch
    >>> from minitorch import nn, viz
    >>> figure = viz.filters(nn.Conv2d(1, 6, 5))
    >>> len(figure.axes[0].images)
    1
    """
    weight = layer.weight if isinstance(layer, Module) and hasattr(layer, "weight") else layer
    if not isinstance(weight, Value) or weight.array.ndim != 4:
        got = f"shape {tuple(weight.array.shape)}" if isinstance(weight, Value) else type(weight).__name__
        raise ShapeError(f"viz.filters: expected a weight (O, I, H, W), or a layer that has one; got {got}")
    x: Any = weight.detach()  # type: ignore[attr-defined]
    count, channels, height, width = x.shape
    if channels == 3:
        shown = x[:MOST]
        lowest, highest = shown.amin((1, 2, 3), keepdim=True), shown.amax((1, 2, 3), keepdim=True)
        shown = (shown - lowest) / (highest - lowest).clamp(min=1e-12)
        return grid_figure("viz.filters", shown, columns, f"{len(shown)} of {count} filters", {})
    shown = x.reshape(count * channels, 1, height, width)[:MOST]
    most = max(shown.abs().max().item(), 1e-12)
    words = f"{len(shown)} of {count} × {channels} filters"
    return grid_figure("viz.filters", shown, columns, words, {"cmap": "RdBu_r", "vmin": -most, "vmax": most})


def feature_maps(model: Module, image: Any, layer: Module | str, *, columns: int = 8) -> Any:
    """What a layer makes of one image: a map for each channel.

    The model runs once, in evaluation mode and unrecorded; nothing in it changes.

    Args:
        model: the model.
        image: (C, H, W) or (1, C, H, W).
        layer: the layer, or its name in the model. At most 64 maps are shown.
        columns: how many stand in a row.

    Raises:
        ArgumentError: for a layer that the model does not have, or does not use.
        ShapeError: if the layer does not return maps.

    >>> import minitorch
    >>> from minitorch import nn, viz
    >>> net = nn.Sequential(nn.Conv2d(1, 6, 5), nn.ReLU())
    >>> viz.feature_maps(net, minitorch.rand(1, 12, 12), "1").axes[0].get_title()
    '6 of 6 maps of 1 (ReLU), 8 × 8'
    """
    module = layer_of("viz.feature_maps", model, layer)
    batch = as_batch("viz.feature_maps", image)[:1]
    with at_rest(model), no_grad():
        _, found = outputs_of(model, {"layer": module}, lambda: model(batch))
    maps = maps_of("viz.feature_maps", found, layer)[0]
    shown = maps[:MOST].unsqueeze(1)
    name = layer if isinstance(layer, str) else ""
    words = f"{len(shown)} of {len(maps)} maps of {name} ({type(module).__name__}), {maps.shape[1]} × {maps.shape[2]}"
    return grid_figure("viz.feature_maps", shown, columns, " ".join(words.split()), {"cmap": "viridis"})


def as_batch(op_name: str, image: Any) -> Any:
    """Images (N, C, H, W), of one image too.

    Raises:
        ArgumentTypeError, ShapeError: for what are no images.
    """
    if not isinstance(image, Value):
        raise ArgumentTypeError(f"{op_name}: expected a Tensor of images, got {type(image).__name__}")
    if image.array.ndim not in (3, 4):
        raise ShapeError(f"{op_name}: expected (C, H, W) or (N, C, H, W), got {tuple(image.array.shape)}")
    return image.unsqueeze(0) if image.array.ndim == 3 else image  # type: ignore[attr-defined]


def maps_of(op_name: str, found: dict[str, Any], layer: Any) -> Any:
    """The maps (N, C, H, W) that a layer returned.

    Raises:
        ArgumentError: if it was not called.
        ShapeError: if it returned something else.
    """
    if "layer" not in found:
        raise ArgumentError(f"{op_name}: the model did not call the layer {layer!r}")
    maps = found["layer"]
    if not isinstance(maps, Value) or maps.array.ndim != 4:
        got = f"shape {tuple(maps.array.shape)}" if isinstance(maps, Value) else type(maps).__name__
        raise ShapeError(f"{op_name}: the layer {layer!r} must return maps (N, C, H, W), it returned {got}")
    return maps


def grid_figure(name: str, images: Any, columns: int, title: str, style: dict[str, Any]) -> Any:
    """A figure with images (N, 1 or 3, H, W) in rows, on a common scale."""
    count, channels, height, width = images.shape
    columns = min(columns, count)
    rows = math.ceil(count / columns)
    gap = max(1, height // 8)
    board = images.new_full((channels, rows * (height + gap) - gap, columns * (width + gap) - gap), math.nan)
    for k in range(count):
        top, left = k // columns * (height + gap), k % columns * (width + gap)
        board[:, top : top + height, left : left + width] = images[k]
    picture = figure(name, max(3.0, 0.9 * columns), 0.9 * rows * height / width + 0.6)
    axes = picture.subplots()
    array = board.numpy(force=True)
    if channels == 3:
        array = board.nan_to_num(nan=1.0).permute(1, 2, 0).numpy(force=True)
    shown = axes.imshow(array if channels == 3 else array[0], interpolation="nearest", **style)
    if channels == 1:
        picture.colorbar(shown, ax=axes, shrink=0.8)
    axes.set_title(title, fontsize=9)
    axes.axis("off")
    return picture
