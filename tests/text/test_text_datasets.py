"""Published texts: small files in their own formats, malformed ones, and downloads from this machine."""

from __future__ import annotations

import hashlib
import io
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from file_server import FileServer, serving
from hypothesis import given, strategies as st

from minitorch.errors import ArgumentError, DatasetError, DownloadError
from minitorch.text.datasets import (
    AG_NEWS,
    Multi30k,
    ParallelText,
    PennTreebank,
    SentencePairs,
    ag_news,
    multi30k,
    penn_treebank,
)
from minitorch.text.datasets.files import Published

AG = (
    '"3","Wall St. Bears Claw Back Into the Black (Reuters)","Reuters - Short-sellers, Wall Street\'s band"\n'
    '"4","IBM\\s chip","A \\""new\\"" one, says IBM."\n'
    '"1","Unruhe in Zürich",""\n'
)
PTB = " aer banknote berlitz calloway \n pierre <unk> N years old will join the board \n"


@pytest.fixture
def server() -> Iterator[FileServer]:
    with serving() as running:
        yield running


def md5(content: bytes) -> str:
    return hashlib.md5(content, usedforsecurity=False).hexdigest()


def put(folder: Path, **files: str | bytes) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        path = folder / name.replace("__", ".")
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return folder


def archive(**files: str) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as pack:
        for name, content in files.items():
            info = tarfile.TarInfo(name.replace("__", "."))
            info.size = len(content.encode())
            pack.addfile(info, io.BytesIO(content.encode()))
    return out.getvalue()


# AG News ------------------------------------------------------------------------------------------------


def test_ag_news(tmp_path: Path) -> None:
    put(tmp_path, train__csv=AG)
    put(tmp_path / "datasets" / "AG_NEWS", test__csv='"2","a","b"\n')
    train, test = AG_NEWS(tmp_path, verify=False)
    assert list(train) == [
        (3, "Wall St. Bears Claw Back Into the Black (Reuters) Reuters - Short-sellers, Wall Street's band"),
        (4, 'IBM\\s chip A \\"new\\" one, says IBM.'),
        (1, "Unruhe in Zürich "),
    ]
    assert list(test) == [(2, "a b")]
    assert len(AG_NEWS(tmp_path, "train", verify=False)) == 3
    assert isinstance(AG_NEWS(tmp_path, ("test",), verify=False), tuple)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('"5","a","b"\n', "line 1: expected a class from 1 to 4"),
        (AG + '"1","a"\n', "line 4: expected a class .* got 2 fields: '1', 'a'"),
        (AG + "\n", "line 4: expected a class .* got 0 fields"),
        (AG.encode() + b'"1","\xff","b"\n', "line 4: not utf-8"),
        ('"1","a","' + "x" * 200_000 + '"', "line 1: field larger"),
        ("<!DOCTYPE html>\n", "line 1: expected a class"),
    ],
)
def test_malformed_ag_news(tmp_path: Path, text: str | bytes, said: str) -> None:
    put(tmp_path, train__csv=text)
    with pytest.raises(DatasetError, match=said) as caught:
        AG_NEWS(tmp_path, "train", verify=False)
    assert str(tmp_path / "train.csv") in str(caught.value)


# Penn Treebank ------------------------------------------------------------------------------------------


def test_penn_treebank(tmp_path: Path) -> None:
    put(tmp_path, ptb__train__txt=PTB, ptb__valid__txt=" a b \n", ptb__test__txt=" c \n")
    train, valid, test = PennTreebank(tmp_path, verify=False)
    assert list(train) == ["aer banknote berlitz calloway", "pierre <unk> N years old will join the board"]
    assert list(valid) == ["a b"]
    assert list(test) == ["c"]
    put(tmp_path, ptb__test__txt=" c \n\n d \n")
    with pytest.raises(DatasetError, match=r"ptb.test.txt, line 2: expected words, got none"):
        PennTreebank(tmp_path, "test", verify=False)


# Sentence pairs -----------------------------------------------------------------------------------------


