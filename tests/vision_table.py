"""What torchvision 0.28 has: of each model how many parameters, the names and shapes of its state dict as a digest, and
for some the first three results for `image`, with the weights of `numbers`, computed by torchvision. NASNet is not in
torchvision: its rows come from pretrainedmodels 0.7.4.
"""

import numpy as np

TORCHVISION = {
    "alexnet": (61_100_840, "214045a0c08ffc98", (2.2126, 6.8252, 1.5315)),
    "convnext_base": (88_591_464, "8fe69bd876aaea8d", None),
    "convnext_large": (197_767_336, "f9a4970bc5ab6b0a", None),
    "convnext_small": (50_223_688, "1fe2be0805e0025b", None),
    "convnext_tiny": (28_589_128, "c419bc97af92cc08", (-1.778, 0.12414, -0.25204)),
    "densenet121": (7_978_856, "d52aa585c6714985", (0.39565, 0.48339, -0.76024)),
    "densenet161": (28_681_000, "726b4d40ddb188d1", None),
    "densenet169": (14_149_480, "04c0da21c3018d60", None),
    "densenet201": (20_013_928, "8fd3fcb6e2757522", None),
    "efficientnet_b0": (5_288_548, "cb7cfd236a199858", (-0.171, -0.12608, 0.15375)),
    "efficientnet_b1": (7_794_184, "801cf188eb267bbe", None),
    "efficientnet_b2": (9_109_994, "d199ff5a1f1fe4f0", None),
    "efficientnet_b3": (12_233_232, "5f92a3586414642d", None),
    "efficientnet_b4": (19_341_616, "cc22593373030839", None),
    "efficientnet_b5": (30_389_784, "1bc826e2f24b3472", (0.72936, -0.22542, 0.069095)),
    "efficientnet_b6": (43_040_704, "bf2d3f976158a317", None),
    "efficientnet_b7": (66_347_960, "2e02ba4420de008c", None),
    "googlenet": (13_004_888, "e2cf6c5ea7661fad", (0.029771, 0.49547, -0.40208)),
    "inception_v3": (27_161_264, "68f61e7f9f937dcd", (-0.0734, 0.10047, 0.13798)),
    "mnasnet0_5": (2_218_512, "88b6ffa96549424a", (0.27294, -0.089205, 0.080246)),
    "mnasnet0_75": (3_170_208, "46bead6333b5415a", None),
    "mnasnet1_0": (4_383_312, "2c68af2d7b036fb5", (-1.1757, -2.1943, -2.9818)),
    "mnasnet1_3": (6_282_256, "0ec579bb799f5968", None),
    "mobilenet_v2": (3_504_872, "5c45000c8dea04db", (1.985, -0.016963, -1.4855)),
    "mobilenet_v3_large": (5_483_032, "3b44b7efcb19988b", (0.33492, 0.093249, -0.46194)),
    "mobilenet_v3_small": (2_542_856, "a29acf552527e7ab", (0.073661, -0.23935, 0.062918)),
    "resnet101": (44_549_160, "0e9191dd134cb07d", None),
    "resnet152": (60_192_808, "47360b6062c7afaa", None),
    "resnet18": (11_689_512, "761022b221a39ceb", (-5.843, -5.3275, 8.4488)),
    "resnet34": (21_797_672, "1a060acae7a42530", None),
    "resnet50": (25_557_032, "3fa57287149b51c4", (-21.121, -43.365, 46.816)),
    "resnext101_32x8d": (88_791_336, "07e967fd83ade70c", None),
    "resnext101_64x4d": (83_455_272, "ea9d27eaae83f943", None),
    "resnext50_32x4d": (25_028_904, "01e2eaa8da40cc0c", (-44.258, -25.085, 40.888)),
    "shufflenet_v2_x0_5": (1_366_792, "f4803982a2c92012", (-0.44779, -0.29016, 0.11822)),
    "shufflenet_v2_x1_0": (2_278_604, "3c60236e3c59729d", None),
    "shufflenet_v2_x1_5": (3_503_624, "ffebecdf0ae12a0e", None),
    "shufflenet_v2_x2_0": (7_393_996, "ee8f5217246bdd89", None),
    "squeezenet1_0": (1_248_424, "dc8fa2e3e593554c", (0.39917, 3.5407, 0.95786)),
    "squeezenet1_1": (1_235_496, "9879b1f214fa0244", (0.33835, 1.8732, 0.36214)),
    "vgg11": (132_863_336, "a4a2a4a84e73de05", None),
    "vgg11_bn": (132_868_840, "6aaf84aad4159200", (-0.13976, -1.0117, -1.0629)),
    "vgg13": (133_047_848, "9dc9518e7646fe47", None),
    "vgg13_bn": (133_053_736, "9a11dd9903f0e3cf", None),
    "vgg16": (138_357_544, "6f36a6fd49b61819", None),
    "vgg16_bn": (138_365_992, "5f99e428d932f79e", None),
    "vgg19": (143_667_240, "e05a894c9ad13251", None),
    "vgg19_bn": (143_678_248, "4c042cc97e1d6342", None),
    "vit_b_16": (86_567_656, "71b16a3b8dc241da", None),
    "vit_b_32": (88_224_232, "2250913734da79e3", (-0.67427, 2.4408, 0.53655)),
    "vit_h_14": (632_045_800, "9e1cd5e1f66ba114", None),
    "vit_l_16": (304_326_632, "621baca3950300fb", None),
    "vit_l_32": (306_535_400, "f5d07f22f38310d1", None),
    "wide_resnet101_2": (126_886_696, "e730908dc76a952e", None),
    "wide_resnet50_2": (68_883_240, "07e4b58a5307698f", (-29.927, -42.421, 18.639)),
}
NASNET = {
    "nasnet_large": (88_753_150, "277d7792a86c0a1b", None),
    "nasnet_mobile": (5_289_978, "b1361a521731bf0f", (8.9071, -32.302, -2.9506)),
}
MODELS = TORCHVISION | NASNET


def numbers(place, name, shape):
    """Weights that let signals through, the same for everybody: those at this place of a state dict."""
    x = np.random.default_rng(place).standard_normal(shape).astype(np.float32)
    if name.endswith("running_var"):
        return 1 + 0.5 * np.abs(x)
    if len(shape) > 1 and not name.endswith(("token", "embedding", "layer_scale")):
        return x * np.float32(1.4 / np.sqrt(np.prod(shape[1:])))
    if name.endswith("weight"):
        return 1 + 0.1 * x
    return 0.1 * x


def image(size):
    """A picture of smooth and rough places."""
    return np.random.default_rng(7).standard_normal((1, 3, size, size)).astype(np.float32)
