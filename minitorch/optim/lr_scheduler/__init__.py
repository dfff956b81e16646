"""Schedules for the learning rates of an optimizer."""

from minitorch.absent import refuser as _refuser
from minitorch.optim.lr_scheduler.compose import (
    ChainedScheduler as ChainedScheduler,
    SequentialLR as SequentialLR,
)
from minitorch.optim.lr_scheduler.cosine import (
    CosineAnnealingLR as CosineAnnealingLR,
    CosineAnnealingWarmRestarts as CosineAnnealingWarmRestarts,
)
from minitorch.optim.lr_scheduler.cyclic import CyclicLR as CyclicLR
from minitorch.optim.lr_scheduler.decay import (
    ConstantLR as ConstantLR,
    ExponentialLR as ExponentialLR,
    LambdaLR as LambdaLR,
    LinearLR as LinearLR,
    MultiplicativeLR as MultiplicativeLR,
    MultiStepLR as MultiStepLR,
    PolynomialLR as PolynomialLR,
    StepLR as StepLR,
)
from minitorch.optim.lr_scheduler.one_cycle import OneCycleLR as OneCycleLR
from minitorch.optim.lr_scheduler.plateau import ReduceLROnPlateau as ReduceLROnPlateau
from minitorch.optim.lr_scheduler.scheduler import (
    LRScheduler as LRScheduler,
    LRScheduler as _LRScheduler,  # its name in older programs  # noqa: F401
)

__getattr__ = _refuser("optim.lr_scheduler")
