"""Published weights: their names and facts are torchvision's, and they get into models without loss."""

from __future__ import annotations

import copy
import hashlib
import pickle
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from file_server import FileServer, serving
from vision_table import TORCHVISION as MODELS

import minitorch
from minitorch import nn
from minitorch.errors import ArgumentError, ArgumentTypeError, DownloadError, StateDictError
from minitorch.vision import models
from minitorch.vision.models import WeightsEnum
from minitorch.vision.models.weights import Weights

Publish = Callable[[Any], None]


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[FileServer]:
    pytest.importorskip("pooch")
    monkeypatch.setenv("NO_PROXY", "*")
    monkeypatch.setenv("MINITORCH_HOME", str(tmp_path / "home"))
    with serving() as state:
        yield state


@pytest.fixture
def publish(server: FileServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Publish:
    """Makes a state dict, in PyTorch's format, the one that all published weights have the address of."""

    def put(values: Any) -> None:
        path = tmp_path / "made.pth"
        minitorch.save(values, path, format="torch")
        body = path.read_bytes()
        name = f"/net-{hashlib.sha256(body).hexdigest()[:8]}.pth"
        server.files[name] = body
        monkeypatch.setattr(WeightsEnum, "url", property(lambda self: server.url + name))

    return put


# The table -------------------------------------------------------------------------------------------


def test_every_model_has_weights() -> None:
    assert models.list_models() == sorted(MODELS)
    for name in MODELS:
        kind = models.get_model_weights(name)
        assert kind.__name__.lower() == f"{name}_weights"
        assert getattr(models, kind.__name__) is kind is models.get_model_weights(getattr(models, name))
        assert kind.__name__ in dir(models)
        assert list(kind.__members__)[-1] == "DEFAULT"


@pytest.mark.parametrize("weights", [w for name in MODELS for w in models.get_model_weights(name)], ids=repr)
def test_facts(weights: Any) -> None:
    form = r"https://download\.pytorch\.org/models/[\w.-]+-[0-9a-f]{8}([0-9a-f]{2})?\.pth"
    assert re.fullmatch(form, weights.url)
    assert re.fullmatch(r"IMAGENET1K_(V[12]|FEATURES|SWAG_(E2E|LINEAR)_V1)", weights.name)
    meta = weights.meta
    model = type(weights).__name__.removesuffix("_Weights").lower()
    count = MODELS[model][0]
    if "E2E" in weights.name:  # for larger images, which have more positions
        assert count < meta["num_params"] < 1.01 * count
    elif model != "googlenet":  # whose classifiers in the middle are in the file, but not counted
        assert meta["num_params"] == count
    elements = (
        2
        if weights
        in (models.Wide_ResNet50_2_Weights.IMAGENET1K_V1, models.Wide_ResNet101_2_Weights.IMAGENET1K_V1)
        else 4
    )
    assert meta["_file_size"] * 2**20 / count == pytest.approx(elements, rel=0.04)
    if weights.name.endswith("FEATURES"):
        assert meta["categories"] is None
        assert weights.transforms().std == [1 / 255] * 3
        return
    accuracy = meta["_metrics"]["ImageNet-1K"]
    assert 55 < accuracy["acc@1"] < accuracy["acc@5"] < 100
    assert len(meta["categories"]) == 1000
    assert meta["recipe"].startswith("https://github.com/")
    assert "SWAG" in meta["license"] if "SWAG" in weights.name else "pytorch/vision" in meta["license"]
    preset = weights.transforms()
    assert preset.resize_size[0] >= preset.crop_size[0] >= meta["min_size"][0]


def test_the_best_are_the_default() -> None:
    for name in MODELS:
        kind = models.get_model_weights(name)
        if "IMAGENET1K_V2" in kind.__members__:
            assert kind["DEFAULT"] is kind["IMAGENET1K_V2"]
    assert models.ViT_B_16_Weights.DEFAULT is models.ViT_B_16_Weights.IMAGENET1K_V1


def test_categories() -> None:
    names = models.ResNet18_Weights.DEFAULT.meta["categories"]
    assert (names[0], names[207], names[281], names[999]) == (
        "tench", "golden retriever", "tabby", "toilet tissue",
    )  # fmt: skip
    digest = hashlib.sha256("\n".join(names).encode()).hexdigest()
    assert digest == "0b0f9fee7c952f257418d62aa701f023a9da13b443a14f5c4291e5724d92967c"


def test_names() -> None:
    weights = models.ResNet50_Weights.IMAGENET1K_V2
    assert models.get_weight("ResNet50_Weights.IMAGENET1K_V2") is weights
    assert models.get_weight("ResNet50_Weights.DEFAULT") is weights
    assert models.ResNet50_Weights.verify("ResNet50_Weights.IMAGENET1K_V2") is weights
    assert repr(weights) == str(weights) == "ResNet50_Weights.IMAGENET1K_V2"
    assert pickle.loads(pickle.dumps(weights)) is copy.deepcopy(weights) is weights
    assert models.list_models(nn) == []
    for wrong in ("ResNet50_Weights", "ResNet50_Weights.V9", "resnet50_Weights.DEFAULT", ".DEFAULT"):
        with pytest.raises(ArgumentError):
            models.get_weight(wrong)
    for lookup in (models.get_model, models.get_model_builder, models.get_model_weights):
        with pytest.raises(ArgumentError, match="no model 'florp'"):
            lookup("florp")
    with pytest.raises(AttributeError, match="Florp_Weights"):
        models.Florp_Weights  # noqa: B018
    assert isinstance(weights.value, Weights)


def test_images_are_made_ready() -> None:
    Image = pytest.importorskip("PIL.Image")
    pixels = np.random.default_rng(0).integers(0, 256, (300, 400, 3), dtype="uint8")
    image = Image.fromarray(pixels)
    weights = models.ResNet50_Weights.IMAGENET1K_V2
    small = np.asarray(image.resize((309, 232), Image.BILINEAR), "float32")[4:228, 42:266] / 255
    expected = (small - [0.485, 0.456, 0.406]) / [0.229, 0.224, 0.225]
    got = weights.transforms()(image)
    np.testing.assert_allclose(got.permute(1, 2, 0).numpy(), expected, atol=1e-5)
    batch = minitorch.from_numpy(pixels).permute(2, 0, 1)[None]
    np.testing.assert_allclose(weights.transforms()(batch)[0].numpy(), got.numpy(), atol=1.01 / 255 / 0.224)
    assert weights.transforms(crop_size=200)(batch).shape == (1, 3, 200, 200)


# Into models -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "weights",
    ["DEFAULT", "IMAGENET1K_V1", "SqueezeNet1_1_Weights.DEFAULT", models.SqueezeNet1_1_Weights.DEFAULT],
)
def test_weights_get_into_a_model(publish: Publish, server: FileServer, weights: Any) -> None:
    source = models.squeezenet1_1()
    publish(source.state_dict())
    for _ in range(2):
        net = models.squeezenet1_1(weights=weights)
        assert all(minitorch.equal(a, b) for a, b in zip(net.parameters(), source.parameters(), strict=True))
    assert len(server.asked) == 1


