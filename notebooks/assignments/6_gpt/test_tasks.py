"""Tests of assignment 6. A message says what to look at; what would be right is computed here another way."""

import math
from pathlib import Path

import numpy as np

import minitorch
from minitorch import nn
from minitorch.coursework import same, task
from minitorch.nn import functional as F
from minitorch.testing import compare_with_reference, count_ops, samples

HINTS = {
    "6.1": [
        "Take away the maximum along `dim`. `x.amax(dim, keepdim=True)` keeps the dim, so that it broadcasts.",
        "Two lines: e = exp(x − maximum), and e divided by its sum along `dim`, again with keepdim=True.",
    ],
    "6.2": [
        "`k.transpose(-1, -2)` turns the last two dims, however many there are before them.",
        "`minitorch.ones(L, S, dtype=minitorch.bool).tril()` is True where a query may look. `masked_fill` puts "
        "−∞ where a condition is True: `~allowed`.",
        "The mask belongs between the scores and the softmax.",
    ],
    "6.3": [
        "`self.qkv(x).split(width, dim=2)` gives the three thirds.",
        "reshape a third to (batch, time, heads, width/heads): there a head's numbers stand together. Then "
        "`transpose(1, 2)` puts the heads before the time. On the way back first transpose, then reshape.",
    ],
    "6.4": [
        "`self.which(numbers)` is (batch, time, width); `self.where(minitorch.arange(time))` is (time, width) and "
        "broadcasts.",
        "Each of the two lines of a block has the form x = x + part(norm(x)).",
    ],
    "6.5": [
        "`logits.topk(k).values[-1]` is the least logit that may stay. −∞ is the logit of the impossible.",
        "`numbers[None, -model.length :]` is a batch of one with the last positions; `[0, -1]` of the logits "
        "belongs to its last position. `minitorch.cat` appends.",
    ],
    "6.6": [
        "A piece of length + 1 characters holds both x and y: all but the last, and all but the first.",
        "`numbers[starts + minitorch.arange(length + 1)]` with starts of shape (size, 1) takes all pieces at once.",
        "Each update: zero_grad, backward, step, and a step of the schedule. `loss.item()` is the number to keep.",
    ],
}


# The right answers --------------------------------------------------------------------------------------------


def right_attention(q, k, v, causal=False):
    """Attention by other functions than the student needs."""
    scores = minitorch.einsum("...id,...jd->...ij", q, k) / math.sqrt(q.shape[-1])
    if causal:
        future = np.triu(np.ones(scores.shape[-2:], dtype=bool), 1)
        scores = scores + minitorch.tensor(np.where(future, -np.inf, 0.0), dtype=scores.dtype)
    weights = F.softmax(scores, dim=-1)
    return minitorch.einsum("...ij,...je->...ie", weights, v), weights


def right_heads(module, x):
    """What MultiHead should give, head by head."""
    width = x.shape[2]
    each = width // module.heads
    w, b = module.qkv.weight, module.qkv.bias
    results = []
    for h in range(module.heads):
        q, k, v = (
            F.linear(x, w[start : start + each], b[start : start + each])
            for start in range(h * each, 3 * width, width)
        )
        results.append(right_attention(q, k, v, causal=True)[0])
    return module.out(minitorch.cat(results, dim=2))


# 6.1 ----------------------------------------------------------------------------------------------------------


@task("6.1", points=2)
def test_softmax(submission):
    """softmax and its gradient, along several dims"""
    for dim, shapes in ((-1, "n 5"), (0, "4 n"), (1, "b 3 n")):
        compare_with_reference(
            lambda x, dim=dim: submission.softmax(x, dim),
            lambda x, dim=dim: F.softmax(x, dim=dim),
            samples(shapes),
            name=f"softmax(x, {dim})",
        )


