"""Optimizers, and schedules for their learning rates."""

from minitorch.optim import lr_scheduler as lr_scheduler
from minitorch.optim.adadelta import Adadelta as Adadelta
from minitorch.optim.adagrad import Adagrad as Adagrad
from minitorch.optim.adam import Adam as Adam, AdamW as AdamW
from minitorch.optim.optimizer import Optimizer as Optimizer
from minitorch.optim.rmsprop import RMSprop as RMSprop
from minitorch.optim.sgd import SGD as SGD
