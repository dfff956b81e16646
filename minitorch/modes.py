"""What is recorded, and how: `no_grad`, `enable_grad`, `inference_mode`, `detect_anomaly`.

The mode is one immutable record in a context variable, so each thread and each asyncio task has its own:
`no_grad` in one does not touch another.
"""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar, Token
from functools import wraps
from inspect import isgeneratorfunction
from types import TracebackType
from typing import Any, TypeVar

F = TypeVar("F", bound=Callable[..., Any])


class Mode:
    """How operations behave just now; never changed, but replaced by another one.

    Attributes:
        grad: operations on values that require grad are recorded.
        raw: an ordinary walk back is under way, in which formulas run on bare arrays.
        inference: results can never take part in a graph.
        anomaly: every op remembers the line that applied it, and gradients are checked for NaN.
        saving: the hooks that pack what ops save, or None.
        level: the innermost `vmap` that is running, or None.
        autocast: which inputs ops cast first, and to what, or None.
        watcher: what is told of every op that is recorded, or None; see `viz.watch`.
        special: whether ops have to look at `saving` and `autocast` at all.
    """

    __slots__ = (
        "anomaly",
        "autocast",
        "check_nan",
        "grad",
        "inference",
        "level",
        "raw",
        "saving",
        "special",
        "watcher",
    )

    def __init__(
        self,
        grad: bool = True,
        raw: bool = False,
        inference: bool = False,
        anomaly: bool = False,
        check_nan: bool = True,
        saving: Any = None,
        level: Any = None,
        autocast: Any = None,
        watcher: Any = None,
    ) -> None:
        self.grad, self.raw, self.inference = grad, raw, inference
        self.anomaly, self.check_nan = anomaly, check_nan
        self.saving, self.level, self.autocast, self.watcher = saving, level, autocast, watcher
        self.special = saving is not None or (autocast is not None and bool(autocast.enabled))

    def but(self, **changes: Any) -> Mode:
        """The same with other values in some fields."""
        fields = {name: getattr(self, name) for name in self.__slots__ if name != "special"}
        return Mode(**{**fields, **changes})


_mode: ContextVar[Mode] = ContextVar("minitorch.mode", default=Mode())  # noqa: B039 (never changed)
current = _mode.get


def change(**changes: Any) -> None:
    """Changes fields of the mode from here on."""
    _mode.set(_mode.get().but(**changes))


class Setting:
    """A context manager and decorator that changes fields of the mode, and restores them."""

    def __init__(self, **changes: Any) -> None:
        self._changes = changes
        self._tokens: list[Token[Mode]] = []

    def __enter__(self) -> None:
        self._tokens.append(_mode.set(_mode.get().but(**self._changes)))

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        _mode.reset(self._tokens.pop())

    def __call__(self, function: F) -> F:
        """Returns `function`, run in this mode; a generator runs in it between its yields."""
        changes = self._changes
        if isgeneratorfunction(function):
            return _wrap_generator(function, changes)  # type: ignore[return-value]

        @wraps(function)
        def wrapped(*args: Any, **kwargs: Any) -> Any:
            with Setting(**changes):
                return function(*args, **kwargs)

        return wrapped  # type: ignore[return-value]


def _wrap_generator(function: Callable[..., Any], changes: dict[str, Any]) -> Callable[..., Any]:
    @wraps(function)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        generator = function(*args, **kwargs)
        resume, sent = generator.send, None
        while True:
            try:
                with Setting(**changes):
                    value = resume(sent)
            except StopIteration as stop:
                return stop.value
            try:
                resume, sent = generator.send, (yield value)
            except GeneratorExit:
                with Setting(**changes):
                    generator.close()
                raise
            except BaseException as error:
                resume, sent = generator.throw, error

    return wrapped


class _Bare(Setting):
    """A setting that may also decorate without parentheses: `@no_grad`."""

    def __new__(cls, function: Any = None) -> Any:
        return super().__new__(cls) if function is None else cls()(function)


class no_grad(_Bare):
    """Operations are not recorded: results do not require grad.  Context manager or decorator.

    >>> import minitorch
    >>> x = minitorch.ones(2, requires_grad=True)
    >>> with minitorch.no_grad():
    ...     y = x * 2
    >>> y.requires_grad
    False
    """

    def __init__(self) -> None:
        super().__init__(grad=False)


class enable_grad(_Bare):
    """Operations are recorded again, inside of `no_grad`.

    >>> import minitorch
    >>> x = minitorch.ones(2, requires_grad=True)
    >>> with minitorch.no_grad(), minitorch.enable_grad():
    ...     y = x * 2
    >>> y.requires_grad
    True
    """

    def __init__(self) -> None:
        super().__init__(grad=True)


