"""Helpers around parameters and their gradients."""

from importlib import import_module as _import_module
from typing import TYPE_CHECKING as _TYPE_CHECKING

from minitorch.absent import refuser as _refuser
from minitorch.nn.utils import rnn as rnn
from minitorch.nn.utils.clip_grad import (
    clip_grad_norm as clip_grad_norm,
    clip_grad_norm_ as clip_grad_norm_,
    clip_grad_value_ as clip_grad_value_,
    clip_grads_with_norm_ as clip_grads_with_norm_,
    get_total_norm as get_total_norm,
)
from minitorch.nn.utils.convert_parameters import (
    parameters_to_vector as parameters_to_vector,
    vector_to_parameters as vector_to_parameters,
)
from minitorch.nn.utils.fusion import (
    fuse_conv_bn_eval as fuse_conv_bn_eval,
    fuse_conv_bn_weights as fuse_conv_bn_weights,
    fuse_linear_bn_eval as fuse_linear_bn_eval,
    fuse_linear_bn_weights as fuse_linear_bn_weights,
)
from minitorch.nn.utils.init import skip_init as skip_init
from minitorch.nn.utils.memory_format import (
    convert_conv2d_weight_memory_format as convert_conv2d_weight_memory_format,
    convert_conv3d_weight_memory_format as convert_conv3d_weight_memory_format,
)
from minitorch.nn.utils.spectral_norm import (
    remove_spectral_norm as remove_spectral_norm,
    spectral_norm as spectral_norm,
)
from minitorch.nn.utils.weight_norm import (
    remove_weight_norm as remove_weight_norm,
    weight_norm as weight_norm,
)

if _TYPE_CHECKING:
    from minitorch.nn.utils import (
        parametrizations as parametrizations,
        parametrize as parametrize,
        prune as prune,
        stateless as stateless,
    )

_refuse = _refuser("nn.utils")
_ROOMS = ("parametrizations", "parametrize", "prune", "stateless")  # imported when first used


def __getattr__(name: str) -> object:
    if name in _ROOMS:
        return _import_module(f"minitorch.nn.utils.{name}")
    return _refuse(name)


def __dir__() -> list[str]:
    return sorted({*globals(), *_ROOMS})
