"""Recurrent layers: shapes, unbatched input, the cells against the layers, and refusals."""

import numpy as np
import pytest

import minitorch
from minitorch import nn
from minitorch.autograd import gradcheck
from minitorch.errors import (
    ArgumentError,
    ArgumentTypeError,
    DtypeError,
    ShapeError,
)
from minitorch.nn.utils import rnn

KINDS = ["RNN", "LSTM", "GRU"]


def first(state):
    return state[0] if isinstance(state, tuple) else state


@pytest.mark.parametrize("kind", KINDS)
def test_a_cell_repeated_is_the_layer(kind):
    layer, cell = getattr(nn, kind)(3, 4), getattr(nn, f"{kind}Cell")(3, 4)
    cell.load_state_dict({k.removesuffix("_l0"): v for k, v in layer.state_dict().items()})
    x = minitorch.randn(5, 2, 3)
    outputs, last = layer(x)
    state = None
    for t in range(5):
        state = cell(x[t], state)
        assert minitorch.allclose(first(state), outputs[t], atol=1e-6)
    assert minitorch.allclose(first(state), first(last)[0], atol=1e-6)


@pytest.mark.parametrize("kind", KINDS)
def test_the_second_direction_reads_backwards(kind):
    both, one = getattr(nn, kind)(3, 4, bidirectional=True), getattr(nn, kind)(3, 4)
    one.load_state_dict(
        {k.removesuffix("_reverse"): v for k, v in both.state_dict().items() if k.endswith("_reverse")}
    )
    x = minitorch.randn(5, 2, 3)
    outputs, last = both(x)
    backwards, end = one(x.flip(0))
    assert minitorch.allclose(outputs[..., 4:], backwards.flip(0), atol=1e-6)
    assert minitorch.allclose(first(last)[1], first(end)[0], atol=1e-6)


@pytest.mark.parametrize("kind", KINDS)
def test_layouts(kind):
    layer = getattr(nn, kind)(3, 4, num_layers=2, bidirectional=True)
    batch_first = getattr(nn, kind)(3, 4, num_layers=2, bidirectional=True, batch_first=True)
    batch_first.load_state_dict(layer.state_dict())
    x = minitorch.randn(5, 2, 3)
    y, state = layer(x)
    assert y.shape == (5, 2, 8)
    assert first(state).shape == (4, 2, 4)
    z, other = batch_first(x.transpose(0, 1))
    assert minitorch.equal(z.transpose(0, 1), y)
    assert minitorch.equal(first(other), first(state))
    single, last = layer(x[:, 0])
    assert single.shape == (5, 8)
    assert first(last).shape == (4, 4)
    assert minitorch.allclose(single, y[:, 0], atol=1e-6)


def test_an_lstm_follows_its_equations():
    layer = nn.LSTM(2, 3).double()
    w_ih, w_hh, b_ih, b_hh = (p.detach().numpy() for p in layer.parameters())
    x = np.random.default_rng(0).normal(size=(4, 2, 2))
    h = c = np.zeros((2, 3))

    def sigmoid(a):
        return 1 / (1 + np.exp(-a))

    expected = []
    for step in x:
        i, f, g, o = np.split(step @ w_ih.T + b_ih + h @ w_hh.T + b_hh, 4, axis=1)
        c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
        h = sigmoid(o) * np.tanh(c)
        expected.append(h)
    y, (h_n, c_n) = layer(minitorch.tensor(x))
    np.testing.assert_allclose(y.detach().numpy(), expected, atol=1e-12)
    np.testing.assert_allclose(h_n[0].detach().numpy(), h, atol=1e-12)
    np.testing.assert_allclose(c_n[0].detach().numpy(), c, atol=1e-12)


def test_dropout_acts_between_layers_during_training():
    layer = nn.GRU(3, 8, num_layers=2, dropout=0.5)
    x = minitorch.randn(4, 2, 3)
    minitorch.manual_seed(0)
    a = layer(x)[0]
    assert not minitorch.allclose(a, layer(x)[0])
    minitorch.manual_seed(0)
    assert minitorch.equal(a, layer(x)[0])
    layer.eval()
    assert minitorch.equal(layer(x)[0], layer(x)[0])
    with pytest.warns(UserWarning, match="does nothing with num_layers=1"):
        nn.GRU(3, 8, dropout=0.5)


