"""Weights that others have trained: what is known of them, how they are found by name, and how models get them.

Of each model there is an enum of its weights, `ResNet50_Weights`, made from the table in `published.py`.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import Enum
from fnmatch import filter as matching
from functools import cache, partial
from importlib import import_module
from types import ModuleType
from typing import Any, TypeVar

from minitorch import nn
from minitorch.errors import ArgumentError, ArgumentTypeError
from minitorch.vision.models.imagenet import CATEGORIES
from minitorch.vision.models.published import FOLDER, RECIPES, REFERENCES, TABLE
from minitorch.vision.transforms import InterpolationMode
from minitorch.vision.transforms._presets import ImageClassification

ROOM = "minitorch.vision.models"
M = TypeVar("M", bound=nn.Module)
SWAG = "https://github.com/facebookresearch/SWAG/blob/main/LICENSE"  # CC BY-NC 4.0
OTHERS = (
    "https://github.com/pytorch/vision#pre-trained-model-license"  # none of their own: the terms of ImageNet
)


@dataclass
class Weights:
    """Where weights are published, how images are made ready for them, and what else is known.

    Args:
        url: of a state dict.
        transforms: makes the transform; settings of its own are keyword arguments.
        meta: `categories` (the names of the classes), `num_params`, `min_size` of images, `recipe` of the training,
            `license`, `_metrics`, `_ops` (10⁹ multiplications for an image), `_file_size` (MiB).
    """

    url: str
    transforms: Callable[..., Any]
    meta: dict[str, Any]


class WeightsEnum(Enum):
    """The weights of one model; the values of its members are `Weights`.

    >>> from minitorch.vision.models import ResNet50_Weights
    >>> ResNet50_Weights.DEFAULT, ResNet50_Weights.DEFAULT.meta["_metrics"]
    (ResNet50_Weights.IMAGENET1K_V2, {'ImageNet-1K': {'acc@1': 80.858, 'acc@5': 95.434}})
    """

    @classmethod
    def verify(cls, obj: Any) -> Any:
        """The member that is meant: itself, or by its name; None stays None.

        Raises:
            ArgumentError: for a name that there is not.
            ArgumentTypeError: for what is neither, such as weights of another model.
        """
        if obj is None or isinstance(obj, cls):
            return obj
        if not isinstance(obj, str):
            raise ArgumentTypeError(f"weights={obj!r} is a {type(obj).__name__}, expected a {cls.__name__}")
        name = obj.removeprefix(f"{cls.__name__}.")
        if name not in cls.__members__:
            raise ArgumentError(
                f"weights={obj!r}: {cls.__name__} has no such member; there are {', '.join(cls.__members__)}"
            )
        return cls[name]

    def get_state_dict(self, *args: Any, **kwargs: Any) -> Any:
        """The weights, which are downloaded unless they are there: `hub.load_state_dict_from_url` of the address."""
        from minitorch.hub import load_state_dict_from_url

        return load_state_dict_from_url(self.url, *args, **kwargs)

    @property
    def url(self) -> str:
        """Where the state dict is published."""
        return str(self.value.url)

    @property
    def transforms(self) -> Callable[..., Any]:
        """Makes the transform of images that the weights expect."""
        made: Callable[..., Any] = self.value.transforms
        return made

    @property
    def meta(self) -> dict[str, Any]:
        """What is known of the weights."""
        known: dict[str, Any] = self.value.meta
        return known

    def __repr__(self) -> str:
        return f"{type(self).__name__}.{self.name}"

    def __reduce_ex__(self, proto: Any) -> Any:
        return getattr, (type(self), self.name)


# The enums, from the table ---------------------------------------------------------------------------


@cache
def enums() -> dict[str, type[WeightsEnum]]:
    """The enum of each model, by the model's name."""
    members: dict[str, dict[str, Weights]] = {}
    for line in TABLE.strip().splitlines():
        fields = line.split()
        if not line.startswith(" "):
            of_model = members.setdefault(fields[0], {})
            shared = {
                "num_params": int(fields[1]),
                "min_size": (int(fields[2]), int(fields[2])),
                "_ops": float(fields[3]),
            }
            continue
        name = "IMAGENET1K_" + fields[0].removeprefix("*")
        of_model[name] = entry(name, shared, fields[1:])
        if fields[0].startswith("*"):
            default = of_model[name]
        of_model.pop("DEFAULT", None)  # it comes last
        of_model["DEFAULT"] = default
    make: Any = WeightsEnum
    return {
        model.lower(): make(f"{model}_Weights", list(of_model.items()), module=ROOM)
        for model, of_model in members.items()
    }


