"""CUDA graphs: what a GPU is asked for in a step, recorded once and asked for again in one call.

A small model spends its time in Python: each operation takes microseconds to ask for, and less to do. A graph asks for
all of them together.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from minitorch.autograd.function import Function
from minitorch.cuda.devices import backend, is_initialized
from minitorch.cuda.streams import Stream, StreamContext, current_stream
from minitorch.device import Replays, _recording
from minitorch.errors import ArgumentError, ArgumentTypeError, BackendError
from minitorch.gradients import grad as gradients_of
from minitorch.modes import enable_grad
from minitorch.value import Value


class CUDAGraph:
    """The work of a step, recorded by `with minitorch.cuda.graph(g):` and done again by `g.replay()`.

    It reads and writes the memory that it was recorded with: copy new inputs into the tensors of the capture, and read
    results from those that it made.
    """

    def __init__(self, keep_graph: bool = False) -> None:
        self._recorded: Any = None
        self._replays = Replays()

    def replay(self) -> None:
        """Asks the GPU for all of it, in the current stream.

        Random numbers go on where the generators are, as they would without a graph.

        Raises:
            BackendError: before anything was captured, and if a setting of an optimizer in it is another by now.
        """
        if self._recorded is None:
            raise BackendError(
                "CUDAGraph.replay: nothing was captured; use `with minitorch.cuda.graph(g):` first"
            )
        for check in self._replays.checks:
            check()
        self._recorded.replay()
        for change in self._replays.changes:
            change()

    def reset(self) -> None:
        """Gives back the graph and its memory."""
        self._recorded, self._replays = None, Replays()

    def pool(self) -> Any:
        """The memory of its tensors, for another graph that never runs at the same time.

        Raises:
            BackendError: before anything was captured.
        """
        if self._recorded is None:
            raise BackendError("CUDAGraph.pool: nothing was captured yet")
        return self._recorded.pool


class graph:
    """A context in which work is recorded into a graph instead of being done.

        x = minitorch.zeros(64, 10, device="cuda")  # what the graph reads
        for _ in range(3):  # before the capture, so that kernels are compiled and the optimizer has its state
            train_step(x)
        g = minitorch.cuda.CUDAGraph()
        with minitorch.cuda.graph(g):
            loss = train_step(x)
        for batch in loader:
            x.copy_(batch)
            g.replay()

    Optimizers go on counting steps, and random numbers go on, too. What stands in it as a Python number stays what it
    was; a learning rate that changes has to be a tensor on the GPU, which the graph reads: `lr=minitorch.tensor(1e-3,
    device="cuda")`. A replay after a setting of an optimizer has changed otherwise is refused. The bias corrections of
    Adam in it count its replays only: steps that are taken outside of it after the capture they do not see.

    Args:
        cuda_graph: where it is kept.
        pool: the memory of another graph, which this one may use again.
        stream: the stream in which it is captured, by default one of its own.
        capture_error_mode: accepted for PyTorch's sake.

    Raises:
        BackendError: for what cannot be captured; the message says what, and why.
    """

    def __init__(
        self,
        cuda_graph: CUDAGraph,
        pool: Any = None,
        stream: Stream | None = None,
        capture_error_mode: str = "global",
    ) -> None:
        if not isinstance(cuda_graph, CUDAGraph):
            raise ArgumentTypeError(f"cuda.graph: expected a CUDAGraph, got {type(cuda_graph).__name__}")
        self.cuda_graph, self.pool, self.stream = cuda_graph, pool, stream

    def __enter__(self) -> None:
        handle = None if self.stream is None else self.stream.handle
        self._capture = backend().runtime.Capture(self.pool, handle)
        self._capture.begin()
        self._replays = Replays()
        self._token = _recording.set(self._replays)

    def __exit__(self, kind: Any, error: Any, trace: Any) -> None:
        _recording.reset(self._token)
        if kind is None:
            self.cuda_graph._recorded, self.cuda_graph._replays = self._capture.end(), self._replays
        else:
            self._capture.abandon(error)


def graph_pool_handle() -> Any:
    """Memory for graphs that never run at the same time: pass it as `pool` to each of them."""
    return backend().runtime.new_pool()


def is_current_stream_capturing() -> bool:
    """Whether this thread records a graph just now.

    >>> import minitorch
    >>> minitorch.cuda.is_current_stream_capturing()
    False
    """
    return is_initialized() and bool(backend().runtime.capture.active)


def make_graphed_callables(
    callables: Any,
    sample_args: Any,
    num_warmup_iters: int = 3,
    allow_unused_input: bool = False,
    pool: Any = None,
) -> Any:
    """Callables whose forward and backward are graphs of their own, for a training loop that stays as it is.

    Each takes tensors of the shapes of its sample, and gives tensors through which gradients flow. What it returns, and
    the gradients, lie in memory that the next call writes over.

    Args:
        callables: a module or function of tensors, or a tuple of them.
        sample_args: a tuple of tensors on the GPU for each, of the shapes and `requires_grad` that it is called with.
        num_warmup_iters: how often each is run before it is captured.
        allow_unused_input: whether some of the inputs and parameters may have no influence on the result.
        pool: the memory of another graph, which these may use again.

    Raises:
        ArgumentError: for sample arguments that are no tensors on the GPU.
        BackendError: for what cannot be captured.
    """
    several = isinstance(callables, tuple)
    functions, samples = (callables, sample_args) if several else ((callables,), (sample_args,))
    if len(functions) != len(samples):
        raise ArgumentError(
            f"make_graphed_callables: {len(functions)} callables need as many tuples of sample arguments, "
            f"got {len(samples)}"
        )
    pool = graph_pool_handle() if pool is None else pool
    made = [
        graphed(f, tuple(args), num_warmup_iters, allow_unused_input, pool)
        for f, args in zip(functions, samples, strict=True)
    ]
    return tuple(made) if several else made[0]


def graphed(
    function: Callable[..., Any], args: tuple[Any, ...], warmup: int, allow_unused: bool, pool: Any
) -> Any:
    """One callable, with a graph for its forward and one for its backward."""
    if not all(isinstance(x, Value) and x.is_cuda for x in args):  # type: ignore[attr-defined]
        raise ArgumentError("make_graphed_callables: sample arguments must be tensors on the GPU")
    parameters = tuple(p for p in getattr(function, "parameters", tuple)() if p.requires_grad)
    static = tuple(x.detach().clone().requires_grad_(x.requires_grad) for x in args)
    wanted = [x for x in (*static, *parameters) if x.requires_grad]

    def backward(results: Sequence[Any], starts: Sequence[Any]) -> Any:
        return gradients_of(results, wanted, starts, allow_unused=allow_unused)

    def forward() -> tuple[Any, ...]:
        with enable_grad():
            result = function(*static)
        return result if isinstance(result, tuple) else (result,)

    side = Stream()
    side.wait_stream(current_stream())  # in which the copies above are made
    with StreamContext(side):
        for _ in range(max(warmup, 1)):
            results = forward()
            starts = tuple(y.detach().clone().fill_(1) for y in results)
            if wanted:
                backward(results, starts)
        del results
    side.synchronize()
    forwards, backwards = CUDAGraph(), CUDAGraph()
    with graph(forwards, pool):
        results = forward()
    found: Sequence[Any] = ()
    if wanted:
        with graph(backwards, pool):
            found = backward(results, starts)
    outputs = tuple(y.detach() for y in results)
    places = [i for i, x in enumerate((*static, *parameters)) if x.requires_grad]

    class Graphed(Function):
        """The recorded forward and backward."""

        @staticmethod
        def forward(ctx: Any, *inputs: Any) -> Any:
            for mine, given in zip(static, inputs, strict=False):
                if mine.data_ptr() != given.data_ptr():
                    mine.detach().copy_(given)
            forwards.replay()
            return tuple(y.detach() for y in outputs)

        @staticmethod
        def backward(ctx: Any, *gradients: Any) -> Any:
            for mine, given in zip(starts, gradients, strict=True):
                mine.copy_(given)
            backwards.replay()
            all_of_them: list[Any] = [None] * (len(static) + len(parameters))
            for i, g in zip(places, found, strict=True):
                all_of_them[i] = None if g is None else g.detach()
            return tuple(all_of_them)

    def call(*inputs: Any) -> Any:
        if [tuple(x.shape) for x in inputs] != [tuple(x.shape) for x in static]:
            raise ArgumentError(
                f"a graphed callable was captured for shapes {[tuple(x.shape) for x in static]}, and called with "
                f"{[tuple(x.shape) for x in inputs]}"
            )
        results = Graphed.apply(*inputs, *parameters)
        return results if len(outputs) > 1 else results[0]

    if not hasattr(function, "forward"):
        return call
    original, training = function.forward, function.training  # type: ignore[attr-defined]

    def as_trained(*inputs: Any) -> Any:
        captured = function.training == training  # type: ignore[attr-defined]
        return call(*inputs) if captured else original(*inputs)

    function.forward = as_trained
    return function
