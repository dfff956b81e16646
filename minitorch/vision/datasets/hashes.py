"""SHA-256 of published files of which torchvision has the MD5, against which a file can be forged."""

from __future__ import annotations

from typing import Any

SHA256 = {  # by MD5, as others publish them who distribute or check the same files
    # MNIST
    "f68b3c2dcbeaaa9fbdd348bbdeb94873": "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
    "d53e105ee54ea40749a09fcbcd1e9432": "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
    "9fb629c4189551a2d022fa330f9573f3": "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
    "ec29112dd5afa0611ce80d1b7f02629c": "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
    # FashionMNIST
    "8d4fb7e6c68d591d4c3dfef9ec88bf0d": "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84",
    "25c81989df183df01b3e8a0aad5dffbe": "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845",
    "bef4ecab320f06d8554ea6380940ec79": "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073",
    "bb300cfdad3c16e7a12a480ee83cd310": "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5",
    # CIFAR10 and CIFAR100, the archives
    "c58f30108f718f92721af3b95e74349a": "6d958be074577803d12ecdefd02955f39262c83c16fe9348329d7fe0b5c001ce",
    "eb9058c3a382ffc7106e4002c42a8d85": "85cd44d02ba6437773c5bbd22e183051d648de2e7d6b014e1ef29b855ba677a7",
}


def strongest(md5: str) -> dict[str, Any]:
    """The SHA-256 of a file of which the MD5 is given, or that where no other is known: arguments of `verify`.

    >>> from minitorch.vision.datasets.hashes import strongest
    >>> strongest("f68b3c2dcbeaaa9fbdd348bbdeb94873")
    {'sha256': '440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609'}
    >>> strongest("0" * 32)
    {'md5': '00000000000000000000000000000000'}
    """
    return {"sha256": SHA256[md5]} if md5 in SHA256 else {"md5": md5}
