"""Models that a folder or a repository offers: functions in its `hubconf.py`, or weights for a model of yours."""

from __future__ import annotations

import builtins
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec, module_from_spec, spec_from_file_location
from types import ModuleType
from typing import Any

from minitorch.errors import ArgumentError, ArgumentTypeError, MissingDependencyError, NotSupportedError
from minitorch.hub import huggingface
from minitorch.hub.huggingface import HUBCONF
from minitorch.nn.module import Module


def list(
    github: str,
    force_reload: bool = False,
    skip_validation: bool = False,
    trust_repo: bool | str = "check",
    verbose: bool = True,
    *,
    source: str = "github",
) -> builtins.list[str]:
    """The names of the functions that a folder or a repository offers.

    Args:
        github: the folder or the repository, as in `load`.
        force_reload: as in `load`.
        skip_validation: accepted for PyTorch's sake.
        trust_repo: as in `load`.
        verbose: accepted for PyTorch's sake.
        source: as in `load`; PyTorch's function knows GitHub only.

    Raises:
        NotSupportedError: for GitHub.
        ArgumentError: as `load`.
    """
    with hubconf("list", github, source, trust_repo, force_reload) as module:
        return offered(module)


def help(
    github: str,
    model: str,
    force_reload: bool = False,
    skip_validation: bool = False,
    trust_repo: bool | str = "check",
    *,
    source: str = "github",
) -> str | None:
    """The docstring of a function that a folder or a repository offers.

    Args:
        github: the folder or the repository, as in `load`.
        model: name of the function.
        force_reload: as in `load`.
        skip_validation: accepted for PyTorch's sake.
        trust_repo: as in `load`.
        source: as in `load`; PyTorch's function knows GitHub only.

    Raises:
        NotSupportedError: for GitHub.
        ArgumentError: as `load`.
    """
    with hubconf("help", github, source, trust_repo, force_reload) as module:
        return entry("help", module, model).__doc__


def load(
    repo_or_dir: str | os.PathLike[str],
    model: str | Module | Callable[..., Module],
    *args: Any,
    source: str = "github",
    trust_repo: bool | str = "check",
    force_reload: bool = False,
    verbose: bool = True,
    skip_validation: bool = False,
    weights_file: str | None = None,
    **kwargs: Any,
) -> Any:
    r"""A model that somebody has published.

    - From a folder (`source="local"`): the result of a function in its file `hubconf.py`.
    - From a repository of Hugging Face (`source="huggingface"`, `"owner/name"` or `"owner/name:revision"`): a model of
      yours, with the repository's weights. Of the repository only data are read. Its own `hubconf.py` is run only where
      `model` is the name of a function in it, and `trust_repo=True` says that you know what it does.
    - From GitHub (PyTorch's default): not offered, since such code is written for PyTorch; clone the repository, look
      at it, and load it from the folder.

    The modules that `hubconf.py` imports from its folder are forgotten afterwards, since another folder may have others
    of the same names; so a function that imports one of them must do so while the model is made, not later.

    Files of Hugging Face stay in that library's folder, and are taken from there without asking the network.

    Args:
        repo_or_dir: the folder or the repository.
        model: name of a function in `hubconf.py`; for Hugging Face a module, which gets the weights, or what makes one,
            such as `minitorch.vision.models.resnet18`.
        *args: for that function.
        source: `"local"`, `"huggingface"` or `"github"`.
        trust_repo: whether code of a repository may run; `"check"`, as False, says no.
        force_reload: downloads files of Hugging Face again.
        verbose: accepted for PyTorch's sake.
        skip_validation: likewise.
        weights_file: the file in the repository of Hugging Face, by default `model.safetensors` (also in several
            files), `pytorch_model.bin`, or the only one that can be weights.
        **kwargs: for that function.

    Raises:
        NotSupportedError: for GitHub.
        ArgumentError: if there is no such folder, function, file or source, code is not trusted, or `hubconf.py`
            cannot be run.
        ArgumentTypeError: if `model` cannot make a model.
        MissingDependencyError: if a library is missing that `hubconf.py` names, or huggingface_hub.
        DownloadError: if a file does not come.
        StateDictError: if the weights do not fit the model.

    >>> import minitorch, pathlib, tempfile
    >>> code = "import minitorch\ndef line(n):\n    return minitorch.nn.Linear(n, 1)"
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = pathlib.Path(folder, "hubconf.py").write_text(code)
    ...     minitorch.hub.load(folder, "line", 3, source="local")
    Linear(in_features=3, out_features=1, bias=True)
    """
    if str(source).lower() == "huggingface" and not isinstance(model, str):
        if not callable(model):
            raise ArgumentTypeError(
                f"hub.load: model must be a module, a function that makes one, or a name, got {type(model).__name__}"
            )
        if isinstance(model, Module) and (args or kwargs):
            raise ArgumentError("hub.load: the model is made already; further arguments have no use")
        values = huggingface.weights(os.fspath(repo_or_dir), weights_file, force_reload)
        net = model if isinstance(model, Module) else model(*args, **kwargs)
        net.load_state_dict(values)
        return net
    if weights_file is not None:
        raise ArgumentError("hub.load: weights_file= is for a model of yours and source='huggingface'")
    with hubconf("load", os.fspath(repo_or_dir), source, trust_repo, force_reload) as module:
        return entry("load", module, model)(*args, **kwargs)


