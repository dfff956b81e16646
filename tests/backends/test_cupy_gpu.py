"""What only a GPU shows: streams, events, memory, pinned copies, and training steps that the CPU does not wait for.

That a step waits for nothing is proven twice: CUDA, which tells CUPTI of every call, is not asked to wait in it, nor to
copy to the CPU; and it can be captured, which CUDA refuses for such calls.
"""

import re

import cupti
import numpy as np
import pytest

import minitorch
from minitorch import nn, optim
from minitorch.errors import ArgumentError, BackendError

pytestmark = [
    pytest.mark.gpu,
    pytest.mark.skipif(not minitorch.cuda.is_available(), reason="no GPU here"),
]
cuda = minitorch.cuda
F = nn.functional


def test_what_the_gpu_is():
    found = cuda.get_device_properties()
    assert found.name == cuda.get_device_name()
    assert cuda.get_device_capability() == (found.major, found.minor)
    assert found.total_memory > 2**30
    assert cuda.current_device() == 0
    assert cuda.is_initialized()
    with pytest.raises(BackendError, match="counted from 0"):
        minitorch.ones(1, device=f"cuda:{cuda.device_count()}")
    with pytest.raises(ArgumentError, match="expected a GPU"):
        cuda.get_device_name("cpu")


def test_cudnn_says_whether_it_is_there():
    from minitorch_cupy import frontend

    found = minitorch.backends.cudnn.version()
    assert minitorch.backends.cudnn.is_available() == (frontend.library() is not None)
    assert (found is None) == (frontend.library() is None)
    assert found is None or found >= 90000


def test_memory_is_counted():
    cuda.synchronize()
    before = cuda.memory_allocated()
    cuda.reset_peak_memory_stats()
    x = minitorch.zeros(1 << 20, device="cuda")
    assert cuda.memory_allocated() - before == 4 << 20
    y = x + 1
    del x, y
    assert cuda.memory_allocated() == before
    assert cuda.max_memory_allocated() - before == 8 << 20
    assert cuda.memory_reserved() >= 8 << 20
    assert cuda.max_memory_reserved() >= cuda.memory_reserved()
    cuda.empty_cache()
    free, total = cuda.mem_get_info()
    assert 0 < free <= total


def test_a_count_of_memory_can_be_ended():
    """It is a hook on every allocation, which a program that takes times does not want."""
    from minitorch_cupy import runtime
    from minitorch_cupy.peaks import PoolMemory

    cuda.reset_peak_memory_stats()
    assert PoolMemory.count is not None
    runtime.stop_counting()
    assert PoolMemory.count is None
    assert cuda.max_memory_allocated() >= cuda.memory_allocated()


def test_streams_and_events():
    start, end = cuda.Event(enable_timing=True), cuda.Event(enable_timing=True)
    x = minitorch.randn(512, 512, device="cuda")
    side = cuda.Stream()
    start.record()
    side.wait_stream(cuda.current_stream())
    with cuda.stream(side):
        assert cuda.current_stream() == side
        y = x @ x
    cuda.current_stream().wait_stream(side)
    end.record()
    end.synchronize()
    assert end.query()
    assert start.elapsed_time(end) > 0
    assert cuda.current_stream() == cuda.default_stream()
    assert minitorch.allclose(y.cpu(), x.cpu() @ x.cpu(), atol=0.2)  # TF32 on some GPUs


def test_pinned_memory():
    x = minitorch.arange(1000.0)
    pinned = x.pin_memory()
    assert pinned.is_pinned()
    assert not x.is_pinned()
    assert pinned.pin_memory() is pinned
    assert minitorch.equal(pinned, x)
    moved = [pinned.to("cuda", non_blocking=True) for _ in range(10)]
    del pinned
    assert all(minitorch.equal(y.cpu(), x) for y in moved)
    assert minitorch.zeros(3, pin_memory=True).is_pinned()


def test_arrays_of_other_libraries():
    cupy = pytest.importorskip("cupy")
    a = cupy.arange(3.0)
    x = minitorch.from_dlpack(a)
    x[0] = 5
    assert float(a[0]) == 5
    assert minitorch.as_tensor(a).device.type == "cuda"
    assert cupy.from_dlpack(x).tolist() == [5.0, 1.0, 2.0]


