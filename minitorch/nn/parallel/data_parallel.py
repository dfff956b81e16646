"""DataParallel, which on one device simply calls the module."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from minitorch.nn.module import Module


class DataParallel(Module):
    """Calls its module; PyTorch would split batches over several GPUs, and does the same as here without one.

    The names in its state dict begin with `module.`, as in PyTorch.

    Args:
        module: the module.
        device_ids: the GPUs to use; without effect, since there are none.
        output_device: where outputs are collected; without effect.
        dim: along which batches would be split.

    Shape: that of the module.

    >>> import minitorch
    >>> net = minitorch.nn.DataParallel(minitorch.nn.Linear(2, 3))
    >>> list(net.state_dict())
    ['module.weight', 'module.bias']
    """

    def __init__(
        self, module: Module, device_ids: Sequence[Any] | None = None, output_device: Any = None, dim: int = 0
    ) -> None:
        super().__init__()
        self.module = module
        self.device_ids: list[Any] = []

    def forward(self, *inputs: Any, **kwargs: Any) -> Any:
        return self.module(*inputs, **kwargs)
