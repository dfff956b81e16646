"""The errors that minitorch raises.

Every class derives from `MinitorchError` and from the built-in errors that PyTorch raises in the same
places, so `except RuntimeError` keeps working.  A message names the operation, the shapes or dtypes
involved, what was expected, and the likely remedy; `nn.Module` adds the path of the module in which
it happened.
"""

from __future__ import annotations


class MinitorchError(Exception):
    """Base of all errors raised on purpose by minitorch."""

    module_path: str = ""
    place: tuple[int, str, str] | None = None  # how far nn.Module has followed it outwards

    def __str__(self) -> str:
        message = Exception.__str__(self)  # KeyError would quote it
        if self.place is not None:
            message = message.removeprefix(f"{self.place[2]}: ")  # the path names the module already
        return f"{self.module_path}: {message}" if self.module_path else message


class ShapeError(MinitorchError, RuntimeError, ValueError):
    """Shapes do not fit together."""


class DtypeError(MinitorchError, RuntimeError, ValueError):
    """An operation does not serve this dtype, or dtypes cannot be mixed."""


class GradientError(MinitorchError, RuntimeError):
    """The graph cannot be walked back as asked."""


class InplaceError(GradientError):
    """A value was changed in place although its gradient still depends on it."""


class AnomalyError(GradientError):
    """`detect_anomaly` found a NaN in a gradient."""


class GradcheckError(GradientError):
    """`gradcheck` found a gradient that disagrees with finite differences."""


class VmapError(MinitorchError, RuntimeError, ValueError):
    """`vmap` cannot run this: a slice would take another way than the others, or has nowhere to be stored."""


class NoRuleError(VmapError):
    """There is no way to compute this for all slices together; `vmap` goes from slice to slice then."""


class IndexRangeError(MinitorchError, IndexError, RuntimeError):
    """An index or a dimension lies outside the tensor."""


class ArgumentError(MinitorchError, ValueError, RuntimeError):
    """An argument has a value that the operation cannot serve."""


class ArgumentTypeError(MinitorchError, TypeError):
    """An argument has the wrong type."""


class IndexTypeError(ArgumentTypeError, IndexError):
    """What stands between the brackets is no index: a float, a string, a tensor of floats."""


class ModuleAttributeError(MinitorchError, AttributeError):
    """A module has no such attribute, or was not set up before one was assigned."""


class ModuleKeyError(MinitorchError, KeyError):
    """A name that a module cannot use, or does not have."""


class LinAlgError(MinitorchError, RuntimeError):
    """A matrix has no inverse or factorization of the kind asked for, or an iteration did not converge."""


class StateDictError(MinitorchError, RuntimeError, ValueError):
    """A state dict does not fit the module, optimizer or scheduler that should load it."""


class CheckpointError(MinitorchError, RuntimeError):
    """A file is not a checkpoint of minitorch, or is truncated or damaged."""


class DownloadError(MinitorchError, RuntimeError):
    """A file could not be downloaded, or is not the one that it should be."""


class DatasetError(MinitorchError, RuntimeError):
    """The files of a data set are missing, cut off or damaged."""


class RecomputationError(GradientError):
    """A checkpointed function did something else when it was run a second time, for `backward`."""


class TrainingError(MinitorchError, RuntimeError):
    """A training run cannot go on: a loss is NaN or infinite, or there are no batches."""


class BackendError(MinitorchError, RuntimeError):
    """No backend serves this array, or the backend asked for is not there."""


class WorkerError(MinitorchError, RuntimeError):
    """A worker of a DataLoader was killed, takes too long, or raised what cannot be passed on."""


class MissingDependencyError(MinitorchError, ImportError):
    """An optional library is not installed; the message gives the line that installs it."""


class NotSupportedError(MinitorchError, NotImplementedError):
    """PyTorch has this, minitorch does not (yet)."""


class NotSupportedNameError(NotSupportedError, AttributeError):
    """A name of PyTorch that a module of minitorch does not have (yet); `hasattr` says False."""
