"""Weights of convolutions in another order in memory."""

from __future__ import annotations

from typing import Any

from minitorch.nn.conv import Conv2d, Conv3d, ConvTranspose2d, ConvTranspose3d
from minitorch.nn.module import Module


def convert_conv2d_weight_memory_format(module: Module, memory_format: Any) -> Module:
    """Lays out the weights of all Conv2d and ConvTranspose2d in a module in a memory format; returns the module.

    >>> import minitorch
    >>> conv = minitorch.nn.Conv2d(2, 4, 3)
    >>> conv = minitorch.nn.utils.convert_conv2d_weight_memory_format(conv, minitorch.channels_last)
    >>> conv.weight.is_contiguous(memory_format=minitorch.channels_last)
    True
    """
    return convert(module, (Conv2d, ConvTranspose2d), memory_format)


def convert_conv3d_weight_memory_format(module: Module, memory_format: Any) -> Module:
    """As `convert_conv2d_weight_memory_format`, for Conv3d and ConvTranspose3d."""
    return convert(module, (Conv3d, ConvTranspose3d), memory_format)


def convert(module: Module, kinds: tuple[type, ...], memory_format: Any) -> Module:
    """Lays out the weights of layers of these kinds."""
    for each in module.modules():
        if isinstance(each, kinds):
            each.weight.data = each.weight.detach().clone(memory_format=memory_format)
    return module
