"""Datasets, the order in which they are read, and batches of them."""

from minitorch.absent import refuser as _refuser
from minitorch.utils.data import dataloader as dataloader
from minitorch.utils.data.collate import (
    default_collate as default_collate,
    default_convert as default_convert,
)
from minitorch.utils.data.combine import (
    ChainDataset as ChainDataset,
    ConcatDataset as ConcatDataset,
    StackDataset as StackDataset,
)
from minitorch.utils.data.csv_dataset import CSVDataset as CSVDataset
from minitorch.utils.data.csv_schema import CSVColumn as CSVColumn, CSVSchema as CSVSchema
from minitorch.utils.data.dataset import (
    Dataset as Dataset,
    IterableDataset as IterableDataset,
    Subset as Subset,
    TensorDataset as TensorDataset,
    random_split as random_split,
)
from minitorch.utils.data.distributed import DistributedSampler as DistributedSampler
from minitorch.utils.data.folder import FileFolder as FileFolder
from minitorch.utils.data.hdf5 import HDF5Dataset as HDF5Dataset
from minitorch.utils.data.loader import DataLoader as DataLoader
from minitorch.utils.data.memmap import MemmapDataset as MemmapDataset
from minitorch.utils.data.sampler import (
    BatchSampler as BatchSampler,
    RandomSampler as RandomSampler,
    Sampler as Sampler,
    SequentialSampler as SequentialSampler,
    SubsetRandomSampler as SubsetRandomSampler,
    WeightedRandomSampler as WeightedRandomSampler,
)
from minitorch.utils.data.stream import StreamDataset as StreamDataset
from minitorch.utils.data.worker_info import (
    WorkerInfo as WorkerInfo,
    get_worker_info as get_worker_info,
)

__getattr__ = _refuser("utils.data")
