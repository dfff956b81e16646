"""Recurrent layers over whole sequences: RNN, LSTM, GRU."""

from __future__ import annotations

import math
import warnings
from typing import Any, ClassVar

from minitorch import filled, ops, ranges
from minitorch.autocasting import casts
from minitorch.errors import (
    ArgumentError,
    ArgumentTypeError,
    DtypeError,
    ShapeError,
)
from minitorch.nn import functional as F, init
from minitorch.nn.module import Module
from minitorch.nn.parameter import empty_parameter
from minitorch.nn.recurrent_layer import GATES, RUN, State, Weights, check_input
from minitorch.nn.utils.rnn import PackedSequence, pad_packed_sequence, positions
from minitorch.value import Value
from minitorch.variable import Variable


class RNNBase(Module):
    """What RNN, LSTM and GRU share: layers and directions, parameters, and the order of dimensions.

    >>> import minitorch
    >>> rnn = minitorch.nn.LSTM(10, 20, num_layers=2)
    >>> isinstance(rnn, minitorch.nn.RNNBase), len(list(rnn.parameters()))
    (True, 8)
    """

    kind: ClassVar[str]
    states: ClassVar[int] = 1
    nonlinearity: str = "tanh"

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        bias: bool = True,
        batch_first: bool = False,
        dropout: float = 0.0,
        bidirectional: bool = False,
        proj_size: int = 0,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        name = type(self).__name__
        for what, value in {
            "input_size": input_size,
            "hidden_size": hidden_size,
            "num_layers": num_layers,
        }.items():
            if not isinstance(value, int):
                raise ArgumentTypeError(f"{name}: {what} must be an integer, got {type(value).__name__}")
            if value <= 0:
                raise ArgumentError(f"{name}: {what} must be positive, got {value}")
        for what, flag in {"bias": bias, "batch_first": batch_first}.items():
            if not isinstance(flag, bool):
                raise ArgumentTypeError(
                    f"{name}: {what} must be True or False, got {flag!r}; did you mean num_layers?"
                )
        if isinstance(dropout, bool) or not 0 <= dropout <= 1:
            raise ArgumentError(f"{name}: dropout must lie between 0 and 1, got {dropout!r}")
        if proj_size and self.kind != "LSTM":
            raise ArgumentError(f"{name}: only LSTM has proj_size; put a Linear layer behind this one")
        if not 0 <= proj_size < hidden_size:
            raise ArgumentError(
                f"{name}: proj_size must lie between 0 (none) and hidden_size - 1 = {hidden_size - 1}, got {proj_size}"
            )
        if dropout and num_layers == 1:
            warnings.warn(
                f"{name}: dropout={dropout} acts between layers, so it does nothing with num_layers=1",
                stacklevel=3,
            )
        self.input_size, self.hidden_size, self.num_layers = input_size, hidden_size, num_layers
        self.bias, self.batch_first = bias, batch_first
        self.dropout, self.bidirectional = float(dropout), bidirectional
        self.proj_size = proj_size
        directions = 2 if bidirectional else 1
        gates, out = GATES[self.kind] * hidden_size, proj_size or hidden_size
        for layer in range(num_layers):
            size = input_size if layer == 0 else out * directions
            for suffix in self._suffixes(layer):
                shapes: dict[str, tuple[int, ...]] = {"weight_ih": (gates, size), "weight_hh": (gates, out)}
                if bias:
                    shapes |= {"bias_ih": (gates,), "bias_hh": (gates,)}
                if proj_size:
                    shapes["weight_hr"] = (proj_size, hidden_size)
                for part, shape in shapes.items():
                    self.register_parameter(
                        part + suffix, empty_parameter(*shape, device=device, dtype=dtype)
                    )
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draws the initial values anew: uniform on ±1/√hidden_size."""
        bound = 1 / math.sqrt(self.hidden_size)
        for parameter in self.parameters():
            init.uniform_(parameter, -bound, bound)

    def _suffixes(self, layer: int) -> list[str]:
        """How the parameters of a layer end, for each direction."""
        return [f"_l{layer}"] + [f"_l{layer}_reverse"] * self.bidirectional

    def _weights(self, suffix: str) -> Weights:
        own = self._parameters
        return (
            own["weight_ih" + suffix],
            own["weight_hh" + suffix],
            own.get("bias_ih" + suffix),
            own.get("bias_hh" + suffix),
            own.get("weight_hr" + suffix),
        )

    @property
    def _flat_weights_names(self) -> list[str]:
        # Private in PyTorch as well, but textbooks loop over it to initialize the weights.
        return list(self._parameters)

    @property
    def all_weights(self) -> list[list[Any]]:
        """For each layer and direction its parameters."""
        return [
            [w for w in self._weights(suffix) if w is not None]
            for layer in range(self.num_layers)
            for suffix in self._suffixes(layer)
        ]

    def flatten_parameters(self) -> None:
        """Does nothing: for PyTorch it moves the parameters together in a GPU's memory."""

    def forward(self, input: Variable | PackedSequence, hx: State = None) -> tuple[Any, State]:
        """The outputs of the last layer at all steps, and the last state of every layer.

        Args:
            input: the sequences; of a `PackedSequence` each counts up to its own end, and the outputs are packed.
            hx: the first state of every layer and direction; zeros by default.
        """
        name = type(self).__name__
        if isinstance(input, PackedSequence):
            return self._forward_packed(input, hx)
        if not isinstance(input, Value):
            raise ArgumentTypeError(
                f"{name}: expected a Tensor or a PackedSequence, got {type(input).__name__}"
            )
        if input.ndim not in (2, 3):
            raise ArgumentError(
                f"{name}: expected an input of 3 dimensions "
                f"({'batch, time' if self.batch_first else 'time, batch'}, {self.input_size}), or 2 for one "
                f"sequence, got shape {tuple(input.shape)}"
            )
        check_input(name, input, self.input_size, self.weight_ih_l0)
        batched = input.ndim == 3
        x = input if batched else input.unsqueeze(1)
        if batched and self.batch_first:
            x = x.transpose(0, 1)  # (B, T, I) → (T, B, I)
        if not x.shape[0]:
            raise ShapeError(f"{name}: the sequence is empty: input of shape {tuple(input.shape)}")
        y, last = self._run(x, self._first_state(x, hx, batched))
        if batched and self.batch_first:
            y = y.transpose(0, 1)
        if not batched:
            y, last = y.squeeze(1), tuple(s.squeeze(1) for s in last)
        return y, last[0] if self.states == 1 else last

    def _forward_packed(self, packed: PackedSequence, hx: State) -> tuple[PackedSequence, State]:
        name = type(self).__name__
        if packed.data.ndim != 2:
            raise ShapeError(
                f"{name}: packed data must be (steps, {self.input_size}), got {tuple(packed.data.shape)}"
            )
        check_input(name, packed.data, self.input_size, self.weight_ih_l0)
        sizes, order, back = packed.batch_sizes, packed.sorted_indices, packed.unsorted_indices
        x, lengths = pad_packed_sequence(PackedSequence(packed.data, sizes))
        first = self._first_state(x, hx, True)
        if hx is not None and order is not None:
            first = tuple(s.index_select(1, order) for s in first)
        y, last = self._run(x, first, lengths)
        if back is not None:
            last = tuple(s.index_select(1, back) for s in last)
        outputs = PackedSequence(y[positions(sizes)], sizes, order, back)
        return outputs, last[0] if self.states == 1 else last

    def _first_state(self, x: Variable, hx: State, batched: bool) -> tuple[Variable, ...]:
        """The states to start from, each (layers · directions, B, H)."""
        count = self.num_layers * (2 if self.bidirectional else 1)
        shape = (count, x.shape[1], self.proj_size or self.hidden_size)
        shapes = (shape, (*shape[:2], self.hidden_size))
        if hx is None:
            return tuple(filled.zeros(*s, dtype=x.dtype, device=x.device) for s in shapes[: self.states])
        if self.states == 2 and not (isinstance(hx, (tuple, list)) and len(hx) == 2):
            raise ArgumentTypeError(
                f"{type(self).__name__}: hx must be a pair (h_0, c_0), got {type(hx).__name__}"
            )
        given = tuple(hx) if self.states == 2 else (hx,)
        for what, state, (layers, batch, size) in zip(("h_0", "c_0"), given, shapes, strict=False):
            expected = (layers, batch, size) if batched else (layers, size)
            if tuple(state.shape) != expected:
                raise ShapeError(
                    f"{type(self).__name__}: {what} has shape {tuple(state.shape)}, expected {expected}: "
                    f"(layers · directions, {'batch, ' if batched else ''}hidden_size)"
                )
            if state.dtype is not x.dtype and not casts(x.array):
                raise DtypeError(
                    f"{type(self).__name__}: {what} is {state.dtype}, the input is {x.dtype}; convert one"
                )
        return given if batched else tuple(state.unsqueeze(1) for state in given)

    def _run(
        self, x: Variable, first: tuple[Variable, ...], lengths: Variable | None = None
    ) -> tuple[Variable, tuple[Variable, ...]]:
        """All layers. With lengths each sequence ends there: what comes later does not count."""
        run = RUN[self.kind]
        ends = turned = None
        if lengths is not None:
            steps, batch = (
                ranges.arange(x.shape[0], device=x.device).unsqueeze(1),
                ranges.arange(x.shape[1], device=x.device),
            )
            ends = (lengths - 1, batch)
            turned = (ops.where(steps < lengths, lengths - 1 - steps, steps), batch)  # each read backwards
        last: list[list[Variable]] = [[] for _ in range(self.states)]
        for layer in range(self.num_layers):
            outputs = []
            for direction, suffix in enumerate(self._suffixes(layer)):
                k, reverse = len(last[0]), direction == 1
                start, weights = tuple(s[k] for s in first), self._weights(suffix)
                if turned is None:
                    sequences = run(x, start, weights, reverse, self.nonlinearity)
                    outputs.append(sequences[0])
                else:
                    sequences = run(x[turned] if reverse else x, start, weights, False, self.nonlinearity)
                    outputs.append(sequences[0][turned] if reverse else sequences[0])
                for states, sequence in zip(last, sequences, strict=True):
                    states.append(sequence[ends or (0 if reverse else -1)])
            x = ops.cat(outputs, -1) if self.bidirectional else outputs[0]
            if self.dropout and self.training and layer < self.num_layers - 1:
                x = F.dropout(x, self.dropout)
        return x, tuple(ops.stack(states) for states in last)

    def extra_repr(self) -> str:
        text = f"{self.input_size}, {self.hidden_size}"
        for name, default in {
            "proj_size": 0,
            "num_layers": 1,
            "bias": True,
            "batch_first": False,
            "dropout": 0.0,
            "bidirectional": False,
        }.items():
            value = getattr(self, name)
            text += "" if value == default else f", {name}={value}"
        return text