@task("6.1", points=1)
def test_softmax_of_large_numbers(submission):
    """large numbers and −∞"""
    for scale in (1e2, 1e4):
        y = submission.softmax(minitorch.tensor([[1.0, 2.0, 3.0], [-3.0, -2.0, -1.0]]) * scale, 1)
        assert bool(minitorch.isfinite(y).all()), (
            f"with numbers up to {3 * scale:g} there is a NaN or an infinity in the result: exp overflows, or the sum "
            f"underflows to 0. Which number can be taken away from all, so that the largest exponent is 0?"
        )
        assert np.allclose(y.sum(1).tolist(), 1), f"with numbers up to {3 * scale:g} rows do not add up to 1"
    y = submission.softmax(minitorch.tensor([0.0, -math.inf, 0.0]), 0)
    assert y.tolist() == [0.5, 0.0, 0.5], (
        "of the numbers 0, −∞, 0 the second should be impossible, and the others equally likely"
    )


@task("6.1", points=1)
def test_softmax_is_written_by_hand(submission):
    """whole-tensor operations, of one's own"""
    with count_ops(at_most={"softmax": 0, "log_softmax": 0, "logsumexp": 0, "softmin": 0}) as ops:
        submission.softmax(minitorch.rand(50, 40), 1)
    assert ops.total > 0, "softmax does not compute with minitorch at all"
    assert ops.total <= 12, (
        f"{ops.total} operations for 50 rows: is there a loop over rows? Work on the whole tensor"
    )


# 6.2 ----------------------------------------------------------------------------------------------------------


def compare_attention(submission, causal, inputs):
    """Values and gradients of both results."""
    compare_with_reference(
        lambda q, k, v: submission.attention(q, k, v, causal=causal),
        lambda q, k, v: right_attention(q, k, v, causal),
        inputs,
        name=f"attention(q, k, v, causal={causal})",
    )


@task("6.2", points=2)
def test_attention(submission):
    """attention without a mask, with its gradients"""
    with count_ops(at_most={"attention": 0}):
        submission.attention(*minitorch.rand(3, 4, 2).unbind(0))
    compare_attention(submission, False, samples("L d", "S d", "S e", empty=False))
    compare_attention(submission, False, samples("2 3 L d", "2 3 S d", "2 3 S e", empty=False, layouts=[]))


@task("6.2", points=1)
def test_causal_weights(submission):
    """weights with a mask"""
    minitorch.manual_seed(1)
    q, k, v = minitorch.randn(3, 6, 4).unbind(0)
    _, weights = submission.attention(q, k, v, causal=True)
    future = weights.triu(1)
    assert not bool(minitorch.isnan(weights).any()), (
        "there is a NaN among the weights: 0 · ∞, or a row with −∞ only?"
    )
    assert not bool(future.any()), (
        "a position sees its future: row i of the weights should be exactly 0 after column i"
    )
    assert bool(weights.tril().sum(1).bool().all()), (
        "a position sees nothing: it may see itself and what came before"
    )
    assert np.allclose(weights.sum(1).tolist(), 1, atol=1e-5), (
        "rows of the weights do not add up to 1: the mask belongs before the softmax, as −∞"
    )


@task("6.2", points=1)
def test_causal_attention(submission):
    """attention with a mask, with its gradients"""
    compare_attention(submission, True, samples("n d", "n d", "n e", empty=False))


@task("6.2", points=1)
def test_no_position_sees_its_future(submission):
    """no gradient reaches the future"""
    minitorch.manual_seed(2)
    n = 6
    q, k, v = (x.clone().requires_grad_() for x in minitorch.randn(3, 2, n, 4).unbind(0))
    result, _ = submission.attention(q, k, v, causal=True)
    assert result.requires_grad, "the result is not part of the graph"
    for i in range(n):
        grads = minitorch.autograd.grad(result[:, i].sum(), (k, v), retain_graph=True, allow_unused=True)
        assert None not in grads, (
            "the result does not depend on the keys and the values: was something detached?"
        )
        for name, g in zip(("keys", "values"), grads, strict=True):
            assert not bool(g[:, i + 1 :].any()), (
                f"the result at position {i} depends on the {name} of later positions: their gradient is not 0"
            )
        assert bool(grads[1][:, : i + 1].all()), (
            f"the result at position {i} should depend on the values at positions 0 … {i}, itself included"
        )


