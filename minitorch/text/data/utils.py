"""Tokenizers and n-grams."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from minitorch.errors import ArgumentError, NotSupportedError

QUOTES = str.maketrans({"'": " ' ", '"': None, ".": " . "})
MARKS = str.maketrans({mark: f" {mark} " for mark in ",()!?"} | {";": " ", ":": " "})
OTHERS = ("spacy", "moses", "toktok", "revtok", "subword")


def get_tokenizer(tokenizer: str | Callable[[str], Any] | None, language: str = "en") -> Callable[[str], Any]:
    """A function that makes a list of tokens of a text.

    Args:
        tokenizer: "basic_english" for lower-case words and punctuation marks; None for what stands between spaces; or
            the function itself.
        language: "en", for "basic_english".

    Raises:
        ArgumentError: for another language or name.
        NotSupportedError: for the names of tokenizers in other libraries.

    >>> from minitorch.text.data import get_tokenizer
    >>> get_tokenizer("basic_english")('You can "split" it, too!')
    ['you', 'can', 'split', 'it', ',', 'too', '!']
    """
    if tokenizer is None:
        return str.split
    if callable(tokenizer):
        return tokenizer
    if tokenizer in OTHERS:
        raise NotSupportedError(
            f"get_tokenizer: {tokenizer!r} belongs to another library; pass that library's function that makes tokens "
            f"of a text"
        )
    if tokenizer != "basic_english":
        raise ArgumentError(f"get_tokenizer: expected 'basic_english', a function or None, got {tokenizer!r}")
    if language != "en":
        raise ArgumentError(f"get_tokenizer: 'basic_english' is for language 'en', got {language!r}")
    return basic_english


def basic_english(text: str) -> list[str]:
    """Words in lower case, and the marks . , ( ) ! ? ' each for itself; double quotes, ; and : are left out."""
    text = text.lower().translate(QUOTES).replace("<br />", " ")
    return text.translate(MARKS).split()


def ngrams_iterator(token_list: Sequence[str], ngrams: int) -> Iterator[str]:
    """The tokens, then the neighbours by two, then by three, up to `ngrams`.

    >>> from minitorch.text.data import ngrams_iterator
    >>> list(ngrams_iterator(["here", "we", "are"], 2))
    ['here', 'we', 'are', 'here we', 'we are']
    """
    yield from token_list
    for n in range(2, ngrams + 1):
        for start in range(len(token_list) - n + 1):
            yield " ".join(token_list[start : start + n])
