"""Every row of the module table against PyTorch: representation, state, results, gradients, buffers."""

import inspect

import numpy as np
import pytest
from module_table import ROWS, Row, outputs_of

import minitorch

torch = pytest.importorskip("torch")
pytestmark = [pytest.mark.oracle, pytest.mark.filterwarnings("ignore:enable_nested_tensor is True")]

every_row = pytest.mark.parametrize("row", ROWS, ids=[f"{row.name}-{i}" for i, row in enumerate(ROWS)])


def as_array(value):
    return value.detach().numpy()


def pair(row: Row):
    """The module in both libraries, with PyTorch's parameters."""
    theirs = row.build(torch.nn, torch.tensor).double()
    ours = row.build(minitorch.nn, minitorch.tensor).double()
    ours.load_state_dict({k: minitorch.tensor(v.numpy()) for k, v in theirs.state_dict().items()})
    return ours, theirs


def close(a, b, what):
    assert a.shape == b.shape, what
    assert a.dtype == b.dtype, what
    np.testing.assert_allclose(a, b, rtol=1e-7, atol=1e-7, err_msg=what)


def run(module, row, library):
    """Outputs, and gradients of inputs and parameters for a start of decreasing weights."""
    inputs, leaves = row.tensors(library.tensor)
    outputs = outputs_of(module(*inputs))
    total = 0
    for y in outputs:
        if y.is_floating_point():
            start = np.linspace(1.0, 0.3, max(y.numel(), 1)).reshape(tuple(y.shape))
            total = total + (y * library.tensor(start)).sum()
    checked = [*leaves, *(p for p in module.parameters() if p.requires_grad)]
    if checked:
        total.backward()
    return outputs, [p.grad for p in checked]


@every_row
def test_representation_and_state(row):
    ours, theirs = pair(row)
    assert repr(ours) == repr(theirs)
    assert list(ours.state_dict()) == list(theirs.state_dict())
    assert [n for n, _ in ours.named_parameters()] == [n for n, _ in theirs.named_parameters()]
    assert [n for n, _ in ours.named_buffers()] == [n for n, _ in theirs.named_buffers()]
    for a, b in zip(ours.parameters(), theirs.parameters(), strict=True):
        assert a.requires_grad == b.requires_grad


@every_row
@pytest.mark.parametrize("training", [True, False], ids=["train", "eval"])
def test_results_and_gradients(row, training):
    if row.random and training:
        pytest.skip("random in training mode")
    ours, theirs = pair(row)
    ours.train(training)
    theirs.train(training)
    for step in range(2):  # running statistics of the first call count in the second
        (a_outputs, a_grads), (b_outputs, b_grads) = run(ours, row, minitorch), run(theirs, row, torch)
        assert len(a_outputs) == len(b_outputs)
        assert len(a_grads) == len(b_grads)
        for i, (a, b) in enumerate(zip(a_outputs, b_outputs, strict=True)):
            close(as_array(a), as_array(b), f"output {i} of call {step}")
        for i, (a, b) in enumerate(zip(a_grads, b_grads, strict=True)):
            assert (a is None) == (b is None)
            if a is not None:
                close(as_array(a), as_array(b), f"gradient {i} of call {step}")
    for (name, a), b in zip(ours.state_dict().items(), theirs.state_dict().values(), strict=True):
        close(as_array(a), as_array(b), name)


@pytest.mark.parametrize("name", sorted({row.name for row in ROWS}))
def test_signature(name):
    def signature(kind):
        parameters = inspect.signature(kind.__init__).parameters.values()
        return [(p.name, getattr(p.default, "__name__", p.default), p.kind) for p in parameters]

    theirs = signature(getattr(torch.nn, name))
    if any(p[0] == "args" for p in theirs):
        pytest.skip("PyTorch takes *args here")
    ours = signature(getattr(minitorch.nn, name))
    known = {parameter[0] for parameter in ours}
    assert ours == [p for p in theirs if p[0] in known], "names, order and defaults"
    missing = {p[0] for p in theirs} - known
    assert missing <= {"min_value", "max_value"}, missing