@task("6.2", points=1, hidden=True)
def test_attention_of_other_shapes(submission):
    """other shapes"""
    compare_attention(submission, False, samples("b 1 d", "b S d", "b S 2", seed=11, empty=False, layouts=[]))
    compare_attention(
        submission, True, samples("b h n 5", "b h n 5", "b h n 3", seed=12, empty=False, layouts=[])
    )


# 6.3 ----------------------------------------------------------------------------------------------------------


def heads_and_input(submission, width=12, heads=3, seed=3):
    """A module with known random weights, and something to read."""
    minitorch.manual_seed(seed)
    module = submission.MultiHead(width, heads)
    return module, minitorch.randn(2, 5, width)


@task("6.3", points=2)
def test_split(submission):
    """queries, keys and values of each head"""
    module, x = heads_and_input(submission)
    parts = module.split(x)
    assert len(parts) == 3, f"split should give q, k and v; it gives {len(parts)} tensors"
    both = F.linear(x, module.qkv.weight, module.qkv.bias)
    for third, (name, part) in enumerate(zip(("q", "k", "v"), parts, strict=True)):
        assert tuple(part.shape) == (2, 3, 5, 4), (
            f"of (2, 5, 12) with 3 heads {name} should be (batch, heads, time, width/heads) = (2, 3, 5, 4), "
            f"and is {tuple(part.shape)}"
        )
        for h in range(3):
            start = 12 * third + 4 * h
            same(
                part[:, h].detach(),
                both[:, :, start : start + 4].detach(),
                f"{name} of head {h} is wrong: at every time it is a part of the {('first', 'second', 'last')[third]} "
                f"third of qkv's output. Did a reshape mix time and heads?",
                tolerance=1e-5,
            )


@task("6.3", points=2)
def test_multi_head(submission):
    """the whole module, with its gradients"""
    for width, heads in ((12, 3), (8, 1), (8, 4)):
        module, _ = heads_and_input(submission, width, heads)
        compare_with_reference(
            lambda x, module=module: module(x),
            lambda x, module=module: right_heads(module, x),
            samples(("b", "n", width), dtypes=[minitorch.float32], empty=False, layouts=["transposed"]),
            name=f"MultiHead({width}, {heads})",
            rtol=1e-3,
            atol=1e-5,
        )


@task("6.3", points=1)
def test_heads_without_a_loop(submission):
    """no loop over heads"""
    counts = []
    for heads in (1, 12):
        module, x = heads_and_input(submission, 24, heads)
        with count_ops() as ops:
            module(x)
        counts.append(ops.total)
    assert counts[0] == counts[1], (
        f"with 1 head {counts[0]} operations run, with 12 heads {counts[1]}: heads should be a dim, not a loop"
    )


# 6.4 ----------------------------------------------------------------------------------------------------------


class Scaled(nn.Module):
    """Stands for a part of a block, so that mistakes in other tasks do not matter."""

    def __init__(self, factor):
        super().__init__()
        self.factor = factor

    def forward(self, x):
        """A simple function."""
        return (x * self.factor).sin()


def right_block(block, x):
    """What a block should give."""
    y = x + block.attention(F.layer_norm(x, x.shape[-1:], block.norm1.weight, block.norm1.bias))
    return y + block.mlp(F.layer_norm(y, y.shape[-1:], block.norm2.weight, block.norm2.bias))


