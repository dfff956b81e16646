"""Functions made into other functions: gradients, Jacobians, and batches of either."""

from minitorch.absent import refuser as _refuser
from minitorch.func.jacobians import hessian as hessian, jacfwd as jacfwd, jacrev as jacrev
from minitorch.func.modules import (
    functional_call as functional_call,
    replace_all_batch_norm_modules_ as replace_all_batch_norm_modules_,
    stack_module_state as stack_module_state,
)
from minitorch.func.transforms import (
    grad as grad,
    grad_and_value as grad_and_value,
    jvp as jvp,
    linearize as linearize,
    vjp as vjp,
)
from minitorch.func.vectorize import vmap as vmap

__getattr__ = _refuser("func")
