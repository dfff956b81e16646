"""Text: tokens, vocabularies, and published collections of sentences."""

from minitorch.absent import refuser as _refuser
from minitorch.text import data as data, datasets as datasets, vocab as vocab

__getattr__ = _refuser("text")
