"""Automatic differentiation: `backward`, `grad`, custom `Function`s, and rooms that are loaded when first used."""

from importlib import import_module as _import_module
from typing import TYPE_CHECKING as _TYPE_CHECKING

from minitorch.absent import refuser as _refuser
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
    set_multithreading_enabled as set_multithreading_enabled,
)
from minitorch.variable import Variable as Variable

if _TYPE_CHECKING:
    from minitorch.autograd import (
        anomaly_mode as anomaly_mode,
        forward_ad as forward_ad,
        function as function,
        functional as functional,
        grad_mode as grad_mode,
        graph as graph,
        profiler as profiler,
    )

_ROOMS = ("anomaly_mode", "forward_ad", "functional", "grad_mode", "graph", "profiler")


_refuse = _refuser("autograd")


def __getattr__(name: str) -> object:
    if name in _ROOMS:
        return _import_module(f"minitorch.autograd.{name}")
    return _refuse(name)


def __dir__() -> list[str]:
    return sorted({*globals(), *_ROOMS})
