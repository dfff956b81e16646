"""Networks for images: torchvision's names, shapes and results."""

import hashlib

import numpy as np
import pytest
from vision_table import MODELS, image, numbers

import minitorch
from minitorch import nn
from minitorch.errors import ArgumentError, NotSupportedError, ShapeError
from minitorch.vision import models
from minitorch.vision.models.parts import StochasticDepth, make_divisible

QUICK = [
    "convnext_tiny",
    "efficientnet_b0",
    "mobilenet_v3_small",
    "resnet18",
    "shufflenet_v2_x0_5",
    "squeezenet1_1",
]
SETTINGS = {"googlenet": {"init_weights": False}, "inception_v3": {"init_weights": False}}
SETTINGS |= {"vit_b_32": {"image_size": 64}, "vgg11_bn": {"init_weights": False}}


def digest(net: nn.Module) -> str:
    text = "".join(f"{name} {tuple(x.shape)}\n" for name, x in net.state_dict().items())
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def check_names(name: str) -> None:
    settings = {"init_weights": False} if name.startswith("vgg") else SETTINGS.get(name, {})
    net = getattr(models, name)(**{key: value for key, value in settings.items() if key == "init_weights"})
    count, names, _ = MODELS[name]
    assert sum(p.numel() for p in net.parameters()) == count
    assert digest(net) == names


def check_results(name: str) -> None:
    net = getattr(models, name)(**SETTINGS.get(name, {})).eval()
    for place, (key, x) in enumerate(net.state_dict().items()):
        if x.is_floating_point():
            x.copy_(minitorch.tensor(numbers(place, key, tuple(x.shape)).astype("float32")))
    with minitorch.no_grad():
        y = net(minitorch.tensor(image(96 if name == "inception_v3" else 64)))
    expected = MODELS[name][2]
    np.testing.assert_allclose(y[0, :3].tolist(), expected, rtol=2e-4, atol=2e-4 * float(y.std()))


def test_all_are_there() -> None:
    assert set(MODELS) <= set(dir(models))


@pytest.mark.parametrize("name", QUICK)
def test_names_and_shapes(name: str) -> None:
    check_names(name)


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(set(MODELS) - set(QUICK)))
def test_names_and_shapes_of_the_others(name: str) -> None:
    check_names(name)


@pytest.mark.parametrize("name", QUICK)
def test_results(name: str) -> None:
    check_results(name)


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(n for n in MODELS if MODELS[n][2] and n not in QUICK))
def test_results_of_the_others(name: str) -> None:
    check_results(name)


@pytest.mark.parametrize("name", ["squeezenet1_1", "shufflenet_v2_x0_5", "mobilenet_v2"])
def test_a_step_of_training_lowers_the_loss(name: str) -> None:
    minitorch.manual_seed(0)
    net = getattr(models, name)(num_classes=4)
    if hasattr(net, "classifier"):
        net.classifier[0].p = 0.0
    x, target = minitorch.randn(8, 3, 32, 32), minitorch.arange(8) % 4
    rule = minitorch.optim.Adam(net.parameters(), lr=1e-3)
    losses = []
    for _ in range(4):
        rule.zero_grad()
        loss = nn.functional.cross_entropy(net(x), target)
        loss.backward()
        rule.step()
        losses.append(loss.item())
    assert losses[-1] < losses[0]
    assert all(p.grad is not None for p in net.parameters())


def test_classifiers_in_the_middle() -> None:
    net = models.GoogLeNet(num_classes=5, init_weights=False)
    outputs = net(minitorch.zeros(2, 3, 64, 64))
    assert [tuple(y.shape) for y in outputs] == [(2, 5)] * 3
    assert outputs._fields == ("logits", "aux_logits2", "aux_logits1")
    assert net.eval()(minitorch.zeros(2, 3, 64, 64)).shape == (2, 5)
    plain = models.GoogLeNet(num_classes=5, aux_logits=False, init_weights=False)
    assert plain(minitorch.zeros(2, 3, 64, 64)).shape == (2, 5)