@contextmanager
def hubconf(op_name: str, place: str, source: str, trust: bool | str, force: bool) -> Iterator[ModuleType]:
    """The module `hubconf.py` of a folder or repository; as long as it is in use, it can import its neighbours.

    Afterwards these are forgotten, since another folder has its own `models.py`.

    Raises:
        ArgumentTypeError, ArgumentError: for other arguments, a folder without `hubconf.py`, and if it cannot be run.
        MissingDependencyError: if it imports what is not there.
    """
    if not isinstance(source, str):
        raise ArgumentTypeError(f"hub.{op_name}: source must be a string, got {type(source).__name__}")
    if trust not in (True, False, "check"):
        raise ArgumentError(f"hub.{op_name}: trust_repo must be True, False or 'check', got {trust!r}")
    folder = os.path.abspath(os.path.expanduser(folder_of(op_name, place, source.lower(), trust, force)))
    path = os.path.join(folder, HUBCONF)
    if not os.path.isfile(path):
        raise ArgumentError(f"hub.{op_name}: {place!r} has no {HUBCONF}, the file that names what it offers")
    spec: Any = spec_from_file_location(HUBCONF, path)
    module = module_from_spec(spec)
    before = set(sys.modules)
    sys.path.insert(0, folder)
    try:
        try:
            spec.loader.exec_module(module)
        except ImportError as error:
            raise MissingDependencyError(
                f"hub.{op_name}: {path} cannot be imported: {error}; code written for PyTorch needs PyTorch"
            ) from error
        except Exception as error:
            raise ArgumentError(
                f"hub.{op_name}: {path} cannot be run: {type(error).__name__}: {error}; mend the file"
            ) from error
        yield module
    finally:
        sys.path.remove(folder)
        neighbours = {entry.removesuffix(".py") for entry in os.listdir(folder)} - before
        for name in set(sys.modules) - before:
            if name.partition(".")[0] in neighbours:
                del sys.modules[name]


def folder_of(op_name: str, place: str, source: str, trust: bool | str, force: bool) -> str:
    """The folder that has the code.

    Raises:
        NotSupportedError: for GitHub.
        ArgumentError: for other sources, and for code that is not trusted.
    """
    if source == "local":
        return place
    if source == "github":
        repository, colon, revision = place.partition(":")
        which = f" --branch {revision}" if colon else ""
        raise NotSupportedError(
            f"hub.{op_name}: code of GitHub is not fetched; `git clone https://github.com/{repository}{which}`, look "
            f"at its {HUBCONF}, and pass the folder with source='local'. Weights of Hugging Face come with "
            f"source='huggingface'"
        )
    if source != "huggingface":
        raise ArgumentError(
            f"hub.{op_name}: source must be 'local', 'huggingface' or 'github', got {source!r}"
        )
    if trust is not True:
        raise ArgumentError(
            f"hub.{op_name}: a name means a function in the {HUBCONF} of {place!r}, which is code that others wrote; "
            f"look at it, and pass trust_repo=True. To read weights alone, pass a module, or a function that makes one"
        )
    return huggingface.folder(place, force)


def offered(module: ModuleType) -> builtins.list[str]:
    """The names of the functions that are for everybody."""
    return [name for name in dir(module) if not name.startswith("_") and callable(getattr(module, name))]


def entry(op_name: str, module: ModuleType, name: Any) -> Callable[..., Any]:
    """A function of `hubconf.py`.

    Raises:
        ArgumentTypeError: if its name is not a string.
        ArgumentError: if there is none.
        MissingDependencyError: if the file names libraries that are not installed.
    """
    if not isinstance(name, str):
        raise ArgumentTypeError(f"hub.{op_name}: model must be the name of a function, got {name!r}")
    needed = [library for library in getattr(module, "dependencies", ()) if find_spec(library) is None]
    if needed:
        raise MissingDependencyError(
            f"hub.{op_name}: {module.__file__} needs {', '.join(needed)}, which cannot be imported; install it first"
        )
    function = getattr(module, name, None)
    if not callable(function):
        raise ArgumentError(
            f"hub.{op_name}: {module.__file__} has no function {name!r}; there are {', '.join(offered(module))}"
        )
    return function
