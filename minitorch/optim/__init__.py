"""Optimizers, and schedules for their learning rates."""

from minitorch.absent import refuser as _refuser
from minitorch.optim import lr_scheduler as lr_scheduler, swa_utils as swa_utils
from minitorch.optim.adadelta import Adadelta as Adadelta
from minitorch.optim.adafactor import Adafactor as Adafactor
from minitorch.optim.adagrad import Adagrad as Adagrad
from minitorch.optim.adam import Adam as Adam
from minitorch.optim.adamax import Adamax as Adamax
from minitorch.optim.adamw import AdamW as AdamW
from minitorch.optim.asgd import ASGD as ASGD
from minitorch.optim.lbfgs import LBFGS as LBFGS
from minitorch.optim.muon import Muon as Muon
from minitorch.optim.nadam import NAdam as NAdam
from minitorch.optim.optimizer import Optimizer as Optimizer
from minitorch.optim.radam import RAdam as RAdam
from minitorch.optim.rmsprop import RMSprop as RMSprop
from minitorch.optim.rprop import Rprop as Rprop
from minitorch.optim.sgd import SGD as SGD

__getattr__ = _refuser("optim")