class RNN(RNNBase):
    """A recurrent network: hₜ = tanh(W_ih·xₜ + b_ih + W_hh·hₜ₋₁ + b_hh).

    Args:
        input_size: size of each input.
        hidden_size: size of each state.
        num_layers: layers, of which each reads the outputs of the one before.
        nonlinearity: `"tanh"` or `"relu"`.
        bias: whether biases are added.
        batch_first: inputs and outputs are (batch, time, size) instead of (time, batch, size).
        dropout: probability of dropout between layers.
        bidirectional: read the sequence in both directions, and join the outputs.
        device, dtype: of the parameters.

    Shape: input (T, B, input_size) or (T, input_size), hx (layers·directions, B, hidden_size)
        → output (T, B, directions·hidden_size), and the last states, of hx's shape.

    >>> import minitorch
    >>> y, h = minitorch.nn.RNN(10, 20, 2)(minitorch.zeros(5, 3, 10))
    >>> y.shape, h.shape
    (minitorch.Size([5, 3, 20]), minitorch.Size([2, 3, 20]))
    """

    kind = "RNN"

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        nonlinearity: str = "tanh",
        bias: bool = True,
        batch_first: bool = False,
        dropout: float = 0.0,
        bidirectional: bool = False,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        if nonlinearity not in ("tanh", "relu"):
            raise ArgumentError(f"RNN: nonlinearity must be 'tanh' or 'relu', got {nonlinearity!r}")
        super().__init__(
            input_size,
            hidden_size,
            num_layers,
            bias,
            batch_first,
            dropout,
            bidirectional,
            device=device,
            dtype=dtype,
        )
        self.nonlinearity = nonlinearity