def entry(name: str, shared: dict[str, Any], fields: list[str]) -> Weights:
    """The weights of one line of the table."""
    file, size, crop, before, resized, first, five, recipe = fields
    preset: dict[str, Any] = {"crop_size": int(crop), "resize_size": int(before)}
    preset["interpolation"] = InterpolationMode(resized)
    only_features = name.endswith("FEATURES")
    if only_features:  # they come from Caffe, whose pixels go up to 255
        preset |= {"mean": (0.48235, 0.45882, 0.40784), "std": (1 / 255, 1 / 255, 1 / 255)}
    meta = shared | {
        "categories": None if only_features else CATEGORIES,
        "recipe": RECIPES.get(recipe, REFERENCES + recipe),
        "license": SWAG if "SWAG" in name else OTHERS,
        "_metrics": {"ImageNet-1K": {"acc@1": float(first), "acc@5": float(five)}},
        "_file_size": float(size),
    }
    return Weights(f"{FOLDER}{file}.pth", partial(ImageClassification, **preset), meta)


def enum_named(name: str) -> type[WeightsEnum] | None:
    """The enum with this name, such as `ResNet18_Weights`; None if there is none."""
    found = enums().get(name.removesuffix("_Weights").lower())
    return found if found is not None and found.__name__ == name else None


# Names of models and weights -------------------------------------------------------------------------


def get_weight(name: str) -> WeightsEnum:
    """The weights of a full name.

    Raises:
        ArgumentError: if there are none.

    >>> get_weight("ResNet18_Weights.DEFAULT").url
    'https://download.pytorch.org/models/resnet18-f37072fd.pth'
    """
    enum, dot, member = name.partition(".")
    found = enum_named(enum)
    if found is None or not dot:
        raise ArgumentError(
            f"get_weight: {name!r} are no weights; expected MODEL_Weights.NAME, as in ResNet18_Weights.DEFAULT"
        )
    weights: WeightsEnum = found.verify(member)
    return weights


def get_model_weights(name: Callable[..., Any] | str) -> type[WeightsEnum]:
    """The enum of the weights of a model.

    Args:
        name: of the model, or the function that builds it.

    Raises:
        ArgumentError: if there is no such model.

    >>> [weights.name for weights in get_model_weights("vgg16")]
    ['IMAGENET1K_V1', 'IMAGENET1K_FEATURES']
    """
    key = name.lower() if isinstance(name, str) else getattr(name, "__name__", "")
    if key not in enums():
        raise ArgumentError(f"get_model_weights: no model {name!r}; list_models() names those that there are")
    return enums()[key]


def list_models(
    module: ModuleType | None = None,
    include: Iterable[str] | str | None = None,
    exclude: Iterable[str] | str | None = None,
) -> list[str]:
    """The names of the models that there are, in alphabetical order.

    Args:
        module: only those of this package; there are models in `minitorch.vision.models` alone.
        include: one pattern or several, of which a name must fit one, as `resnet*`.
        exclude: patterns of which it must fit none.

    >>> list_models(include=["resnet*", "vit_*"], exclude="*_l_*")
    ['resnet101', 'resnet152', 'resnet18', 'resnet34', 'resnet50', 'vit_b_16', 'vit_b_32', 'vit_h_14']
    """
    names = set(enums()) if module is None or module.__name__ == ROOM else set()
    wanted = names if not include else set()
    for pattern in [include] if isinstance(include, str) else include or ():
        wanted |= set(matching(names, pattern))
    for pattern in [exclude] if isinstance(exclude, str) else exclude or ():
        wanted -= set(matching(names, pattern))
    return sorted(wanted)


