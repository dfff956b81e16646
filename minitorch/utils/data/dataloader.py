"""PyTorch's path to the loader: `from minitorch.utils.data.dataloader import DataLoader`."""

from minitorch.utils.data.collate import (
    default_collate as default_collate,
    default_convert as default_convert,
)
from minitorch.utils.data.dataset import Dataset as Dataset, IterableDataset as IterableDataset
from minitorch.utils.data.loader import DataLoader as DataLoader
from minitorch.utils.data.sampler import (
    BatchSampler as BatchSampler,
    RandomSampler as RandomSampler,
    Sampler as Sampler,
    SequentialSampler as SequentialSampler,
)
from minitorch.utils.data.worker_info import (
    WorkerInfo as WorkerInfo,
    get_worker_info as get_worker_info,
)