@task("6.4", points=2)
def test_block(submission):
    """a block: norm, part, sum"""
    minitorch.manual_seed(4)
    block = submission.Block(6, 2)
    for norm in (block.norm1, block.norm2):
        nn.init.normal_(norm.weight, mean=1.0)
        nn.init.normal_(norm.bias)
    block.attention, block.mlp = Scaled(0.0), Scaled(0.0)
    x = minitorch.randn(2, 3, 6)
    assert np.allclose(block(x).tolist(), x.tolist()), (
        "if attention and MLP give 0, a block should give back x unchanged: x ← x + part(norm(x)). Is the norm outside "
        "of the sum, or is the sum missing?"
    )
    block.attention, block.mlp = Scaled(0.7), Scaled(-1.3)
    compare_with_reference(
        lambda x: block(x), lambda x: right_block(block, x),
        samples("b n 6", dtypes=[minitorch.float32], empty=False, layouts=[]), name="Block", rtol=1e-3, atol=1e-5,
    )  # fmt: skip


def network(submission, blocks, symbols=11):
    """A network with a last norm that does something."""
    minitorch.manual_seed(5)
    model = submission.SmallGPT(symbols, length=8, width=12, heads=3, blocks=blocks)
    nn.init.normal_(model.norm.weight, mean=1.0)
    nn.init.normal_(model.norm.bias)
    return model


@task("6.4", points=2)
def test_network(submission):
    """embeddings, blocks, norm, logits"""
    model = network(submission, blocks=2)
    for i in range(2):
        model.blocks[i] = Scaled(0.5 + i)
    for steps in (8, 3):
        numbers = minitorch.randint(0, 11, (2, steps))
        logits = model(numbers)
        assert tuple(logits.shape) == (2, steps, 11), (
            f"of {steps} characters of an alphabet of 11 the logits should be (batch, time, 11), "
            f"they are {tuple(logits.shape)}"
        )
        e, p = model.which.weight.detach().numpy(), model.where.weight.detach().numpy()
        x = e[numbers.numpy()] + p[:steps]
        x = np.sin(np.sin(x * 0.5) * 1.5)
        x = (x - x.mean(-1, keepdims=True)) / np.sqrt(x.var(-1, keepdims=True) + model.norm.eps)
        x = x * model.norm.weight.detach().numpy() + model.norm.bias.detach().numpy()
        same(
            logits.detach(), x @ e.T,
            "the logits are wrong. In order: which + where, the blocks one after the other, the last norm, the product "
            "with the weight of `which`", tolerance=1e-4,
        )  # fmt: skip
    logits.sum().backward()
    for name in ("which", "where", "norm"):
        assert getattr(model, name).weight.grad is not None, f"no gradient reaches the weight of `{name}`"


@task("6.4", points=1)
def test_order_matters(submission):
    """the network knows the order"""
    model = network(submission, blocks=0)
    logits = model(minitorch.tensor([[4, 4, 4]]))[0]
    assert not np.allclose(logits[0].tolist(), logits[1].tolist()), (
        "the same character at two places gives the same logits: the vector for *where* is missing"
    )


@task("6.4", points=1)
def test_network_does_not_see_the_future(submission):
    """no gradient reaches later characters"""
    model = network(submission, blocks=2)
    seen = []

    def keep(module, args):
        args[0].retain_grad()
        seen.append(args[0])

    model.blocks[0].register_forward_pre_hook(keep)
    numbers = minitorch.tensor([[3, 1, 4, 1, 5, 9, 2, 6]])
    for t in (0, 3, 6):
        logits = model(numbers)
        assert seen, "the first block was not called"
        g = minitorch.autograd.grad(logits[0, t].square().sum(), seen[-1])[0][0]
        assert not bool(g[t + 1 :].any()), (
            f"the logits at position {t} depend on later characters: the answer leaks into the question"
        )
        assert bool(g[: t + 1].any(1).all()), (
            f"the logits at position {t} do not depend on all characters up to it"
        )


# 6.5 ----------------------------------------------------------------------------------------------------------