def test_older_spellings(publish: Publish) -> None:
    source = models.squeezenet1_1()
    publish(source.state_dict())
    for ask in (lambda: models.squeezenet1_1(pretrained=True), lambda: models.squeezenet1_1(True)):
        with pytest.warns(UserWarning, match=r"write weights=SqueezeNet1_1_Weights.IMAGENET1K_V1; .*DEFAULT"):
            net = ask()
        assert minitorch.equal(net.features[0].weight, source.features[0].weight)
    with pytest.warns(UserWarning, match="write weights=None"):
        models.squeezenet1_1(pretrained=False, num_classes=3)
    with pytest.raises(ArgumentError, match="exclude each other"):
        models.resnet18(weights="DEFAULT", pretrained=True)
    with pytest.raises(ArgumentError, match="vit_h_14: pretrained=True never had weights"):
        models.vit_h_14(pretrained=True)


def test_classifiers_in_the_middle(publish: Publish) -> None:
    source = models.googlenet(init_weights=False)
    publish(source.state_dict())
    net = models.googlenet(weights="DEFAULT")
    assert (net.aux_logits, net.aux1, net.transform_input) == (False, None, True)
    assert minitorch.equal(net.fc.weight, source.fc.weight)
    with pytest.warns(UserWarning, match="not trained with the others"):
        net = models.googlenet(weights="DEFAULT", aux_logits=True, transform_input=False)
    assert net.aux_logits
    assert not net.transform_input
    assert minitorch.equal(net.aux2.fc2.weight, source.aux2.fc2.weight)
    with pytest.raises(ArgumentError, match="init_weights=True"):
        models.googlenet(weights="DEFAULT", init_weights=True)


