"""Vocabularies, tokenizers, n-grams, and batches for language models."""

from __future__ import annotations

import pickle
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, strategies as st

import minitorch
from minitorch.errors import (
    ArgumentError,
    ArgumentTypeError,
    IndexRangeError,
    NotSupportedError,
    ShapeError,
    StateDictError,
)
from minitorch.text.data import (
    batchify,
    get_tokenizer,
    ngrams_iterator,
    to_map_style_dataset,
    windows,
)
from minitorch.text.vocab import Vocab, build_vocab_from_iterator, vocab
from minitorch.utils.data import DataLoader

TEXTS = [["b", "a", "b"], ["c", "a", "b", "d"]]


# Vocabularies -------------------------------------------------------------------------------------------


def test_frequent_tokens_come_first_and_equal_ones_by_the_alphabet() -> None:
    assert build_vocab_from_iterator(TEXTS).get_itos() == ["b", "a", "c", "d"]
    first = build_vocab_from_iterator(TEXTS, min_freq=2, specials=["<unk>", "<pad>"])
    assert first.get_itos() == ["<unk>", "<pad>", "b", "a"]
    last = build_vocab_from_iterator(TEXTS, specials=["<unk>"], special_first=False)
    assert last.get_itos() == ["b", "a", "c", "d", "<unk>"]
    few = build_vocab_from_iterator(TEXTS, specials=["<unk>"], max_tokens=3)
    assert few.get_itos() == ["<unk>", "b", "a"]
    assert build_vocab_from_iterator([["<unk>", "a"]], specials=["<unk>"]).get_itos() == ["<unk>", "a"]
    with pytest.raises(ArgumentError, match="leaves no room"):
        build_vocab_from_iterator(TEXTS, specials=["<unk>"], max_tokens=1)


def test_vocab_keeps_the_order_of_the_dict() -> None:
    counts = {"e": 1, "a": 5, "<unk>": 9}
    assert vocab(counts, specials=["<unk>"]).get_itos() == ["<unk>", "e", "a"]
    assert vocab(counts, min_freq=2).get_itos() == ["a", "<unk>"]
    assert counts == {"e": 1, "a": 5, "<unk>": 9}


def test_what_is_not_in_the_vocabulary() -> None:
    v = Vocab(["<unk>", "a"])
    with pytest.raises(RuntimeError, match="'zebra' is not among its 2 tokens.*set_default_index"):
        v(["a", "zebra"])
    assert v.get_default_index() is None
    v.set_default_index(v["<unk>"])
    assert v(["a", "zebra"]) == [1, 0]
    assert v["zebra"] == 0
    assert "zebra" not in v
    v.set_default_index(-1)
    assert v["zebra"] == -1


def test_looking_up() -> None:
    v = Vocab(["x", "y"])
    assert v.lookup_tokens([1, 0]) == ["y", "x"]
    assert v.lookup_indices(["y"]) == [1]
    assert v.get_stoi() == {"x": 0, "y": 1}
    assert len(v) == 2
    for index in (2, -1):
        with pytest.raises(IndexRangeError, match="out of range for 2 tokens"):
            v.lookup_token(index)


def test_arguments_of_the_wrong_type() -> None:
    v = Vocab(["x", "y"])
    for wrong in (lambda: v.lookup_token("a"), lambda: v.set_default_index("x"), lambda: Vocab(["x"], 0.5)):  # type: ignore[arg-type]
        with pytest.raises(ArgumentTypeError, match="must be an integer, got"):
            wrong()
    for make in (vocab, lambda *args, **kw: build_vocab_from_iterator(TEXTS, **kw)):
        with pytest.raises(ArgumentTypeError, match=r"specials must be a list of tokens.*pass \['<unk>'\]"):
            make({"a": 1}, specials="<unk>")
    with pytest.raises(ArgumentTypeError, match="'hello world'; pass map"):
        build_vocab_from_iterator(["hello world"])
    for state in (3, {"tokens": ["a"]}, {"tokens": 3, "default_index": None}):
        with pytest.raises(StateDictError, match="expected a state with tokens and default_index"):
            v.load_state_dict({"_extra_state": state})
    assert v.get_itos() == ["x", "y"]


def test_adding_tokens() -> None:
    v = Vocab(["x", "z"])
    v.insert_token("y", 1)
    v.append_token("end")
    assert v(["x", "y", "z", "end"]) == [0, 1, 2, 3]
    assert v.lookup_token(2) == "z"
    for change in (lambda: v.append_token("x"), lambda: v.insert_token("x", 0)):
        with pytest.raises(RuntimeError, match="'x' is there already, with index 0"):
            change()
    with pytest.raises(RuntimeError, match="between 0 and 4"):
        v.insert_token("w", 5)
    with pytest.raises(ArgumentError, match="'x' comes twice"):
        Vocab(["x", "y", "x"])
    assert v.get_itos() == ["x", "y", "z", "end"]