LOGITS = [1.3, -0.4, 2.2, 0.9, -3.0, 1.7]


@task("6.5", points=1)
def test_temperature(submission):
    """temperature"""
    for t in (1.0, 0.3, 4.0):
        e = np.exp(np.array(LOGITS) / t)
        p = submission.probabilities(minitorch.tensor(LOGITS), temperature=t)
        assert abs(float(p.sum()) - 1) < 1e-5, "probabilities should add up to 1"
        same(
            p,
            e / e.sum(),
            "the probabilities are wrong for some temperatures: divide the logits by the temperature",
            1e-5,
        )


@task("6.5", points=2)
def test_top_k(submission):
    """top-k"""
    logits = minitorch.tensor(LOGITS)
    for k, t in ((1, 1.0), (3, 1.0), (2, 0.5), (6, 1.0)):
        p = submission.probabilities(logits, temperature=t, top_k=k)
        possible = int((p > 0).sum())
        assert possible == k, f"with top_k={k} exactly {k} characters should be possible, and {possible} are"
        e = np.where(np.argsort(np.argsort(-np.array(LOGITS))) < k, np.exp(np.array(LOGITS) / t), 0)
        same(
            p,
            e / e.sum(),
            f"with top_k={k} the likeliest should share all, in the same proportions as before",
            1e-5,
        )
    assert minitorch.equal(logits, minitorch.tensor(LOGITS)), (
        "the logits that were handed over are changed: they belong to the caller"
    )


class Chain:
    """Stands for a model: after n comes 3n + 1 (mod 7), and it can read four characters."""

    length = 4

    def __init__(self):
        self.seen, self.recorded = [], False
        self.weight = minitorch.ones(7, requires_grad=True)

    def __call__(self, numbers):
        """Logits that leave no choice."""
        assert numbers.ndim == 2, (
            f"the model takes numbers of shape (batch, time), it got {tuple(numbers.shape)}"
        )
        self.seen.append(numbers.tolist()[0])
        assert len(self.seen[-1]) <= self.length, (
            f"the model can read {self.length} positions, and was shown {len(self.seen[-1])}: show it the last ones"
        )
        logits = 50.0 * F.one_hot((3 * numbers + 1) % 7, 7).float() * self.weight
        self.recorded = self.recorded or logits.requires_grad
        return logits


@task("6.5", points=1)
def test_generate(submission):
    """writing, with a context that is limited"""
    model, start = Chain(), minitorch.tensor([5, 2])
    result = submission.generate(model, start, 6)
    assert tuple(result.shape) == (8,), (
        f"2 characters and 6 more should be a vector of 8, got {tuple(result.shape)}"
    )
    assert result.tolist()[:2] == [5, 2], "the result should begin with what was given"
    expected = [5, 2]
    for _ in range(6):
        expected.append((3 * expected[-1] + 1) % 7)
    assert result.tolist() == expected, (
        "the wrong characters follow: read the logits of the last position, and append each drawn one"
    )
    assert model.seen == [expected[max(0, n - 4) : n] for n in range(2, 8)], (
        "show the model the last characters each time"
    )
    assert start.tolist() == [5, 2], (
        "the numbers that were handed over are changed: they belong to the caller"
    )


@task("6.5", points=1)
def test_generate_draws(submission):
    """drawing by chance, without a graph"""
    model = Chain()
    submission.generate(model, minitorch.tensor([1]), 3)
    assert not model.recorded, (
        "a graph is recorded for every character: minitorch.no_grad() saves time and memory"
    )

    class Fair(Chain):
        def __call__(self, numbers):
            """All are equally likely."""
            return super().__call__(numbers) * 0

    minitorch.manual_seed(0)
    drawn = submission.generate(Fair(), minitorch.tensor([0]), 100).tolist()
    assert len(set(drawn)) == 7, (
        "if all characters are equally likely, all should come: draw, instead of taking the best"
    )
    minitorch.manual_seed(0)
    few = submission.generate(Fair(), minitorch.tensor([0]), 100).tolist()
    assert few == drawn, "the same seed gives another text: draw with minitorch.multinomial"


