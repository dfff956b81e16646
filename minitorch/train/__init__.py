"""Training with less to write: the loop, and what happens around it."""

from minitorch.train.callback import Callback as Callback
from minitorch.train.randomness import seed_everything as seed_everything
from minitorch.train.trainer import Trainer as Trainer
