"""The weights that torchvision has published: where they are, what they reach, what their images look like.

All of them were trained on ImageNet-1K.  The digits that end a file's name are the first ones of its SHA-256.

Source: the files of torchvision 0.28, `torchvision/models/*.py`.
"""

from __future__ import annotations

FOLDER = "https://download.pytorch.org/models/"
GITHUB = "https://github.com/"
REFERENCES = GITHUB + "pytorch/vision/tree/main/references/classification#"  # recipes that are not named here
RECIPES = {
    "ericsun99": GITHUB + "ericsun99/Shufflenet-v2-Pytorch",
    "mnasnet_trainer": GITHUB + "1e100/mnasnet_trainer",
    "mobilenetv3": REFERENCES + "mobilenetv3-large--small",
    "new": GITHUB + "pytorch/vision/issues/3995#new-recipe",
    "new-fixres": GITHUB + "pytorch/vision/issues/3995#new-recipe-with-fixres",
    "new-reg": GITHUB + "pytorch/vision/issues/3995#new-recipe-with-reg-tuning",
    "new-resnet50": GITHUB + "pytorch/vision/issues/3995#issuecomment-1013906621",
    "new-tuned": GITHUB + "pytorch/vision/issues/3995#new-recipe-with-lr-wd-crop-tuning",
    "pull-116": GITHUB + "pytorch/vision/pull/116",
    "pull-49": GITHUB + "pytorch/vision/pull/49#issuecomment-277560717",
    "pull-5793": GITHUB + "pytorch/vision/pull/5793",
    "pull-5906": GITHUB + "pytorch/vision/pull/5906",
    "pull-5935": GITHUB + "pytorch/vision/pull/5935",
    "pull-6019": GITHUB + "pytorch/vision/pull/6019",
    "pull-912": GITHUB + "pytorch/vision/pull/912#issue-445437439",
    "ssd": GITHUB + "amdegroot/ssd.pytorch#training-ssd",
    "swag": GITHUB + "facebookresearch/SWAG",
}