def get_model_builder(name: str) -> Callable[..., nn.Module]:
    """The function that builds a model.

    Raises:
        ArgumentError: if there is no such model.

    >>> get_model_builder("ResNet18").__name__
    'resnet18'
    """
    if name.lower() not in enums():
        raise ArgumentError(f"no model {name!r}; list_models() names those that there are")
    builder: Callable[..., nn.Module] = getattr(import_module(ROOM), name.lower())
    return builder


def get_model(name: str, **config: Any) -> nn.Module:
    """A model by its name.

    Args:
        name: of the model.
        **config: settings of the function that builds it.

    Raises:
        ArgumentError: if there is no such model.

    >>> sum(p.numel() for p in get_model("squeezenet1_1", num_classes=10).parameters())
    727626
    """
    return get_model_builder(name)(**config)


# Weights into models ---------------------------------------------------------------------------------


def choose(model: str, weights: Any, settings: dict[str, Any]) -> WeightsEnum | None:
    """The weights asked for, if any; the number of classes that goes with them becomes one of the settings.

    `pretrained`, as older programs say, is taken out of the settings, with a warning.

    Raises:
        ArgumentError: if there are no such weights, or `num_classes` is not theirs.
        ArgumentTypeError: if they belong to another model.
    """
    kind = enums()[model]
    if isinstance(weights, bool):  # resnet18(True)
        settings["pretrained"], weights = weights, None
    if "pretrained" in settings:
        if weights is not None:
            raise ArgumentError(
                f"{model}: weights= and pretrained= exclude each other; leave pretrained= out"
            )
        weights = oldest(model, kind, settings.pop("pretrained"))
    try:
        chosen: WeightsEnum | None = kind.verify(weights)
    except (ArgumentError, ArgumentTypeError) as error:
        raise type(error)(f"{model}: {error}") from None
    if chosen is not None and chosen.meta["categories"] is not None:
        settle(model, settings, "num_classes", len(chosen.meta["categories"]))
    return chosen


def oldest(model: str, kind: type[WeightsEnum], wanted: Any) -> WeightsEnum | None:
    """What `pretrained=` meant before there were names for weights."""
    first = next(iter(kind))
    if wanted and not first.name.endswith("K_V1"):
        raise ArgumentError(
            f"{model}: pretrained=True never had weights; pass weights={kind.__name__}.DEFAULT"
        )
    meant = first if wanted else None
    hint = f"; weights={kind.__name__}.DEFAULT are the best that there are" if wanted else ""
    warnings.warn(
        f"{model}: pretrained= is torchvision's older spelling; write weights={meant!r}{hint}", stacklevel=4
    )
    return meant


def settle(model: str, settings: dict[str, Any], name: str, value: Any) -> None:
    """Gives a setting the only value that fits the weights.

    Raises:
        ArgumentError: if it was given another one.
    """
    if settings.setdefault(name, value) != value:
        raise ArgumentError(
            f"{model}: {name}={settings[name]!r} does not fit the weights, which were trained with {value!r}; leave it "
            f"out, and replace the last layer of the model that you get"
        )


def fill(
    model: M, weights: WeightsEnum | None, progress: bool, rename: Callable[[Any], Any] | None = None
) -> M:
    """The model with these weights, or as it is for None.

    Raises:
        DownloadError: if they are not there and cannot be downloaded.
        StateDictError: if they do not fit.
    """
    if weights is not None:
        values = weights.get_state_dict(progress=progress, check_hash=True)
        model.load_state_dict(rename(values) if rename is not None else values)
    return model
