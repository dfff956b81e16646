"""From sentences to tokens, and from tokens to batches."""

from minitorch.absent import refuser as _refuser
from minitorch.text.data import functional as functional, utils as utils
from minitorch.text.data.functional import (
    MapStyleDataset as MapStyleDataset,
    to_map_style_dataset as to_map_style_dataset,
)
from minitorch.text.data.language_model import batchify as batchify, windows as windows
from minitorch.text.data.utils import get_tokenizer as get_tokenizer, ngrams_iterator as ngrams_iterator

__getattr__ = _refuser("text.data")