# 6.6 ----------------------------------------------------------------------------------------------------------


def book():
    """The text as numbers: what to learn, what to test, how many symbols."""
    here = Path(__file__).resolve().parent
    found = [p for p in (here.parents[1] / "data" / "alice.txt", here / "alice.txt") if p.is_file()]
    text = found[0].read_text(encoding="ascii")
    numbers = np.unique(list(text), return_inverse=True)[1]
    cut = int(0.9 * len(numbers))
    return numbers[:cut], numbers[cut:], int(numbers.max()) + 1


def loss_of_pairs(learn, test, symbols):
    """By NumPy."""
    counts = np.full((symbols, symbols), 0.1)
    np.add.at(counts, (learn[:-1], learn[1:]), 1)
    return -np.log(counts / counts.sum(1, keepdims=True))[test[:-1], test[1:]].mean()


@task("6.6", points=1)
def test_pairs(submission):
    """the loss of counting pairs"""
    random = np.random.default_rng(6)
    learn, test = random.integers(0, 4, 200), random.integers(0, 5, 50)
    learn[1::2] = (learn[::2] + 1) % 4
    got = submission.pairs_loss(minitorch.tensor(learn), minitorch.tensor(test), 5)
    assert isinstance(got, float), (
        f"pairs_loss should return a number (.item()), it returns a {type(got).__name__}"
    )
    same(
        got, loss_of_pairs(learn, test, 5),
        "the loss of counting pairs is wrong. Counts (all pairs, with their repeats) plus 0.1, each row divided by its "
        "sum, then the mean of −log p over the pairs of `test`", 1e-4,
    )  # fmt: skip


@task("6.6", points=1)
def test_batch(submission):
    """pieces, and what follows"""
    minitorch.manual_seed(7)
    numbers = minitorch.arange(40)
    starts = set()
    for _ in range(60):
        x, y = submission.batch(numbers, 6, 5)
        assert (tuple(x.shape), tuple(y.shape)) == ((6, 5), (6, 5)), (
            f"for size 6 and length 5 x and y should be (6, 5), they are {tuple(x.shape)} and {tuple(y.shape)}"
        )
        assert minitorch.equal(x[:, 1:], x[:, :-1] + 1), (
            "a row of x should be a piece of the text, in its order"
        )
        assert minitorch.equal(y, x + 1), (
            "y should hold, for each character of x, the one that follows it in the text"
        )
        starts |= set(x[:, 0].tolist())
    assert len(starts) > 20, "the pieces should come from random places"


@task("6.6", points=2)
def test_training(submission):
    """better than counting pairs, on chapters never read"""
    learn, test, symbols = book()
    minitorch.manual_seed(8)
    model = submission.SmallGPT(symbols)
    before = [p.detach().clone() for p in model.parameters()]
    losses = submission.train(model, minitorch.tensor(learn), 250)
    assert len(losses or []) == 250, "train should return the loss of each of the 250 updates"
    assert any(not minitorch.equal(p, q) for p, q in zip(model.parameters(), before, strict=True)), (
        "the parameters did not change: is optimizer.step() called, after backward()?"
    )
    n = 150 * model.length
    x, y = (minitorch.tensor(test[i : n + i].reshape(-1, model.length)) for i in (0, 1))
    with minitorch.no_grad():
        reached = F.cross_entropy(model(x).flatten(0, 1), y.flatten()).item()
    bar = loss_of_pairs(learn, test, symbols)
    assert reached < bar, (
        "after 250 updates the loss on the last tenth of the book is not below that of counting pairs. Is y what "
        "follows x? Are gradients set to zero before each backward? Does the learning rate come to 0.01?"
    )