def test_images_normalized_anew() -> None:
    mean, deviation = (
        np.array(v, "float32")[:, None, None] for v in ([0.485, 0.456, 0.406], [0.229, 0.224, 0.225])
    )
    x = np.random.default_rng(0).random((1, 3, 64, 64), "float32")
    net = models.GoogLeNet(num_classes=5, aux_logits=False, init_weights=False).eval()
    with minitorch.no_grad():
        expected = net(minitorch.tensor((x - 0.5) / 0.5))
        net.transform_input = True
        got = net(minitorch.tensor((x - mean) / deviation))
    assert minitorch.allclose(got, expected, atol=1e-4)


def test_memory_efficient_dense_blocks() -> None:
    x, grads = minitorch.randn(2, 3, 32, 32), []
    for efficient in (False, True):
        minitorch.manual_seed(0)
        net = models.DenseNet(4, (2, 2, 2, 2), 8, num_classes=3, memory_efficient=efficient)
        net(x).square().sum().backward()
        grads.append([p.grad for p in net.parameters()])
    for plain, saved in zip(*grads, strict=True):
        assert minitorch.allclose(plain, saved, rtol=1e-4, atol=1e-5)


def test_dilation_keeps_the_size() -> None:
    net = models.ResNet(models.Bottleneck, [1, 1, 1, 2], replace_stride_with_dilation=[False, True, True])
    assert [net.layer4[i].conv2.dilation for i in (0, 1)] == [(2, 2), (4, 4)]
    x = minitorch.zeros(1, 3, 64, 64)
    x = net.layer2(net.layer1(net.maxpool(net.conv1(x))))
    assert net.layer4(net.layer3(x)).shape[2:] == x.shape[2:] == (8, 8)


def test_blocks_that_begin_with_nothing() -> None:
    net = models.ResNet(models.BasicBlock, [1, 1, 1, 1], zero_init_residual=True)
    assert not net.layer3[0].bn2.weight.any()


def test_stochastic_depth() -> None:
    minitorch.manual_seed(0)
    x = minitorch.ones(10_000, 2)
    y = StochasticDepth(0.25, "row")(x)
    assert set(y.unique().tolist()) <= {0.0, y.max().item()}
    assert y.max().item() == pytest.approx(4 / 3)
    assert minitorch.equal(y[:, 0], y[:, 1])
    assert y.mean().item() == pytest.approx(1, abs=0.03)
    assert len(StochasticDepth(0.5, "batch")(x).unique()) == 1
    assert not StochasticDepth(1.0, "row")(x).any()
    assert StochasticDepth(1.0, "row").eval()(x) is x


def test_numbers_of_channels() -> None:
    assert [make_divisible(v) for v in (1, 12, 20.5, 44.8, 96)] == [8, 16, 24, 48, 96]


def test_mistakes() -> None:
    with pytest.raises(ArgumentError, match="SqueezeNet: version"):
        models.SqueezeNet("2_0")
    with pytest.raises(ArgumentError, match="three elements"):
        models.ResNet(models.BasicBlock, [1, 1, 1, 1], replace_stride_with_dilation=[True])
    with pytest.raises(ArgumentError, match="do not divide"):
        models.VisionTransformer(30, 16, 1, 1, 4, 4)
    with pytest.raises(ShapeError, match="expected images"):
        models.VisionTransformer(32, 16, 1, 1, 4, 4)(minitorch.zeros(1, 3, 30, 32))
    with pytest.raises(ArgumentError, match="alpha"):
        models.MNASNet(0)
    with pytest.raises(ArgumentError, match="stages"):
        models.ShuffleNetV2([1], [1])
    with pytest.raises(ArgumentError, match="24 does not divide penultimate_filters=1000"):
        models.NASNet(penultimate_filters=1000)
    with pytest.raises(NotSupportedError, match="nasnet_mobile: torchvision publishes no weights"):
        models.nasnet_mobile(weights="DEFAULT")
    with pytest.raises(ArgumentError, match="mode"):
        StochasticDepth(0.1, "column")
