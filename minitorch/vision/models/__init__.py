"""Networks for images, with torchvision's parameter names, so that its state dicts fit."""

from typing import Any

from minitorch.absent import refuser as _refuser
from minitorch.vision.models.alexnet import AlexNet as AlexNet, alexnet as alexnet
from minitorch.vision.models.convnext import (
    ConvNeXt as ConvNeXt,
    convnext_base as convnext_base,
    convnext_large as convnext_large,
    convnext_small as convnext_small,
    convnext_tiny as convnext_tiny,
)
from minitorch.vision.models.densenet import (
    DenseNet as DenseNet,
    densenet121 as densenet121,
    densenet161 as densenet161,
    densenet169 as densenet169,
    densenet201 as densenet201,
)
from minitorch.vision.models.efficientnet import (
    EfficientNet as EfficientNet,
    efficientnet_b0 as efficientnet_b0,
    efficientnet_b1 as efficientnet_b1,
    efficientnet_b2 as efficientnet_b2,
    efficientnet_b3 as efficientnet_b3,
    efficientnet_b4 as efficientnet_b4,
    efficientnet_b5 as efficientnet_b5,
    efficientnet_b6 as efficientnet_b6,
    efficientnet_b7 as efficientnet_b7,
)
from minitorch.vision.models.googlenet import (
    GoogLeNet as GoogLeNet,
    GoogLeNetOutputs as GoogLeNetOutputs,
    googlenet as googlenet,
)
from minitorch.vision.models.inception import (
    Inception3 as Inception3,
    InceptionOutputs as InceptionOutputs,
    inception_v3 as inception_v3,
)
from minitorch.vision.models.mnasnet import (
    MNASNet as MNASNet,
    mnasnet0_5 as mnasnet0_5,
    mnasnet0_75 as mnasnet0_75,
    mnasnet1_0 as mnasnet1_0,
    mnasnet1_3 as mnasnet1_3,
)
from minitorch.vision.models.mobilenetv2 import MobileNetV2 as MobileNetV2, mobilenet_v2 as mobilenet_v2
from minitorch.vision.models.mobilenetv3 import (
    MobileNetV3 as MobileNetV3,
    mobilenet_v3_large as mobilenet_v3_large,
    mobilenet_v3_small as mobilenet_v3_small,
)
from minitorch.vision.models.nasnet import (
    NASNet as NASNet,
    nasnet_large as nasnet_large,
    nasnet_mobile as nasnet_mobile,
)
from minitorch.vision.models.resnet import (
    BasicBlock as BasicBlock,
    Bottleneck as Bottleneck,
    ResNet as ResNet,
    resnet18 as resnet18,
    resnet34 as resnet34,
    resnet50 as resnet50,
    resnet101 as resnet101,
    resnet152 as resnet152,
    resnext50_32x4d as resnext50_32x4d,
    resnext101_32x8d as resnext101_32x8d,
    resnext101_64x4d as resnext101_64x4d,
    wide_resnet50_2 as wide_resnet50_2,
    wide_resnet101_2 as wide_resnet101_2,
)
from minitorch.vision.models.shufflenetv2 import (
    ShuffleNetV2 as ShuffleNetV2,
    shufflenet_v2_x0_5 as shufflenet_v2_x0_5,
    shufflenet_v2_x1_0 as shufflenet_v2_x1_0,
    shufflenet_v2_x1_5 as shufflenet_v2_x1_5,
    shufflenet_v2_x2_0 as shufflenet_v2_x2_0,
)
from minitorch.vision.models.squeezenet import (
    SqueezeNet as SqueezeNet,
    squeezenet1_0 as squeezenet1_0,
    squeezenet1_1 as squeezenet1_1,
)
from minitorch.vision.models.vgg import (
    VGG as VGG,
    vgg11 as vgg11,
    vgg11_bn as vgg11_bn,
    vgg13 as vgg13,
    vgg13_bn as vgg13_bn,
    vgg16 as vgg16,
    vgg16_bn as vgg16_bn,
    vgg19 as vgg19,
    vgg19_bn as vgg19_bn,
)
from minitorch.vision.models.vision_transformer import (
    VisionTransformer as VisionTransformer,
    vit_b_16 as vit_b_16,
    vit_b_32 as vit_b_32,
    vit_h_14 as vit_h_14,
    vit_l_16 as vit_l_16,
    vit_l_32 as vit_l_32,
)
from minitorch.vision.models.weights import (
    Weights as Weights,
    WeightsEnum as WeightsEnum,
    enum_named as _enum_named,
    enums as _enums,
    get_model as get_model,
    get_model_builder as get_model_builder,
    get_model_weights as get_model_weights,
    get_weight as get_weight,
    list_models as list_models,
)

_refuse = _refuser("vision.models")


def __getattr__(name: str) -> Any:  # the enums of weights, such as ResNet18_Weights
    found = _enum_named(name) if name.endswith("_Weights") else None
    return found if found is not None else _refuse(name)


def __dir__() -> list[str]:
    return sorted({*globals(), *(enum.__name__ for enum in _enums().values())})