def test_random_numbers_are_those_of_philox():
    """NumPy draws on the CPU; here the same seed gives the same numbers on every GPU, whatever its size."""
    from minitorch_cupy import random

    key, counter, rounds = (0x12345678, 0x9ABCDEF0), [7, 0, 0, 0], 10
    expected = counter
    k0, k1 = key
    for _ in range(rounds):
        a, b = 0xD2511F53 * expected[0], 0xCD9E8D57 * expected[2]
        expected = [
            (b >> 32) ^ expected[1] ^ k0,
            b & 0xFFFFFFFF,
            (a >> 32) ^ expected[3] ^ k1,
            a & 0xFFFFFFFF,
        ]
        k0, k1 = (k0 + 0x9E3779B9) & 0xFFFFFFFF, (k1 + 0xBB67AE85) & 0xFFFFFFFF
    generator = random.Generator(key[1] << 32 | key[0])
    generator.offset = counter[0]
    drawn = generator.uniform((4,), np.dtype("float32")).tolist()
    assert drawn == [(e >> 8) / 2**24 for e in expected]


@pytest.mark.parametrize("dtype", [minitorch.float32, minitorch.float64, minitorch.float16])
def test_random_numbers_have_their_distribution(dtype):
    u = minitorch.rand(100_003, device="cuda", dtype=dtype).double().cpu()
    z = minitorch.randn(100_003, device="cuda", dtype=dtype).double().cpu()
    assert u.min() >= 0
    assert u.max() < 1
    assert abs(u.mean().item() - 0.5) < 0.01
    assert abs(z.mean().item()) < 0.02
    assert abs(z.std().item() - 1) < 0.02
    order = minitorch.randperm(1000, device="cuda")
    assert minitorch.equal(order.sort().values.cpu(), minitorch.arange(1000))


# Graphs ---------------------------------------------------------------------------------------------------


def model(kind):
    """A network, an input, and a target."""
    minitorch.manual_seed(0)
    if kind == "mlp":
        net = nn.Sequential(nn.Linear(16, 32), nn.GELU(), nn.LayerNorm(32), nn.Dropout(0.2), nn.Linear(32, 5))
        x = minitorch.randn(8, 16)
    elif kind == "cnn":
        net = nn.Sequential(
            nn.Conv2d(3, 8, 3, padding=1), nn.BatchNorm2d(8), nn.ReLU(), nn.MaxPool2d(2),
            nn.Flatten(), nn.Linear(8 * 16, 5),
        )  # fmt: skip
        x = minitorch.randn(8, 3, 8, 8)
    elif kind == "lstm":

        class Net(nn.Module):
            def __init__(self):
                super().__init__()
                self.cells, self.head = nn.LSTM(6, 12, 2, batch_first=True), nn.Linear(12, 5)

            def forward(self, x):
                return self.head(self.cells(x)[0][:, -1])

        net, x = Net(), minitorch.randn(8, 7, 6)
    else:
        layer = nn.TransformerEncoderLayer(16, 4, 32, dropout=0.1, batch_first=True)
        net = nn.Sequential(nn.TransformerEncoder(layer, 2), nn.Flatten(), nn.Linear(16 * 6, 5))
        x = minitorch.randn(8, 6, 16)
    return net.cuda(), x.cuda(), minitorch.randint(0, 5, (8,)).cuda()


OPTIMIZERS = {
    "sgd": lambda p: optim.SGD(p, lr=0.01, momentum=0.9),
    "adamw": lambda p: optim.AdamW(p, lr=0.01, capturable=True),
}


def step_of(net, steps, half=None):
    """A whole training step, with clipped gradients."""

    def step(x, target):
        with minitorch.autocast("cuda", half or minitorch.bfloat16, enabled=half is not None):
            loss = F.cross_entropy(net(x), target)
        steps.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        steps.step()
        return loss

    return step


WAITS = re.compile(r"Synchronize|DtoH|^(cuMemFree|cudaFree|cudaMemcpy)(_v\d+)?$")  # freeing waits as well


def waits_of(work):
    """The calls by which the CPU waited for the GPU."""
    if cupti.library() is None:
        pytest.skip("CUPTI (pip install nvidia-cuda-cupti) is not there to count calls")
    try:
        with cupti.calls() as names:
            work()
    except RuntimeError as error:
        if str(error).startswith("cupti"):
            pytest.skip(f"CUPTI does not report: {error}")
        raise
    assert names, "CUPTI reported nothing at all"
    return [name for name in names if WAITS.search(name)]


@pytest.mark.parametrize(
    "ask", [lambda x: x.sum().item(), lambda x: x.cpu(), lambda x: x[x > 0], lambda x: cuda.synchronize()]
)
def test_what_waits_is_noticed(ask):
    """Without this, the test below would prove nothing."""
    x = minitorch.ones(4, device="cuda")
    ask(x)
    assert waits_of(lambda: ask(x))


