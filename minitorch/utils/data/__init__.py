"""Datasets, the order in which they are read, and batches of them."""

from minitorch.utils.data.collate import default_collate as default_collate
from minitorch.utils.data.collate import default_convert as default_convert
from minitorch.utils.data.combine import ChainDataset as ChainDataset
from minitorch.utils.data.combine import ConcatDataset as ConcatDataset
from minitorch.utils.data.combine import StackDataset as StackDataset
from minitorch.utils.data.dataset import Dataset as Dataset
from minitorch.utils.data.dataset import IterableDataset as IterableDataset
from minitorch.utils.data.dataset import Subset as Subset
from minitorch.utils.data.dataset import TensorDataset as TensorDataset
from minitorch.utils.data.dataset import random_split as random_split
from minitorch.utils.data.loader import DataLoader as DataLoader
from minitorch.utils.data.loader import get_worker_info as get_worker_info
from minitorch.utils.data.sampler import BatchSampler as BatchSampler
from minitorch.utils.data.sampler import RandomSampler as RandomSampler
from minitorch.utils.data.sampler import Sampler as Sampler
from minitorch.utils.data.sampler import SequentialSampler as SequentialSampler
from minitorch.utils.data.sampler import SubsetRandomSampler as SubsetRandomSampler
from minitorch.utils.data.sampler import WeightedRandomSampler as WeightedRandomSampler
