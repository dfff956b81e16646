"""Automatic differentiation: `backward`, `grad`, custom `Function`s."""

from minitorch.autograd.finite_differences import gradcheck as gradcheck, gradgradcheck as gradgradcheck
from minitorch.autograd.function import Function as Function
from minitorch.gradients import backward as backward, grad as grad
from minitorch.modes import (
    detect_anomaly as detect_anomaly,
    enable_grad as enable_grad,
    inference_mode as inference_mode,
    no_grad as no_grad,
    set_detect_anomaly as set_detect_anomaly,
    set_grad_enabled as set_grad_enabled,
)
from minitorch.variable import Variable as Variable