def test_a_recurrent_layer_learns_to_remember():
    minitorch.manual_seed(0)
    layer, head = nn.LSTM(1, 8), nn.Linear(8, 1)
    x = minitorch.randn(6, 32, 1)
    optimizer = minitorch.optim.Adam([*layer.parameters(), *head.parameters()], lr=0.02)
    losses = []
    for _ in range(60):
        _, (h, _) = layer(x)
        loss = nn.MSELoss()(head(h[0]), x[2])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert losses[-1] < 0.3 * losses[0]


def test_weights_are_listed():
    layer = nn.LSTM(2, 3, 2, bidirectional=True)
    assert [len(weights) for weights in layer.all_weights] == [4, 4, 4, 4]
    assert layer.all_weights[1][0] is layer.weight_ih_l0_reverse
    layer.flatten_parameters()
    assert layer.weight_ih_l1.shape == (12, 6)


def test_refused_settings():
    with pytest.raises(ArgumentError, match="proj_size must lie between 0 .* 2, got 3"):
        nn.LSTM(2, 3, proj_size=3)
    with pytest.raises(ArgumentError, match="GRU: only LSTM has proj_size"):
        nn.RNNBase.__init__(nn.GRU(2, 3), 2, 3, proj_size=1)
    with pytest.raises(ArgumentError, match="nonlinearity must be 'tanh' or 'relu', got 'gelu'"):
        nn.RNN(2, 3, nonlinearity="gelu")
    with pytest.raises(ArgumentError, match="RNNCell: nonlinearity"):
        nn.RNNCell(2, 3, nonlinearity="gelu")
    with pytest.raises(ArgumentError, match="hidden_size must be positive, got 0"):
        nn.GRU(2, 0)
    with pytest.raises(ArgumentTypeError, match="input_size must be an integer, got float"):
        nn.GRU(2.0, 3)
    with pytest.raises(ArgumentTypeError, match="bias must be True or False, got 2"):
        nn.LSTM(2, 3, 1, 2)
    with pytest.raises(ArgumentError, match=r"dropout must lie between 0 and 1, got 1\.5"):
        nn.LSTM(2, 3, 2, dropout=1.5)


def test_refused_inputs():
    layer, x = nn.LSTM(2, 3), minitorch.zeros(4, 5, 2)
    state = minitorch.zeros(1, 5, 3)
    with pytest.raises(ArgumentError, match=r"expected an input of 3 dimensions \(time, batch, 2\)"):
        layer(minitorch.zeros(2, 2, 2, 2))
    with pytest.raises(ShapeError, match=r"^LSTM: an input of shape \(4, 5, 7\) does not fit input_size=2"):
        layer(minitorch.zeros(4, 5, 7))
    with pytest.raises(
        DtypeError, match=r"the input is minitorch\.float64, the weights are minitorch\.float32"
    ):
        layer(x.double())
    with pytest.raises(ArgumentTypeError, match=r"hx must be a pair \(h_0, c_0\), got Variable"):
        layer(x, state)
    with pytest.raises(ShapeError, match=r"c_0 has shape \(1, 4, 3\), expected \(1, 5, 3\)"):
        layer(x, (state, minitorch.zeros(1, 4, 3)))
    with pytest.raises(ShapeError, match=r"h_0 has shape \(1, 5, 3\), expected \(1, 3\)"):
        layer(x[:, 0], (state, state))
    with pytest.raises(DtypeError, match=r"h_0 is minitorch\.float64, the input is"):
        layer(x, (state.double(), state.double()))
    with pytest.raises(ArgumentTypeError, match="expected a Tensor or a PackedSequence, got list"):
        layer([x])
    with pytest.raises(ShapeError, match=r"packed data must be \(steps, 2\), got \(3,\)"):
        layer(rnn.pack_sequence([x[:2, 0, 0], x[:1, 0, 0]]))
    with pytest.raises(ShapeError, match="does not fit input_size=2"):
        layer(rnn.pack_sequence([minitorch.zeros(2, 3)]))
    with pytest.raises(ShapeError, match=r"the sequence is empty: input of shape \(0, 5, 2\)"):
        layer(x[:0])
    assert layer(x[:, :0])[0].shape == (4, 0, 3)
    cell = nn.LSTMCell(2, 3)
    with pytest.raises(ArgumentError, match=r"expected an input of shape \(batch, 2\) or \(2\)"):
        cell(x)
    with pytest.raises(ShapeError, match="does not fit input_size=2"):
        cell(minitorch.zeros(5, 3))
    with pytest.raises(ArgumentTypeError, match="pair"):
        cell(x[0], state[0])
    with pytest.raises(ShapeError, match=r"the state has shape \(4, 3\), expected \(5, 3\)"):
        cell(x[0], (minitorch.zeros(4, 3), minitorch.zeros(4, 3)))