LARGE = {
    "Linear": lambda nn: nn.Linear(150, 90),
    "Bilinear": lambda nn: nn.Bilinear(30, 20, 40),
    "Conv1d": lambda nn: nn.Conv1d(16, 128, 9),
    "Conv2d": lambda nn: nn.Conv2d(16, 128, 5, groups=2),
    "ConvTranspose2d": lambda nn: nn.ConvTranspose2d(32, 64, 4),
    "Embedding": lambda nn: nn.Embedding(200, 60),
    "EmbeddingBag": lambda nn: nn.EmbeddingBag(200, 60, padding_idx=3),
    "LSTM": lambda nn: nn.LSTM(40, 50, 2, bidirectional=True),
    "LSTM with a projection": lambda nn: nn.LSTM(40, 50, proj_size=30),
    "MultiheadAttention": lambda nn: nn.MultiheadAttention(40, 4),
    "MultiheadAttention of other sizes": lambda nn: nn.MultiheadAttention(40, 4, kdim=50, vdim=60),
    "TransformerEncoderLayer": lambda nn: nn.TransformerEncoderLayer(40, 4, 50),
    "Transformer": lambda nn: nn.Transformer(40, 4, 1, 1, 50),
    "GRUCell": lambda nn: nn.GRUCell(40, 50),
    "PReLU": lambda nn: nn.PReLU(3),
    "BatchNorm2d": lambda nn: nn.BatchNorm2d(4),
    "LayerNorm": lambda nn: nn.LayerNorm(5),
    "GroupNorm": lambda nn: nn.GroupNorm(2, 4),
    "RMSNorm": lambda nn: nn.RMSNorm(4),
}


@pytest.mark.parametrize("name", LARGE)
def test_initial_distributions(name):
    minitorch.manual_seed(0)
    torch.manual_seed(0)
    ours, theirs = LARGE[name](minitorch.nn), LARGE[name](torch.nn)
    for (key, a), b in zip(ours.named_parameters(), theirs.parameters(), strict=True):
        a, b = as_array(a), as_array(b)
        assert (a.shape, a.dtype) == (b.shape, b.dtype)
        same_distribution(a, b, key)
    for a, b in zip(ours.buffers(), theirs.buffers(), strict=True):
        np.testing.assert_array_equal(as_array(a), as_array(b))


INITIALISERS = [
    ("uniform_", (-1.0, 3.0), (60, 50)),
    ("normal_", (1.0, 2.0), (60, 50)),
    ("trunc_normal_", (0.5, 1.0, -1.0, 0.8), (60, 50)),
    ("constant_", (0.3,), (4, 5)),
    ("ones_", (), (4, 5)),
    ("zeros_", (), (4, 5)),
    ("eye_", (), (4, 6)),
    ("dirac_", (), (5, 3, 3)),
    ("dirac_", (2,), (6, 2, 3, 4)),
    ("xavier_uniform_", (2.0,), (60, 10, 5)),
    ("xavier_normal_", (0.5,), (60, 50)),
    ("kaiming_uniform_", (0.3, "fan_out"), (60, 10, 5)),
    ("kaiming_uniform_", (0, "fan_in", "relu"), (60, 50)),
    ("kaiming_normal_", (0, "fan_in", "tanh"), (60, 50)),
    ("orthogonal_", (), (60, 50)),
    ("orthogonal_", (1.5,), (20, 10, 5)),
    ("sparse_", (0.3, 0.5), (60, 50)),
]


@pytest.mark.parametrize(("name", "args", "shape"), INITIALISERS)
def test_initialisers(name, args, shape):
    minitorch.manual_seed(0)
    torch.manual_seed(0)
    a, b = minitorch.empty(*shape), torch.empty(*shape)
    assert getattr(minitorch.nn.init, name)(a, *args) is a
    getattr(torch.nn.init, name)(b, *args)
    a, b = as_array(a), as_array(b)
    same_distribution(a, b, name)
    if name == "orthogonal_":
        gram = [
            m @ m.T if len(m) < m[0].size else m.T @ m for m in (a.reshape(len(a), -1), b.reshape(len(b), -1))
        ]
        np.testing.assert_allclose(gram[0], gram[1], atol=1e-5)
    if name == "sparse_":
        np.testing.assert_array_equal((a == 0).sum(0), (b == 0).sum(0))


def same_distribution(a, b, what):
    """Two samples of one distribution, as far as moments and quantiles can tell; constants are equal."""
    if a.size < 1000:
        if b.std() < 1e-12 or len(np.unique(b)) <= 2:
            np.testing.assert_array_equal(a, b, err_msg=what)
        else:  # few numbers: at least their bounds
            assert np.abs(a).max() <= np.abs(b).max() * 1.25, what
            assert abs(a.std() / b.std() - 1) < 0.35, what
        return
    spread = b.std()
    quantiles = np.linspace(0.02, 0.98, 13)
    distance = np.abs(np.quantile(a, quantiles) - np.quantile(b, quantiles)).max()
    assert distance < 12 * spread / np.sqrt(a.size), what
    assert abs(a.mean() - b.mean()) < 6 * spread / np.sqrt(a.size), what
    assert abs(a.std() / spread - 1) < 6 / np.sqrt(a.size), what


@pytest.mark.parametrize("name", ["linear", "conv2d", "sigmoid", "tanh", "relu", "leaky_relu", "selu"])
def test_gain(name):
    assert minitorch.nn.init.calculate_gain(name) == torch.nn.init.calculate_gain(name)
    assert minitorch.nn.init.calculate_gain("leaky_relu", 0.2) == torch.nn.init.calculate_gain(
        "leaky_relu", 0.2
    )