def test_sentence_pairs(tmp_path: Path) -> None:
    thanks = "CC-BY 2.0 (France) Attribution: tatoeba.org #2877272 (CM) & #1158250 (Wittydev)"
    put(
        tmp_path,
        fra__txt=f"Go.\tVa !\t{thanks}\nRun\u2028!\tCours\u202f!\t{thanks}\r\n",
        old__txt="Hi.\tSalut !\n",
    )
    assert list(SentencePairs(tmp_path / "fra.txt")) == [("Go.", "Va !"), ("Run\u2028!", "Cours\u202f!")]
    assert SentencePairs(tmp_path / "old.txt", (1, 0))[0] == ("Salut !", "Hi.")
    put(tmp_path, tatoeba__tsv="\ufeff1276\tLet's try something.\t2481\tIntentemos algo.\n")
    assert SentencePairs(tmp_path / "tatoeba.tsv", (1, 3))[0] == ("Let's try something.", "Intentemos algo.")
    assert SentencePairs(tmp_path / "tatoeba.tsv", (0, 3))[0][0] == "1276"


@pytest.mark.parametrize("line", ["Go. Va !", "Go.\t", "\tVa !", "", " \t "])
def test_malformed_sentence_pairs(tmp_path: Path, line: str) -> None:
    put(tmp_path, fra__txt=f"Go.\tVa !\n{line}\n")
    with pytest.raises(DatasetError, match=r"fra.txt, line 2: expected sentences in columns 0 and 1"):
        SentencePairs(tmp_path / "fra.txt")


def test_other_encodings(tmp_path: Path) -> None:
    put(tmp_path, x__txt="a\tä\n".encode("latin1"))
    with pytest.raises(DatasetError, match="line 1: not utf-8"):
        SentencePairs(tmp_path / "x.txt")
    assert SentencePairs(tmp_path / "x.txt", encoding="latin1")[0] == ("a", "ä")


def test_parallel_text(tmp_path: Path) -> None:
    put(tmp_path, a="eins\nzwei \n", b="one\ntwo")
    assert list(ParallelText(tmp_path / "a", tmp_path / "b")) == [("eins", "one"), ("zwei", "two")]
    put(tmp_path, b="one\n")
    with pytest.raises(
        DatasetError, match="the first file has a line 2, the second one has not; one of them is cut off"
    ):
        ParallelText(tmp_path / "a", tmp_path / "b")
    with pytest.raises(DatasetError, match="the second file has a line 2, the first one has not"):
        ParallelText(tmp_path / "b", tmp_path / "a")


def outcome(read: Any) -> Any:
    """What was read, or what the error says."""
    try:
        return read()
    except DatasetError as error:
        return str(error)


@given(st.binary(max_size=80))
def test_any_bytes_are_read_or_refused_by_name(tmp_path_factory: Any, junk: bytes) -> None:
    folder = put(tmp_path_factory.mktemp("text"), test__csv=junk, ptb__test__txt=junk, pairs__txt=junk)
    for read, name in (
        (lambda: AG_NEWS(folder, "test", verify=False), "test.csv"),
        (lambda: PennTreebank(folder, "test", verify=False), "ptb.test.txt"),
        (lambda: SentencePairs(folder / "pairs.txt"), "pairs.txt"),
    ):
        found = outcome(read)
        assert str(folder / name) in found if isinstance(found, str) else len(found) <= junk.count(b"\n") + 1


# Multi30k -----------------------------------------------------------------------------------------------

SENTENCES = {"val__de": "Ein Hund.\nZwei Männer.\n", "val__en": "A dog.\nTwo men.\n"}


@pytest.mark.parametrize("packed", [False, True])
def test_multi30k(tmp_path: Path, packed: bool) -> None:
    if packed:
        put(tmp_path, validation__tar__gz=archive(**SENTENCES, **{"._val__de": "junk"}))
    else:
        put(tmp_path, **SENTENCES)
    assert list(Multi30k(tmp_path, "valid", verify=False)) == [
        ("Ein Hund.", "A dog."),
        ("Zwei Männer.", "Two men."),
    ]
    assert Multi30k(tmp_path, "valid", ("en", "de"), verify=False)[1] == ("Two men.", "Zwei Männer.")