@pytest.mark.parametrize("kind", KINDS)
def test_each_packed_sequence_is_read_up_to_its_own_end(kind):
    layer = getattr(nn, kind)(3, 4, num_layers=2, bidirectional=True).double()
    sequences = [minitorch.randn(n, 3, dtype=minitorch.float64) for n in (2, 5, 3)]
    outputs, last = layer(rnn.pack_sequence(sequences, enforce_sorted=False))
    assert isinstance(outputs, rnn.PackedSequence)
    for i, (x, y) in enumerate(zip(sequences, rnn.unpack_sequence(outputs), strict=True)):
        alone, state = layer(x)
        assert minitorch.allclose(y, alone)
        assert minitorch.allclose(first(last)[:, i], first(state))


def test_first_states_of_packed_sequences_keep_their_order():
    layer = nn.GRU(3, 4).double()
    sequences = [minitorch.randn(n, 3, dtype=minitorch.float64) for n in (1, 3, 2)]
    h = minitorch.randn(1, 3, 4, dtype=minitorch.float64)
    _, last = layer(rnn.pack_sequence(sequences, enforce_sorted=False), h)
    for i, x in enumerate(sequences):
        assert minitorch.allclose(last[:, i], layer(x, h[:, i])[1])


def test_gradients_through_packed_sequences():
    layer = nn.LSTM(2, 3, bidirectional=True).double()
    x = minitorch.randn(4, 3, 2, dtype=minitorch.float64, requires_grad=True)

    def function(x, *parameters):
        packed = rnn.pack_padded_sequence(x, [2, 4, 3], enforce_sorted=False)
        outputs, (h, c) = layer(packed)
        return rnn.pad_packed_sequence(outputs)[0], h, c

    assert gradcheck(function, (x, *layer.parameters()), fast_mode=True)
    function(x)[0].sum().backward()
    assert not x.grad[2:, 0].any(), "what lies behind the end counted"


def test_a_projection_shrinks_the_states():
    layer = nn.LSTM(2, 4, proj_size=3).double()
    w_ih, w_hh, b_ih, b_hh, w_hr = (p.detach().numpy() for p in layer.parameters())
    rng = np.random.default_rng(0)
    x, h, c = rng.normal(size=(5, 2, 2)), rng.normal(size=(2, 3)), rng.normal(size=(2, 4))
    y, (h_n, c_n) = layer(minitorch.tensor(x), (minitorch.tensor(h)[None], minitorch.tensor(c)[None]))

    def sigmoid(a):
        return 1 / (1 + np.exp(-a))

    for t, step in enumerate(x):
        i, f, g, o = np.split(step @ w_ih.T + b_ih + h @ w_hh.T + b_hh, 4, axis=1)
        c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
        h = sigmoid(o) * np.tanh(c) @ w_hr.T
        np.testing.assert_allclose(y[t].detach().numpy(), h, atol=1e-12)
    np.testing.assert_allclose(h_n[0].detach().numpy(), h, atol=1e-12)
    np.testing.assert_allclose(c_n[0].detach().numpy(), c, atol=1e-12)


def test_names_of_weights_can_be_looped_over():
    layer = nn.LSTM(2, 3, bidirectional=True)
    for name in layer._flat_weights_names:
        if "weight" in name:
            nn.init.zeros_(layer._parameters[name])
    assert all((w == 0).all() for n, w in layer.named_parameters() if "weight" in n)
    assert layer._flat_weights_names == [n for n, _ in layer.named_parameters()]