@pytest.mark.parametrize("half", [None, minitorch.bfloat16])
@pytest.mark.parametrize("rule", OPTIMIZERS)
@pytest.mark.parametrize("kind", ["mlp", "cnn", "lstm", "transformer"])
def test_a_step_waits_for_nothing(kind, rule, half):
    """Also under autocast."""
    net, x, target = model(kind)
    plain = step_of(net, OPTIMIZERS[rule](net.parameters()), half)

    def step():
        plain(x, target)

    for _ in range(3):
        step()
    assert waits_of(step) == []


@pytest.mark.parametrize("rule", OPTIMIZERS)
@pytest.mark.parametrize("kind", ["mlp", "cnn", "lstm", "transformer"])
def test_a_captured_step_is_the_step(kind, rule):
    """Losses of ten replays are those of ten steps, dropout's seeds and the optimizer's counts included."""
    losses = []
    for captured in (False, True):
        net, x, target = model(kind)
        step = step_of(net, OPTIMIZERS[rule](net.parameters()))
        minitorch.manual_seed(1)
        history = [step(x, target).item() for _ in range(3)]
        if captured:
            recording = cuda.CUDAGraph()
            with cuda.graph(recording):
                loss = step(x, target)
            for _ in range(10):
                recording.replay()
                history.append(loss.item())
        else:
            history += [step(x, target).item() for _ in range(10)]
        losses.append(history)
    np.testing.assert_allclose(losses[1], losses[0], rtol=1e-3)
    assert losses[0][-1] < losses[0][0]


def test_replays_read_new_inputs_and_draw_new_numbers():
    x = minitorch.zeros(1000, device="cuda")
    F.dropout(x + 1)
    recording = cuda.CUDAGraph()
    with cuda.graph(recording):
        y = F.dropout(x + 1)
    x.fill_(1)
    recording.replay()
    first = y.clone()
    recording.replay()
    assert set(first.tolist()) == {0.0, 4.0}
    assert not minitorch.equal(first, y)


def test_seeds_reach_graphs():
    minitorch.rand(4, device="cuda")
    recording = cuda.CUDAGraph()
    with cuda.graph(recording):
        y = minitorch.rand(4, device="cuda")
    minitorch.manual_seed(3)
    recording.replay()
    first = y.tolist()
    minitorch.manual_seed(3)
    assert minitorch.rand(4, device="cuda").tolist() == first


@pytest.mark.parametrize(
    "ask",
    [
        lambda x: x.sum().item(),
        lambda x: x.tolist(),
        lambda x: bool(x.sum() > 0),
        lambda x: x.cpu(),
        lambda x: str(x),
        lambda x: x[x > 0],
        lambda x: x + minitorch.ones(4).cuda(),
        lambda x: x.nonzero(),
        lambda x: minitorch.linalg.svd(x.reshape(2, 2)),
    ],
)
def test_what_cannot_be_captured_says_why(ask):
    x = minitorch.ones(4, device="cuda")
    with pytest.raises(BackendError, match="captured"), cuda.graph(cuda.CUDAGraph()):
        ask(x)
    assert not cuda.is_current_stream_capturing()
    assert (x + 1).tolist() == [2.0] * 4  # everything goes on
    with cuda.graph(cuda.CUDAGraph()):
        x + 1


def test_captures_do_not_nest():
    with (
        pytest.raises(BackendError, match="nest"),
        cuda.graph(cuda.CUDAGraph()),
        cuda.graph(cuda.CUDAGraph()),
    ):
        pass


def test_graphed_callables_train_as_the_module_does():
    found = []
    for graphed in (False, True):
        minitorch.manual_seed(0)
        net = nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 1)).cuda()
        x = minitorch.randn(16, 4, device="cuda", requires_grad=True)
        call = cuda.make_graphed_callables(net, (x.detach().clone().requires_grad_(),)) if graphed else net
        steps = optim.SGD(net.parameters(), lr=0.1)
        history = []
        for _ in range(5):
            loss = call(x).square().mean()
            steps.zero_grad()
            loss.backward()
            steps.step()
            history.append(loss.item())
        found.append((history, x.grad.tolist()))
    np.testing.assert_allclose(found[1][0], found[0][0], rtol=1e-4)
    np.testing.assert_allclose(found[1][1], found[0][1], rtol=1e-3, atol=1e-6)
