"""Helpers around parameters and their gradients."""

from minitorch.absent import refuser as _refuser
from minitorch.nn.utils import rnn as rnn
from minitorch.nn.utils.clip import (
    clip_grad_norm_ as clip_grad_norm_,
    clip_grad_value_ as clip_grad_value_,
    get_total_norm as get_total_norm,
)
from minitorch.nn.utils.vector import (
    parameters_to_vector as parameters_to_vector,
    vector_to_parameters as vector_to_parameters,
)

__getattr__ = _refuser("nn.utils")
