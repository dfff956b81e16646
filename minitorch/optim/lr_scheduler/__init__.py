"""Schedules for the learning rates of an optimizer."""

from minitorch.optim.lr_scheduler.compose import ChainedScheduler as ChainedScheduler
from minitorch.optim.lr_scheduler.compose import SequentialLR as SequentialLR
from minitorch.optim.lr_scheduler.cosine import CosineAnnealingLR as CosineAnnealingLR
from minitorch.optim.lr_scheduler.cosine import (
    CosineAnnealingWarmRestarts as CosineAnnealingWarmRestarts,
)
from minitorch.optim.lr_scheduler.decay import ConstantLR as ConstantLR
from minitorch.optim.lr_scheduler.decay import ExponentialLR as ExponentialLR
from minitorch.optim.lr_scheduler.decay import LambdaLR as LambdaLR
from minitorch.optim.lr_scheduler.decay import LinearLR as LinearLR
from minitorch.optim.lr_scheduler.decay import MultiStepLR as MultiStepLR
from minitorch.optim.lr_scheduler.decay import PolynomialLR as PolynomialLR
from minitorch.optim.lr_scheduler.decay import StepLR as StepLR
from minitorch.optim.lr_scheduler.one_cycle import OneCycleLR as OneCycleLR
from minitorch.optim.lr_scheduler.plateau import ReduceLROnPlateau as ReduceLROnPlateau
from minitorch.optim.lr_scheduler.scheduler import LRScheduler as LRScheduler