# A model:        name, parameters, least height and width of an image, multiplications (G)
#   its weights:  name (* is the DEFAULT), file, MiB, crop, size before it, how it is resized, acc@1, acc@5, recipe
TABLE = """
AlexNet 61100840 63 0.714
  *V1              alexnet-owt-7be5be79                 233.087 224 256 bilinear 56.522 79.066 alexnet-and-vgg
ConvNeXt_Base 88591464 32 15.355
  *V1              convnext_base-6075fbad               338.064 224 232 bilinear 84.062 96.870 convnext
ConvNeXt_Large 197767336 32 34.361
  *V1              convnext_large-ea097f82              754.537 224 232 bilinear 84.414 96.976 convnext
ConvNeXt_Small 50223688 32 8.684
  *V1              convnext_small-0c510722              191.703 224 230 bilinear 83.616 96.650 convnext
ConvNeXt_Tiny 28589128 32 4.456
  *V1              convnext_tiny-983f1562               109.119 224 236 bilinear 82.520 96.146 convnext
DenseNet121 7978856 29 2.834
  *V1              densenet121-a639ec97                  30.845 224 256 bilinear 74.434 91.972 pull-116
DenseNet161 28681000 29 7.728
  *V1              densenet161-8d451a50                 110.369 224 256 bilinear 77.138 93.560 pull-116
DenseNet169 14149480 29 3.36
  *V1              densenet169-b2777c0a                  54.708 224 256 bilinear 75.600 92.806 pull-116
DenseNet201 20013928 29 4.291
  *V1              densenet201-c1103571                  77.373 224 256 bilinear 76.896 93.370 pull-116
EfficientNet_B0 5288548 1 0.386
  *V1              efficientnet_b0_rwightman-7f5810bc    20.451 224 256 bicubic  77.692 93.532 efficientnet-v1
EfficientNet_B1 7794184 1 0.687
  V1               efficientnet_b1_rwightman-bac287d4    30.134 240 256 bicubic  78.642 94.186 efficientnet-v1
  *V2              efficientnet_b1-c27df63c              30.136 240 255 bilinear 79.838 94.934 new-tuned
EfficientNet_B2 9109994 1 1.088
  *V1              efficientnet_b2_rwightman-c35c1473    35.174 288 288 bicubic  80.608 95.310 efficientnet-v1
EfficientNet_B3 12233232 1 1.827
  *V1              efficientnet_b3_rwightman-b3899882    47.184 300 320 bicubic  82.008 96.054 efficientnet-v1
EfficientNet_B4 19341616 1 4.394
  *V1              efficientnet_b4_rwightman-23ab8bcd    74.489 380 384 bicubic  83.384 96.594 efficientnet-v1
EfficientNet_B5 30389784 1 10.266
  *V1              efficientnet_b5_lukemelas-1a07897c   116.864 456 456 bicubic  83.444 96.628 efficientnet-v1
EfficientNet_B6 43040704 1 19.068
  *V1              efficientnet_b6_lukemelas-24a108a5   165.362 528 528 bicubic  84.008 96.916 efficientnet-v1
EfficientNet_B7 66347960 1 37.746
  *V1              efficientnet_b7_lukemelas-c5b4e57e   254.675 600 600 bicubic  84.122 96.908 efficientnet-v1
GoogLeNet 6624904 15 1.498
  *V1              googlenet-1378be20                    49.731 224 256 bilinear 69.778 89.530 googlenet
Inception_V3 27161264 75 5.713
  *V1              inception_v3_google-0cc3c7bd         103.903 299 342 bilinear 77.294 93.450 inception-v3
MNASNet0_5 2218512 1 0.104
  *V1              mnasnet0.5_top1_67.823-3ffadce67e      8.591 224 256 bilinear 67.734 87.490 mnasnet_trainer
MNASNet0_75 3170208 1 0.215
  *V1              mnasnet0_75-7090bc5f                  12.303 224 232 bilinear 71.180 90.496 pull-6019
MNASNet1_0 4383312 1 0.314
  *V1              mnasnet1.0_top1_73.512-f206786ef8     16.915 224 256 bilinear 73.456 91.510 mnasnet_trainer
MNASNet1_3 6282256 1 0.526
  *V1              mnasnet1_3-a4c69d6f                   24.246 224 232 bilinear 76.506 93.522 pull-6019
MobileNet_V2 3504872 1 0.301
  V1               mobilenet_v2-b0353104                 13.555 224 256 bilinear 71.878 90.286 mobilenetv2
  *V2              mobilenet_v2-7ebf99e0                 13.598 224 232 bilinear 72.154 90.822 new-reg
MobileNet_V3_Large 5483032 1 0.217
  V1               mobilenet_v3_large-8738ca79           21.114 224 256 bilinear 74.042 91.340 mobilenetv3
  *V2              mobilenet_v3_large-5c1a4163           21.107 224 232 bilinear 75.274 92.566 new-reg
MobileNet_V3_Small 2542856 1 0.057
  *V1              mobilenet_v3_small-047dcff4            9.829 224 256 bilinear 67.668 87.402 mobilenetv3
ResNet101 44549160 1 7.801
  V1               resnet101-63fe2227                   170.511 224 256 bilinear 77.374 93.546 resnet
  *V2              resnet101-cd907fc2                    170.53 224 232 bilinear 81.886 95.780 new
ResNet152 60192808 1 11.514
  V1               resnet152-394f9c45                   230.434 224 256 bilinear 78.312 94.046 resnet
  *V2              resnet152-f82ba261                   230.474 224 232 bilinear 82.284 96.002 new
ResNet18 11689512 1 1.814
  *V1              resnet18-f37072fd                     44.661 224 256 bilinear 69.758 89.078 resnet
ResNet34 21797672 1 3.664
  *V1              resnet34-b627a593                     83.275 224 256 bilinear 73.314 91.420 resnet
ResNet50 25557032 1 4.089
  V1               resnet50-0676ba61                     97.781 224 256 bilinear 76.130 92.862 resnet
  *V2              resnet50-11ad3fa6                      97.79 224 232 bilinear 80.858 95.434 new-resnet50
ResNeXt101_32X8D 88791336 1 16.414
  V1               resnext101_32x8d-8ba56ff5            339.586 224 256 bilinear 79.312 94.526 resnext
  *V2              resnext101_32x8d-110c445d            339.673 224 232 bilinear 82.834 96.228 new-fixres
ResNeXt101_64X4D 83455272 1 15.46
  *V1              resnext101_64x4d-173b62eb            319.318 224 232 bilinear 83.246 96.454 pull-5935
ResNeXt50_32X4D 25028904 1 4.23
  V1               resnext50_32x4d-7cdf4587              95.789 224 256 bilinear 77.618 93.698 resnext
  *V2              resnext50_32x4d-1a0047aa              95.833 224 232 bilinear 81.198 95.340 new
ShuffleNet_V2_X0_5 1366792 1 0.04
  *V1              shufflenetv2_x0.5-f707e7126e           5.282 224 256 bilinear 60.552 81.746 ericsun99
ShuffleNet_V2_X1_0 2278604 1 0.145
  *V1              shufflenetv2_x1-5666bf0f80             8.791 224 256 bilinear 69.362 88.316 ericsun99
ShuffleNet_V2_X1_5 3503624 1 0.296
  *V1              shufflenetv2_x1_5-3c479a10            13.557 224 232 bilinear 72.996 91.086 pull-5906
ShuffleNet_V2_X2_0 7393996 1 0.583
  *V1              shufflenetv2_x2_0-8be3c8ee            28.433 224 232 bilinear 76.230 93.006 pull-5906
SqueezeNet1_0 1248424 21 0.819
  *V1              squeezenet1_0-b66bff10                 4.778 224 256 bilinear 58.092 80.420 pull-49
SqueezeNet1_1 1235496 17 0.349
  *V1              squeezenet1_1-b8a52dc0                 4.729 224 256 bilinear 58.178 80.624 pull-49
VGG11 132863336 32 7.609
  *V1              vgg11-8a719046                        506.84 224 256 bilinear 69.020 88.628 alexnet-and-vgg
VGG11_BN 132868840 32 7.609
  *V1              vgg11_bn-6002323d                    506.881 224 256 bilinear 70.370 89.810 alexnet-and-vgg
VGG13 133047848 32 11.308
  *V1              vgg13-19584684                       507.545 224 256 bilinear 69.928 89.246 alexnet-and-vgg
VGG13_BN 133053736 32 11.308
  *V1              vgg13_bn-abd245e5                     507.59 224 256 bilinear 71.586 90.374 alexnet-and-vgg
VGG16 138357544 32 15.47
  *V1              vgg16-397923af                       527.796 224 256 bilinear 71.592 90.382 alexnet-and-vgg
  FEATURES         vgg16_features-amdegroot-88682ab5    527.802 224 256 bilinear    nan    nan ssd
VGG16_BN 138365992 32 15.47
  *V1              vgg16_bn-6c64b313                    527.866 224 256 bilinear 73.360 91.516 alexnet-and-vgg
VGG19 143667240 32 19.632
  *V1              vgg19-dcbb9e9d                       548.051 224 256 bilinear 72.376 90.876 alexnet-and-vgg
VGG19_BN 143678248 32 19.632
  *V1              vgg19_bn-c79401a0                    548.143 224 256 bilinear 74.218 91.842 alexnet-and-vgg
ViT_B_16 86567656 224 17.564
  *V1              vit_b_16-c867db91                    330.285 224 256 bilinear 81.072 95.318 vit_b_16
ViT_B_16 86859496 384 55.484
  SWAG_E2E_V1      vit_b_16_swag-9ac1b537               331.398 384 384 bicubic  85.304 97.650 swag
ViT_B_16 86567656 224 17.564
  SWAG_LINEAR_V1   vit_b_16_lc_swag-4e70ced5            330.285 224 224 bicubic  81.886 96.180 pull-5793
ViT_B_32 88224232 224 4.409
  *V1              vit_b_32-d86f8d99                    336.604 224 256 bilinear 75.912 92.466 vit_b_32
ViT_H_14 633470440 518 1016.717
  *SWAG_E2E_V1     vit_h_14_swag-80465313              2416.643 518 518 bicubic  88.552 98.694 swag
ViT_H_14 632045800 224 167.295
  SWAG_LINEAR_V1   vit_h_14_lc_swag-c1eb923e           2411.209 224 224 bicubic  85.708 97.730 pull-5793
ViT_L_16 304326632 224 61.555
  *V1              vit_l_16-852ce7e3                   1161.023 224 242 bilinear 79.662 94.638 vit_l_16
ViT_L_16 305174504 512 361.986
  SWAG_E2E_V1      vit_l_16_swag-4f3808c9              1164.258 512 512 bicubic  88.064 98.512 swag
ViT_L_16 304326632 224 61.555
  SWAG_LINEAR_V1   vit_l_16_lc_swag-4d563306           1161.023 224 224 bicubic  85.146 97.422 pull-5793
ViT_L_32 306535400 224 15.378
  *V1              vit_l_32-c7638314                   1169.449 224 256 bilinear 76.972 93.070 vit_l_32
Wide_ResNet101_2 126886696 1 22.753
  V1               wide_resnet101_2-32ee1156            242.896 224 256 bilinear 78.848 94.284 pull-912
  *V2              wide_resnet101_2-d733dc28            484.747 224 232 bilinear 82.510 96.020 new
Wide_ResNet50_2 68883240 1 11.398
  V1               wide_resnet50_2-95faca4d              131.82 224 256 bilinear 78.468 94.086 pull-912
  *V2              wide_resnet50_2-9ba9bcbe             263.124 224 232 bilinear 81.602 95.758 new-fixres
"""
