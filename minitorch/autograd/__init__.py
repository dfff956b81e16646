"""Automatic differentiation: `backward`, `grad`, custom `Function`s."""

from minitorch.autograd.function import Function as Function
from minitorch.autograd.finite_differences import gradcheck as gradcheck
from minitorch.autograd.finite_differences import gradgradcheck as gradgradcheck
from minitorch.engine import backward as backward
from minitorch.engine import grad as grad
from minitorch.modes import detect_anomaly as detect_anomaly
from minitorch.modes import enable_grad as enable_grad
from minitorch.modes import inference_mode as inference_mode
from minitorch.modes import no_grad as no_grad
from minitorch.modes import set_detect_anomaly as set_detect_anomaly
from minitorch.modes import set_grad_enabled as set_grad_enabled
from minitorch.variable import Variable as Variable
