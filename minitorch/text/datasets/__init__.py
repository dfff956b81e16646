"""Published collections of text, read from their own files, which are downloaded if they are not there."""

from minitorch.absent import refuser as _refuser
from minitorch.text.datasets.ag_news import AG_NEWS as AG_NEWS
from minitorch.text.datasets.multi30k import Multi30k as Multi30k
from minitorch.text.datasets.penn_treebank import PennTreebank as PennTreebank
from minitorch.text.datasets.sentence_pairs import (
    ParallelText as ParallelText,
    SentencePairs as SentencePairs,
)

__getattr__ = _refuser("text.datasets")
