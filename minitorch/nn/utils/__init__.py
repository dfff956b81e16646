"""Helpers around parameters and their gradients."""

from minitorch.nn.utils import rnn as rnn
from minitorch.nn.utils.clip import (
    clip_grad_norm_ as clip_grad_norm_,
)
from minitorch.nn.utils.clip import (
    clip_grad_value_ as clip_grad_value_,
)
from minitorch.nn.utils.clip import (
    get_total_norm as get_total_norm,
)
from minitorch.nn.utils.vector import (
    parameters_to_vector as parameters_to_vector,
)
from minitorch.nn.utils.vector import (
    vector_to_parameters as vector_to_parameters,
)
