"""Streams, in each of which a GPU does one thing after the other, and events, which mark places in them."""

from __future__ import annotations

from typing import Any

from minitorch.cuda.devices import backend, index_of
from minitorch.device import device as as_device


class Stream:
    """A queue of work for a GPU: what is in one is done in order, what is in two may be done at the same time.

        side = minitorch.cuda.Stream()
        side.wait_stream(minitorch.cuda.current_stream())
        with minitorch.cuda.stream(side):
            y = x @ w
        minitorch.cuda.current_stream().wait_stream(side)

    Args:
        device: the GPU, by default the current one.
        priority: a lower number goes first.
    """

    def __init__(self, device: Any = None, priority: int = 0, **_: Any) -> None:
        index = index_of(device)
        with backend().on(index):
            self._made(backend().runtime.new_stream(priority), index)

    def _made(self, handle: Any, index: int) -> None:
        self.handle, self.device = handle, as_device("cuda", index)

    @classmethod
    def around(cls, handle: Any, index: int) -> Stream:
        """A stream that is there already."""
        made = object.__new__(cls)
        made._made(handle, index)
        return made

    @property
    def cuda_stream(self) -> int:
        """The address by which CUDA knows it."""
        return int(self.handle.ptr)

    def synchronize(self) -> None:
        """Waits until everything in it is done."""
        self.handle.synchronize()

    def query(self) -> bool:
        """Whether everything in it is done."""
        return bool(self.handle.done)

    def wait_event(self, event: Event) -> None:
        """What comes after this waits for the event; the program does not."""
        self.handle.wait_event(event.handle)

    def wait_stream(self, stream: Stream) -> None:
        """What comes after this waits for what is in the other stream by now; the program does not."""
        self.wait_event(stream.record_event())

    def record_event(self, event: Event | None = None) -> Event:
        """Marks this place in the stream."""
        event = Event() if event is None else event
        event.record(self)
        return event

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, Stream)
            and self.cuda_stream == other.cuda_stream
            and self.device == other.device
        )

    def __hash__(self) -> int:
        return hash((self.cuda_stream, self.device))

    def __repr__(self) -> str:
        return f"<minitorch.cuda.Stream device={self.device} cuda_stream={self.cuda_stream:#x}>"


class Event:
    """A mark in a stream, to wait for or to measure between.

        start, end = minitorch.cuda.Event(enable_timing=True), minitorch.cuda.Event(enable_timing=True)
        start.record(); step(); end.record()
        end.synchronize()
        print(start.elapsed_time(end), "ms")

    Args:
        enable_timing: whether it knows when it was reached.
        blocking: whether waiting for it lets other threads run.
        interprocess: False: events are not shared with other processes.
    """

    def __init__(
        self, enable_timing: bool = False, blocking: bool = False, interprocess: bool = False
    ) -> None:
        self.handle = backend().runtime.new_event(enable_timing, blocking)

    def record(self, stream: Stream | None = None) -> None:
        """Marks this place in a stream, by default the current one."""
        self.handle.record((current_stream() if stream is None else stream).handle)

    def wait(self, stream: Stream | None = None) -> None:
        """What comes next in a stream, by default the current one, waits for the event."""
        (current_stream() if stream is None else stream).wait_event(self)

    def query(self) -> bool:
        """Whether it was reached."""
        return bool(self.handle.done)

    def synchronize(self) -> None:
        """Waits until it is reached."""
        self.handle.synchronize()

    def elapsed_time(self, end_event: Event) -> float:
        """Milliseconds from this event to another one; both need `enable_timing`."""
        return float(backend().runtime.elapsed(self.handle, end_event.handle))


def current_stream(device: Any = None) -> Stream:
    """The stream into which work goes just now."""
    index = index_of(device)
    return Stream.around(backend().runtime.current_stream(index), index)


def default_stream(device: Any = None) -> Stream:
    """The stream into which work goes if no other was chosen."""
    return Stream.around(backend().runtime.default_stream(), index_of(device))


def set_stream(stream: Stream) -> None:
    """Chooses the stream into which work goes from now on."""
    backend().runtime.use_stream(stream.handle)


class StreamContext:
    """A context in which work goes into a stream; None changes nothing."""

    def __init__(self, stream: Stream | None) -> None:
        self.stream = stream

    def __enter__(self) -> None:
        if self.stream is not None:
            self._device = backend().on(self.stream.device.index)
            self._device.__enter__()
            self.stream.handle.__enter__()

    def __exit__(self, *_: Any) -> None:
        if self.stream is not None:
            self.stream.handle.__exit__(None, None, None)
            self._device.__exit__(None, None, None)


def stream(stream: Stream | None) -> StreamContext:
    """A context in which work goes into a stream; None changes nothing."""
    return StreamContext(stream)
