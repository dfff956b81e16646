"""Training with less to write: the loop, and what happens around it."""

from minitorch.absent import refuser as _refuser
from minitorch.train.averaging import EMA as EMA
from minitorch.train.callback import Callback as Callback
from minitorch.train.linting import (
    Finding as Finding,
    LintWarning as LintWarning,
    Report as Report,
    lint as lint,
)
from minitorch.train.logs import CSVLog as CSVLog, JSONLLog as JSONLLog, TensorBoard as TensorBoard
from minitorch.train.optimizing import ClipGradients as ClipGradients, LRSchedule as LRSchedule
from minitorch.train.profiling import Profiler as Profiler
from minitorch.train.progress import Progress as Progress
from minitorch.train.randomness import seed_everything as seed_everything
from minitorch.train.saving import ModelCheckpoint as ModelCheckpoint
from minitorch.train.stopping import EarlyStopping as EarlyStopping
from minitorch.train.trainer import Trainer as Trainer

__getattr__ = _refuser("train")