class inference_mode(Setting):
    """Like `no_grad`, and the results can never be used in a recorded operation later.

    >>> import minitorch
    >>> x = minitorch.ones(2, requires_grad=True)
    >>> with minitorch.inference_mode():
    ...     y = x * 2
    >>> y.requires_grad, y.is_inference()
    (False, True)
    """

    def __new__(cls, mode: Any = True) -> Any:
        """A setting; or, for `@inference_mode` without parentheses, the decorated function."""
        return cls()(mode) if callable(mode) else super().__new__(cls)

    def __init__(self, mode: bool = True) -> None:
        if mode:
            super().__init__(grad=False, inference=True)
        else:
            super().__init__(grad=True, inference=False)


class set_grad_enabled(Setting):
    """Switches recording on or off: takes effect at once, and as a context manager is undone at its end.

    >>> import minitorch
    >>> x = minitorch.ones(2, requires_grad=True)
    >>> with minitorch.set_grad_enabled(False):
    ...     y = x * 2
    >>> y.requires_grad, (x * 2).requires_grad
    (False, True)
    """

    def __init__(self, mode: bool) -> None:
        super().__init__(grad=bool(mode))
        self._token: Token[Mode] | None = _mode.set(_mode.get().but(grad=bool(mode)))

    def __enter__(self) -> None:
        """Keeps the setting until the end of the block."""
        if self._token is None:  # used a second time
            self._token = _mode.set(_mode.get().but(**self._changes))

    def __exit__(self, *_: Any) -> None:
        if self._token is not None:
            _mode.reset(self._token)
            self._token = None

    def __call__(self, function: F) -> F:
        """Returns `function`, run in this mode; outside of it nothing changes."""
        self.__exit__()
        return super().__call__(function)


class detect_anomaly(Setting):
    """Finds the operation that makes a gradient NaN, and the line of your file that applied it.

    Args:
        check_nan: raise when an op's gradient contains NaN; otherwise lines are only remembered.

    >>> import minitorch
    >>> x = minitorch.tensor(0.0, requires_grad=True)
    >>> with minitorch.autograd.detect_anomaly():
    ...     try:
    ...         (minitorch.sqrt(x) * 0).backward()
    ...     except RuntimeError as error:
    ...         print(type(error).__name__)
    AnomalyError
    """

    def __init__(self, check_nan: bool = True) -> None:
        super().__init__(anomaly=True, check_nan=check_nan)


class set_detect_anomaly(set_grad_enabled):
    """Like `detect_anomaly`, but takes effect at once; as a context manager it is undone at its end.

    >>> import minitorch
    >>> from minitorch.modes import is_anomaly_enabled
    >>> with minitorch.autograd.set_detect_anomaly(True):
    ...     is_anomaly_enabled()
    True
    >>> is_anomaly_enabled()
    False
    """

    def __init__(self, mode: bool, check_nan: bool = True) -> None:
        Setting.__init__(self, anomaly=bool(mode), check_nan=check_nan)
        self._token = _mode.set(_mode.get().but(**self._changes))


class walking:
    """The mode of a walk back, which is recorded if a graph is created.

    Formulas run on bare arrays then, or on Variables if they are recorded; hooks and Functions of the user
    (`raw=False`) always see Variables.
    """

    __slots__ = ("_create_graph", "_raw", "_token")

    def __init__(self, create_graph: bool, raw: bool) -> None:
        self._create_graph, self._raw = create_graph, raw

    def __enter__(self) -> None:
        now = _mode.get()
        self._token = _mode.set(
            Mode(
                self._create_graph,
                self._raw,
                now.inference,
                now.anomaly,
                now.check_nan,
                now.saving,
                now.level,
                watcher=now.watcher,
            )
        )

    def __exit__(self, *_: Any) -> None:
        _mode.reset(self._token)


def is_grad_enabled() -> bool:
    """Whether operations are recorded just now.

    >>> import minitorch
    >>> with minitorch.no_grad():
    ...     minitorch.is_grad_enabled()
    False
    >>> minitorch.is_grad_enabled()
    True
    """
    return current().grad


def is_inference_mode_enabled() -> bool:
    """Whether `inference_mode` is on just now.

    >>> import minitorch
    >>> with minitorch.inference_mode():
    ...     minitorch.is_inference_mode_enabled()
    True
    """
    return current().inference


def is_anomaly_enabled() -> bool:
    """Whether `detect_anomaly` is on just now.

    >>> import minitorch
    >>> from minitorch.modes import is_anomaly_enabled
    >>> with minitorch.autograd.detect_anomaly():
    ...     is_anomaly_enabled()
    True
    """
    return current().anomaly


class set_multithreading_enabled(set_grad_enabled):
    """Accepted and kept: a walk back always runs in the thread that starts it.

    >>> import minitorch
    >>> with minitorch.autograd.set_multithreading_enabled(False):
    ...     minitorch.ones(1, requires_grad=True).sum().backward()
    """

    def __init__(self, mode: bool) -> None:
        Setting.__init__(self)
        self._token = _mode.set(_mode.get())