@pytest.mark.slow
def test_one_classifier_in_the_middle(publish: Publish) -> None:
    source = models.inception_v3(init_weights=False)
    publish(source.state_dict())
    net = models.inception_v3(weights="DEFAULT")
    assert net.aux_logits
    assert net.transform_input
    net = models.inception_v3(weights="DEFAULT", aux_logits=False)
    assert (net.aux_logits, net.AuxLogits) == (False, None)


def test_old_names_of_dense_layers(publish: Publish) -> None:
    source = models.densenet121()
    old = source.state_dict()
    for key in list(old):
        found = re.fullmatch(r"(.*denselayer\d+\.(?:norm|conv))([12]\..*)", key)
        if found is not None:
            old[f"{found[1]}.{found[2]}"] = old.pop(key)
    assert "features.denseblock1.denselayer1.norm.1.weight" in old
    publish(old)
    net = models.densenet121(weights="DEFAULT")
    expected = source.state_dict()
    assert all(minitorch.equal(value, expected[key]) for key, value in net.state_dict().items())


def test_the_first_batch_norms_had_no_counters(publish: Publish) -> None:
    source = models.shufflenet_v2_x0_5()
    publish({key: x for key, x in source.state_dict().items() if not key.endswith("num_batches_tracked")})
    net = models.shufflenet_v2_x0_5(weights="DEFAULT")
    assert minitorch.equal(net.fc.weight, source.fc.weight)


def test_positions_of_larger_images(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []

    def instead(*settings: Any, **others: Any) -> nn.Module:
        asked.append((settings[0], others))
        return nn.Linear(1, 1)

    monkeypatch.setattr(models.vision_transformer, "VisionTransformer", instead)
    monkeypatch.setattr(models.vision_transformer, "fill", lambda net, *_: net)
    models.vit_b_16(weights="IMAGENET1K_SWAG_E2E_V1")
    assert asked == [(384, {"num_classes": 1000})]
    with pytest.raises(ArgumentError, match="vit_b_16: image_size=224 does not fit the weights.*384"):
        models.vit_b_16(weights="IMAGENET1K_SWAG_E2E_V1", image_size=224)


def test_mistakes(publish: Publish, server: FileServer, tmp_path: Path) -> None:
    with pytest.raises(ArgumentError, match="resnet18: weights='V3'.* there are IMAGENET1K_V1, DEFAULT"):
        models.resnet18(weights="V3")
    with pytest.raises(ArgumentTypeError, match="resnet18: .*expected a ResNet18_Weights"):
        models.resnet18(weights=models.ResNet34_Weights.DEFAULT)
    with pytest.raises(ArgumentError, match="resnet18: num_classes=10 does not fit the weights.*1000"):
        models.resnet18(weights="DEFAULT", num_classes=10)
    values = models.squeezenet1_1().state_dict()
    values["extra"] = values.pop("features.0.bias")
    publish(values)
    with pytest.raises(StateDictError, match=r"(?s)features\.0\.bias.*extra|extra.*features\.0\.bias"):
        models.squeezenet1_1(weights="DEFAULT")
    kept = next((tmp_path / "home").rglob("net-*.pth"))
    kept.write_bytes(kept.read_bytes()[:-1])
    server.files.clear()
    with (
        pytest.warns(UserWarning, match=f"{kept.name} is damaged"),
        pytest.raises(DownloadError, match="404"),
    ):
        models.squeezenet1_1(weights="DEFAULT")
