"""Published data sets of pictures and films, read from the files as they are published.

Files are downloaded with `download=True`, once; with the files in place nothing else is needed but Pillow
(`pip install 'minitorch-edu[vision]'`), and PyAV for films (`minitorch-edu[video]`).
"""

from minitorch.absent import refuser as _refuser
from minitorch.vision.datasets.cifar import CIFAR10 as CIFAR10, CIFAR100 as CIFAR100
from minitorch.vision.datasets.fakedata import FakeData as FakeData
from minitorch.vision.datasets.folder import DatasetFolder as DatasetFolder, ImageFolder as ImageFolder
from minitorch.vision.datasets.imagenet import ImageNet as ImageNet
from minitorch.vision.datasets.kinetics import Kinetics as Kinetics
from minitorch.vision.datasets.mnist import (
    EMNIST as EMNIST,
    KMNIST as KMNIST,
    MNIST as MNIST,
    FashionMNIST as FashionMNIST,
)
from minitorch.vision.datasets.svhn import SVHN as SVHN
from minitorch.vision.datasets.vision import VisionDataset as VisionDataset
from minitorch.vision.datasets.voc import VOCDetection as VOCDetection, VOCSegmentation as VOCSegmentation

__getattr__ = _refuser("vision.datasets")
