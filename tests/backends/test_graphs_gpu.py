"""Graphs on a GPU: what they read and count, autocast and scaled steps in them, and captures that fail.

That captured steps are the steps without a capture is shown in test_cupy_gpu.py.
"""

import numpy as np
import pytest

import minitorch
from minitorch import nn, optim
from minitorch.errors import BackendError

pytestmark = [
    pytest.mark.gpu,
    pytest.mark.skipif(not minitorch.cuda.is_available(), reason="no GPU here"),
]
cuda = minitorch.cuda
F = nn.functional

NETS = {  # each for images of 3 × 8 × 8
    "mlp": lambda: [nn.Flatten(), nn.Linear(192, 32), nn.GELU(), nn.LayerNorm(32), nn.Dropout(0.2)],
    "cnn": lambda: [nn.Conv2d(3, 8, 3), nn.BatchNorm2d(8), nn.ReLU(), nn.Flatten(), nn.Linear(288, 32)],
    "transformer": lambda: [
        nn.Flatten(2),
        nn.TransformerEncoderLayer(64, 4, 32, dropout=0.1, batch_first=True),
        nn.Flatten(),
        nn.Linear(192, 32),
    ],
}


def model(kind):
    """A network, an input, and a target."""
    minitorch.manual_seed(0)
    net = nn.Sequential(*NETS[kind](), nn.ReLU(), nn.Linear(32, 5))
    return net.cuda(), minitorch.randn(16, 3, 8, 8).cuda(), minitorch.randint(0, 5, (16,)).cuda()


def test_a_number_in_a_capture_says_how_to_go_on():
    x = minitorch.ones(4, device="cuda")
    expected = pytest.raises(BackendError, match=r"not known before the replay.*boolean masks")
    with expected, cuda.graph(cuda.CUDAGraph()):
        x.sum().item()


def test_a_capture_that_cannot_begin_changes_nothing():
    """CUDA captures nothing in the default stream."""
    x = minitorch.rand(4, device="cuda")
    state, before = cuda.get_rng_state(), cuda.memory_allocated()
    refused = pytest.raises(BackendError, match=r"cannot begin.*minitorch\.cuda\.Stream\(\)")
    with refused, cuda.graph(cuda.CUDAGraph(), stream=cuda.default_stream()):
        x + 1
    assert cuda.current_stream() == cuda.default_stream()
    assert not cuda.is_current_stream_capturing()
    assert minitorch.equal(cuda.get_rng_state(), state)
    y = minitorch.zeros(1 << 20, device="cuda")  # from the memory of all, not of the graph
    assert cuda.memory_allocated() - before >= 4 << 20
    y = y[:16].reshape(4, 4)
    x @ y
    recording = cuda.CUDAGraph()
    with cuda.graph(recording):
        z = x @ y
    recording.replay()
    assert z.tolist() == [0.0] * 4


def test_replays_in_several_streams_go_on_counting():
    """Each replay is a step of Adam, whichever stream it is in."""
    found = []
    for several in (False, True):
        w = minitorch.ones(1000, device="cuda", requires_grad=True)
        steps = optim.Adam([w], lr=0.1, capturable=True)

        def step(w=w, steps=steps):
            steps.zero_grad()
            (w * w).sum().backward()
            steps.step()

        step()
        recording = cuda.CUDAGraph()
        with cuda.graph(recording):
            step()
        streams = [cuda.Stream(), cuda.Stream()]
        for i in range(10):
            if several:
                one, other = streams[i % 2], streams[1 - i % 2]
                one.wait_stream(other)
                with cuda.stream(one):
                    recording.replay()
            else:
                recording.replay()
        cuda.synchronize()
        found.append(w.tolist())
    assert found[0] == found[1]
    assert found[0][0] < 0.5


def test_a_graph_reads_the_learning_rate():
    w = minitorch.ones(4, device="cuda", requires_grad=True)
    rate = minitorch.tensor(0.5, device="cuda")
    steps = optim.SGD([w], lr=rate)

    def step():
        steps.zero_grad()
        w.sum().backward()
        steps.step()

    step()
    recording = cuda.CUDAGraph()
    with cuda.graph(recording):
        step()
    recording.replay()
    assert w.tolist() == [0.0] * 4
    rate.fill_(2.0)
    recording.replay()
    assert w.tolist() == [-2.0] * 4
    steps.param_groups[0]["lr"] = 0.5
    with pytest.raises(BackendError, match="SGD: lr of parameter group 0 was"):
        recording.replay()


@pytest.mark.parametrize("dtype", [minitorch.float16, minitorch.bfloat16])
@pytest.mark.parametrize("kind", NETS)
def test_autocast_with_and_without_a_graph(kind, dtype):
    """Losses of a step in half precision are those of its replays; weights are cast in each of them anew."""
    losses = []
    for captured in (False, True):
        net, x, target = model(kind)
        steps = optim.AdamW(net.parameters(), lr=0.01, capturable=True)
        minitorch.manual_seed(1)

        def step(net=net, x=x, target=target, steps=steps):
            with minitorch.autocast("cuda", dtype):
                y = net(x)
                loss = F.cross_entropy(y, target)
            steps.zero_grad()
            loss.backward()
            steps.step()
            return y, loss

        history = []
        for _ in range(3):
            y, loss = step()
            history.append(loss.item())
        assert y.dtype is dtype
        assert loss.dtype is minitorch.float32
        assert all(p.dtype is p.grad.dtype is minitorch.float32 for p in net.parameters())
        if captured:
            recording = cuda.CUDAGraph()
            with cuda.graph(recording):
                _, loss = step()
            for _ in range(10):
                recording.replay()
                history.append(loss.item())
        else:
            history += [step()[1].item() for _ in range(10)]
        losses.append(history)
    np.testing.assert_allclose(losses[1], losses[0], rtol=5e-2, atol=1e-2)
    assert losses[0][-1] < losses[0][0]


def test_a_scaled_step_around_a_graph():
    """Forward and backward are replayed; the scaler's step, which waits, comes after them."""
    losses = []
    for captured in (False, True):
        net, x, target = model("mlp")
        steps, scaler = (
            optim.SGD(net.parameters(), lr=0.01, momentum=0.9),
            minitorch.amp.GradScaler("cuda", init_scale=256.0),
        )
        minitorch.manual_seed(1)

        def walk(net=net, x=x, target=target, scaler=scaler):
            with minitorch.autocast("cuda", minitorch.float16):
                loss = F.cross_entropy(net(x), target)
            scaler.scale(loss).backward()
            return loss

        def finish(steps=steps, scaler=scaler):
            scaler.step(steps)
            scaler.update()

        history = []
        for _ in range(3):
            steps.zero_grad()
            history.append(walk().item())
            finish()
        recording = cuda.CUDAGraph()
        steps.zero_grad()
        if captured:
            with cuda.graph(recording):
                loss = walk()
        for _ in range(5):
            if captured:
                recording.replay()
                finish()
                history.append(loss.item())
            else:
                steps.zero_grad()
                history.append(walk().item())
                finish()
        losses.append(history)
    np.testing.assert_allclose(losses[1], losses[0], rtol=5e-2, atol=1e-2)
