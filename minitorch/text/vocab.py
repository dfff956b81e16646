"""`Vocab`: numbers for tokens, and tokens for numbers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from minitorch.checks import as_integer
from minitorch.errors import ArgumentError, ArgumentTypeError, IndexRangeError, StateDictError
from minitorch.nn.module import Module


class Vocab(Module):
    """A vocabulary: token k has the index k. Called with a list of tokens, it gives the list of their indices.

    Its state dict holds the tokens, so that it can be saved together with the model.

    Args:
        tokens: all different.
        default_index: the index of what is not in the vocabulary; None for an error.

    Raises:
        ArgumentError: for a token that comes twice.

    >>> from minitorch.text.vocab import Vocab
    >>> vocab = Vocab(["<unk>", "here", "we", "are"], default_index=0)
    >>> vocab(["here", "they", "are"]), vocab["we"], vocab.lookup_token(1), "they" in vocab, len(vocab)
    ([1, 0, 3], 2, 'here', False, 4)
    """

    def __init__(self, tokens: Iterable[str], default_index: int | None = None) -> None:
        super().__init__()
        self._set(list(tokens), default_index)

    def _set(self, tokens: list[str], default_index: int | None) -> None:
        indices = {token: k for k, token in enumerate(tokens)}
        if len(indices) < len(tokens):
            twice = next(token for k, token in enumerate(tokens) if indices[token] != k)
            raise ArgumentError(f"Vocab: the token {twice!r} comes twice")
        if default_index is not None:
            default_index = as_integer("Vocab: default_index", default_index)
        self._tokens, self._indices, self._default = tokens, indices, default_index

    def forward(self, tokens: Iterable[str]) -> list[int]:
        """The indices of tokens."""
        return self.lookup_indices(tokens)

    def __len__(self) -> int:
        return len(self._tokens)

    def __contains__(self, token: str) -> bool:
        return token in self._indices

    def __getitem__(self, token: str) -> int:
        index = self._indices.get(token, self._default)
        if index is None:
            raise ArgumentError(
                f"Vocab: {token!r} is not among its {len(self)} tokens; give an index to all such tokens with "
                f"set_default_index(vocab['<unk>'])"
            )
        return index

    def set_default_index(self, index: int | None) -> None:
        """Says which index tokens get that are not in the vocabulary; with None they are an error."""
        self._default = None if index is None else as_integer("Vocab.set_default_index: index", index)

    def get_default_index(self) -> int | None:
        """The index of tokens that are not in the vocabulary."""
        return self._default

    def insert_token(self, token: str, index: int) -> None:
        """Puts a token at an index; those from there on move by one.

        Raises:
            ArgumentError: if the token is there already.
            IndexRangeError: if the index is not between 0 and the number of tokens.
        """
        if token in self:
            raise ArgumentError(f"Vocab: the token {token!r} is there already, with index {self[token]}")
        if not 0 <= index <= len(self):
            raise IndexRangeError(f"Vocab: index {index} must lie between 0 and {len(self)}")
        self._set([*self._tokens[:index], token, *self._tokens[index:]], self._default)

    def append_token(self, token: str) -> None:
        """Puts a token at the end.

        Raises:
            ArgumentError: if it is there already.
        """
        if token in self:
            raise ArgumentError(f"Vocab: the token {token!r} is there already, with index {self[token]}")
        self._indices[token] = len(self)
        self._tokens.append(token)

    def lookup_token(self, index: int) -> str:
        """The token with this index.

        Raises:
            IndexRangeError: if there is none.
        """
        index = as_integer("Vocab.lookup_token: index", index)
        if not 0 <= index < len(self):
            raise IndexRangeError(f"Vocab: index {index} is out of range for {len(self)} tokens")
        return self._tokens[index]

    def lookup_tokens(self, indices: Iterable[int]) -> list[str]:
        """The tokens with these indices."""
        return [self.lookup_token(index) for index in indices]

    def lookup_indices(self, tokens: Iterable[str]) -> list[int]:
        """The indices of tokens."""
        return [self[token] for token in tokens]

    def get_stoi(self) -> dict[str, int]:
        """The index of each token."""
        return dict(self._indices)

    def get_itos(self) -> list[str]:
        """All tokens, in the order of their indices."""
        return list(self._tokens)

    def get_extra_state(self) -> dict[str, Any]:
        """What `state_dict` keeps."""
        return {"tokens": self.get_itos(), "default_index": self._default}

    def set_extra_state(self, state: Any) -> None:
        """Takes over what `get_extra_state` gave.

        Raises:
            StateDictError: for anything else.
        """
        is_state = isinstance(state, dict) and state.keys() == {"tokens", "default_index"}
        if not is_state or not isinstance(state["tokens"], (list, tuple)):
            raise StateDictError(
                f"Vocab: expected a state with tokens and default_index, got {state!r:.100}; give what state_dict() of "
                f"a Vocab returned"
            )
        self._set(list(state["tokens"]), state["default_index"])

    def extra_repr(self) -> str:
        """How many tokens there are."""
        return f"{len(self)} tokens"


def refuse_text(what: str, value: Any, remedy: str) -> None:
    """Refuses a string where its letters would be taken for tokens."""
    if isinstance(value, str):
        raise ArgumentTypeError(f"{what}, got the string {value!r:.60}; {remedy}")


def vocab(
    ordered_dict: Mapping[str, int],
    min_freq: int = 1,
    specials: Sequence[str] | None = None,
    special_first: bool = True,
) -> Vocab:
    """The vocabulary of the tokens in a dict, in its order.

    Args:
        ordered_dict: how often each token was found.
        min_freq: how often it must be found to be taken.
        specials: further tokens, such as "<unk>".
        special_first: whether they come first, or last.

    Raises:
        ArgumentTypeError: if specials is a string.

    >>> from minitorch.text.vocab import vocab
    >>> vocab({"a": 3, "b": 1, "c": 2}, min_freq=2, specials=["<unk>"]).get_itos()
    ['<unk>', 'a', 'c']
    """
    refuse_text("vocab: specials must be a list of tokens", specials, f"pass [{specials!r}]")
    front = list(specials or [])
    tokens = [token for token, count in ordered_dict.items() if count >= min_freq and token not in front]
    return Vocab(front + tokens if special_first else tokens + front)


def build_vocab_from_iterator(
    iterator: Iterable[Iterable[str]],
    min_freq: int = 1,
    specials: Sequence[str] | None = None,
    special_first: bool = True,
    max_tokens: int | None = None,
) -> Vocab:
    """The vocabulary of a collection of texts: the most frequent tokens first, equally frequent ones by the alphabet.

    Args:
        iterator: gives the tokens of one text after the other.
        min_freq: how often a token must be found to be taken.
        specials: further tokens, such as "<unk>".
        special_first: whether they come first, or last.
        max_tokens: how many tokens there may be, with `specials`.

    Raises:
        ArgumentError: if max_tokens leaves no room besides the specials.
        ArgumentTypeError: for a text that was not cut into tokens; `map(list, texts)` makes tokens of its letters.

    >>> from minitorch.text.vocab import build_vocab_from_iterator
    >>> texts = ["a rose is a rose", "a rose"]
    >>> vocab = build_vocab_from_iterator(map(str.split, texts), specials=["<unk>"])
    >>> vocab.get_itos(), vocab(["rose", "a"])
    (['<unk>', 'a', 'rose', 'is'], [2, 1])
    """
    refuse_text("vocab: specials must be a list of tokens", specials, f"pass [{specials!r}]")
    counter: Counter[str] = Counter()
    for tokens in iterator:
        refuse_text(
            "build_vocab_from_iterator: a text must come as its tokens",
            tokens,
            "pass map(str.split, texts), or map(list, texts) for letters",
        )
        counter.update(tokens)
    found = sorted(counter.items(), key=lambda pair: (-pair[1], pair[0]))
    if max_tokens is not None:
        room = max_tokens - len(specials or [])
        if room <= 0:
            raise ArgumentError(
                f"build_vocab_from_iterator: max_tokens={max_tokens} leaves no room besides the specials, "
                f"of which there are {len(specials or [])}"
            )
        found = found[:room]
    return vocab(dict(found), min_freq, specials, special_first)