def test_a_vocabulary_is_saved_with_its_model(tmp_path: Path) -> None:
    v = Vocab(["<unk>", "ä", "b"], default_index=0)
    minitorch.save(v.state_dict(), tmp_path / "vocab.minitorch")
    other = Vocab([])
    other.load_state_dict(minitorch.load(tmp_path / "vocab.minitorch"))
    copied = pickle.loads(pickle.dumps(v))
    for again in (other, copied):
        assert again.get_itos() == v.get_itos()
        assert again(["b", "c"]) == [2, 0]


@given(st.lists(st.lists(st.sampled_from("abcdef"))), st.integers(1, 3))
def test_every_token_finds_its_way_back(texts: list[list[str]], least: int) -> None:
    v = build_vocab_from_iterator(texts, min_freq=least, specials=["<unk>"])
    v.set_default_index(0)
    counts = Counter(token for text in texts for token in text)
    for text in texts:
        kept = [token if counts[token] >= least else "<unk>" for token in text]
        assert v.lookup_tokens(v(text)) == kept
    assert [counts[t] for t in v.get_itos()[1:]] == sorted(
        (n for n in counts.values() if n >= least), reverse=True
    )


# Tokens -------------------------------------------------------------------------------------------------


def by_steps(text: str) -> list[str]:
    """What "basic_english" says, one replacement after the other."""
    text = text.lower()
    for pattern, replacement in [
        ("'", " '  "), ('"', ""), (r"\.", " . "), ("<br />", " "), (",", " , "), (r"\(", " ( "), (r"\)", " ) "),
        ("!", " ! "), (r"\?", " ? "), (";", " "), (":", " "), (r"\s+", " "),
    ]:  # fmt: skip
        text = re.sub(pattern, replacement, text)
    return text.split()


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("You can now install TorchText using pip!", "you can now install torchtext using pip !"),
        ('It\'s "fine" (or: not?); 3.14<br />end', "it ' s fine ( or not ? ) 3 . 14 end"),
        ("", ""),
    ],
)
def test_basic_english(text: str, tokens: str) -> None:
    assert get_tokenizer("basic_english")(text) == tokens.split()


@given(st.text(st.sampled_from("aB'\".<br />,()!?;: \n\u00a0\u2028É")))
def test_basic_english_in_steps(text: str) -> None:
    assert get_tokenizer("basic_english")(text) == by_steps(text)


def test_other_tokenizers() -> None:
    assert get_tokenizer(None)("A b.  C") == ["A", "b.", "C"]
    assert get_tokenizer(list)("ab") == ["a", "b"]
    with pytest.raises(NotSupportedError, match="'spacy' belongs to another library"):
        get_tokenizer("spacy")
    with pytest.raises(ValueError, match="'basic_english', a function or None"):
        get_tokenizer("words")
    with pytest.raises(ValueError, match="is for language 'en', got 'de'"):
        get_tokenizer("basic_english", "de")


def test_ngrams() -> None:
    assert list(ngrams_iterator("abcd", 3)) == ["a", "b", "c", "d", "a b", "b c", "c d", "a b c", "b c d"]
    assert list(ngrams_iterator(["a"], 3)) == ["a"]
    assert list(ngrams_iterator([], 2)) == []


def test_to_map_style_dataset() -> None:
    data = to_map_style_dataset((k, "x" * k) for k in range(5))
    assert len(data) == 5
    assert data[2] == (2, "xx")
    assert list(data) == [data[k] for k in range(5)]
    labels, texts = next(iter(DataLoader(data, batch_size=5)))
    assert labels.tolist() == [0, 1, 2, 3, 4]
    assert texts[3] == "xxx"


# Language models ----------------------------------------------------------------------------------------


@given(st.integers(1, 40), st.integers(1, 5), st.integers(1, 9))
def test_windows_give_each_token_its_successor_once(n: int, batch_size: int, bptt: int) -> None:
    if n < batch_size:
        with pytest.raises(ShapeError, match="at least batch_size"):
            batchify(minitorch.arange(n), batch_size)
        return
    columns = batchify(minitorch.arange(n), batch_size)
    assert columns.shape == (n // batch_size, batch_size)
    pairs = [
        (x, y)
        for xs, ys in windows(columns, bptt)
        for x, y in zip(xs.reshape(-1), ys.reshape(-1), strict=True)
    ]
    assert all(int(y) == int(x) + 1 for x, y in pairs)
    assert len(pairs) == (len(columns) - 1) * batch_size
    assert all(len(xs) == bptt for xs, _ in list(windows(columns, bptt))[:-1])


def test_windows_that_make_no_sense() -> None:
    with pytest.raises(ArgumentError, match="at least 1"):
        windows(minitorch.zeros(3, 2), 0)
    with pytest.raises(ShapeError, match="vector"):
        batchify(minitorch.zeros(3, 2), 1)


def test_names_that_are_not_there() -> None:
    for room in (minitorch.text, minitorch.text.data, minitorch.text.datasets):
        ask: Any = room
        with pytest.raises(AttributeError, match="has no attribute 'florp'"):
            ask.florp  # noqa: B018