def test_malformed_multi30k(tmp_path: Path) -> None:
    with pytest.raises(ArgumentError, match="language_pair must be"):
        Multi30k(tmp_path, language_pair=("de", "fr"))
    with pytest.raises(ArgumentError, match="no split 'val', only train, valid, test"):
        Multi30k(tmp_path, "val")
    pack = tmp_path / "validation.tar.gz"
    whole = archive(**SENTENCES)
    for content, said in (
        (whole[: len(whole) // 2], "no complete archive"),
        (b"junk", "no complete archive"),
        (archive(val__de="a\n"), "there is no val.en in"),
        (archive(val__de="a\n", val__en="a\nb\n"), "the second file has a line 2"),
    ):
        pack.write_bytes(content)
        with pytest.raises(DatasetError, match=said) as caught:
            Multi30k(tmp_path, "valid", verify=False)
        assert str(pack) in str(caught.value)
    pack.write_bytes(whole)
    with pytest.raises(DatasetError, match="its sha256 is"):
        Multi30k(tmp_path, "valid")


def test_an_archive_with_one_byte_changed(tmp_path: Path) -> None:
    whole = archive(**SENTENCES)
    for at in range(len(whole)):
        pack = tmp_path / "validation.tar.gz"
        pack.write_bytes(whole[:at] + bytes([whole[at] ^ 0x5A]) + whole[at + 1 :])
        found = outcome(lambda: Multi30k(tmp_path, "valid", verify=False))
        assert str(pack) in found if isinstance(found, str) else len(found) == 2


def test_a_large_archive_that_is_damaged_in_the_middle(tmp_path: Path) -> None:
    words = "".join(f"{hashlib.sha256(bytes([k % 256, k // 256])).hexdigest()}\n" for k in range(3000))
    whole = archive(val__de=words, val__en=words)
    pack = tmp_path / "validation.tar.gz"
    for at in range(1000, len(whole), len(whole) // 20):
        pack.write_bytes(whole[:at] + bytes(40) + whole[at + 40 :])
        found = outcome(lambda: Multi30k(tmp_path, "valid", verify=False))
        assert str(pack) in found if isinstance(found, str) else len(found) == 3000


# Published files ----------------------------------------------------------------------------------------


def test_files_that_are_not_there_are_named_with_their_address(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="there is no ptb.test.txt in .* from https://raw.github"):
        PennTreebank(tmp_path, "test", download=False)


def test_another_file_than_the_published_one_is_named(tmp_path: Path) -> None:
    put(tmp_path, train__csv=AG)
    with pytest.raises(DatasetError, match="md5 .*b1a00f82.*verify=False") as caught:
        AG_NEWS(tmp_path, "train")
    assert str(tmp_path / "train.csv") in str(caught.value)


def test_downloads(tmp_path: Path, server: FileServer, monkeypatch: Any) -> None:
    pytest.importorskip("pooch")
    server.files["/ptb.test.txt"] = PTB.encode()
    wanted = Published(f"{server.url}/ptb.test.txt", md5=md5(PTB.encode()))
    monkeypatch.setitem(penn_treebank.FILES, "test", wanted)
    assert len(PennTreebank(tmp_path, "test")) == 2
    assert (tmp_path / "datasets" / "PennTreebank" / "ptb.test.txt").read_text() == PTB
    server.files.clear()
    assert len(PennTreebank(tmp_path, "test", download=False)) == 2
    asked = len(server.asked)
    PennTreebank(tmp_path, "test")
    assert len(server.asked) == asked


def test_a_download_that_is_not_the_published_file(
    tmp_path: Path, server: FileServer, monkeypatch: Any
) -> None:
    pytest.importorskip("pooch")
    server.files["/test.csv"] = AG.encode()
    monkeypatch.setitem(ag_news.FILES, "test", Published(f"{server.url}/test.csv", md5="0" * 32))
    with pytest.raises(DownloadError, match="should be md5 000"):
        AG_NEWS(tmp_path, "test")
    assert not list(tmp_path.rglob("*.csv"))


def test_a_downloaded_archive(tmp_path: Path, server: FileServer, monkeypatch: Any) -> None:
    pytest.importorskip("pooch")
    monkeypatch.setenv("MINITORCH_HOME", str(tmp_path))
    content = archive(**SENTENCES)
    server.files["/validation.tar.gz"] = content
    wanted = Published(f"{server.url}/validation.tar.gz", sha256=hashlib.sha256(content).hexdigest())
    monkeypatch.setitem(multi30k.FILES, "valid", wanted)
    assert len(Multi30k(split="valid")) == len(Multi30k(split="valid")) == 2
    assert [path.name for path in tmp_path.rglob("*.gz")] == ["validation.tar.gz"]
    assert len(server.asked) == 1


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "the file is empty"),
        ('"1","a","b"\n"2","cut off', "line 2: unexpected end of data"),
        ('"1","a","b"x\n', "line 1: "),
    ],
)
def test_news_that_are_damaged(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "test.csv").write_text(text)
    with pytest.raises(DatasetError, match=f"test.csv.*{said}"):
        AG_NEWS(tmp_path, "test", verify=False)