class LSTM(RNNBase):
    """Long short-term memory: i, f, o = σ(…), g = tanh(…);  c = f·c + i·g;  h = o·tanh(c).

    Each gate is W_ih·xₜ + b_ih + W_hh·hₜ₋₁ + b_hh, in the order i, f, g, o.

    Args:
        input_size: size of each input.
        hidden_size: size of each state.
        num_layers: layers, of which each reads the outputs of the one before.
        bias: whether biases are added.
        batch_first: inputs and outputs are (batch, time, size) instead of (time, batch, size).
        dropout: probability of dropout between layers.
        bidirectional: read the sequence in both directions, and join the outputs.
        proj_size: each state is shrunk to this size by a projection, unless 0.
        device, dtype: of the parameters.

    Shape: input (T, B, input_size) or (T, input_size), hx a pair of (layers·directions, B, hidden_size)
        → output (T, B, directions·hidden_size), and the pair of the last states; with a projection, outputs and
        h have proj_size instead of hidden_size.

    Source: Hochreiter and Schmidhuber, "Long short-term memory", 1997; projection: Sak et al., 2014.

    >>> import minitorch
    >>> y, (h, c) = minitorch.nn.LSTM(10, 20, bidirectional=True)(minitorch.zeros(5, 3, 10))
    >>> y.shape, c.shape
    (minitorch.Size([5, 3, 40]), minitorch.Size([2, 3, 20]))
    """

    kind, states = "LSTM", 2


class GRU(RNNBase):
    """Gated recurrent unit: r, z = σ(…);  n = tanh(W·xₜ + b + r·(W·hₜ₋₁ + b));  h = (1 − z)·n + z·hₜ₋₁.

    Arguments and shapes as for `LSTM`, with a single state; gates are in the order r, z, n.

    Source: Cho et al., "Learning phrase representations using RNN encoder–decoder", 2014.

    >>> import minitorch
    >>> y, h = minitorch.nn.GRU(10, 20, batch_first=True)(minitorch.zeros(3, 5, 10))
    >>> y.shape, h.shape
    (minitorch.Size([3, 5, 20]), minitorch.Size([1, 3, 20]))
    """

    kind = "GRU"
