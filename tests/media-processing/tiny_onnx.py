"""The smallest ONNX models: a picture in, and always the same array out. Written by hand, since
the package ``onnx`` would be one more to install for two dozen fields of protobuf."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

FLOAT = 1


def model(
    answer: NDArray[np.float32], *, side: int | str = 64, metadata: Mapping[str, str] | None = None
) -> bytes:
    """An ONNX file; ``side`` is a number, or the name of a side that may be anything."""
    picture = _value("images", [1, 3, side, side])
    tensor = b"".join(
        [
            *(_number(1, one) for one in answer.shape),
            _number(2, FLOAT),
            _text(8, "answer"),
            _bytes(9, answer.astype("<f4").tobytes()),
        ]
    )
    node = _text(1, "answer") + _text(2, "output0") + _text(4, "Identity")
    graph = b"".join(
        [
            _bytes(1, node),
            _text(2, "g"),
            _bytes(5, tensor),
            _bytes(11, picture),
            _bytes(12, _value("output0", list(answer.shape))),
        ]
    )
    pairs = [_bytes(14, _text(1, name) + _text(2, text)) for name, text in (metadata or {}).items()]
    opset = _bytes(8, _text(1, "") + _number(2, 13))
    return b"".join([_number(1, 8), _bytes(7, graph), opset, *pairs])


def _value(name: str, shape: list[int | str]) -> bytes:
    dims = b"".join(
        _bytes(1, _number(1, one) if isinstance(one, int) else _text(2, one)) for one in shape
    )
    kind = _bytes(1, _number(1, FLOAT) + _bytes(2, dims))
    return _text(1, name) + _bytes(2, kind)


def _varint(value: int) -> bytes:
    found = bytearray()
    while value > 127:
        found.append(value & 127 | 128)
        value >>= 7
    return bytes([*found, value])


def _number(field: int, value: int) -> bytes:
    return _varint(field << 3) + _varint(value)


def _bytes(field: int, value: bytes) -> bytes:
    return _varint(field << 3 | 2) + _varint(len(value)) + value


def _text(field: int, value: str) -> bytes:
    return _bytes(field, value.encode())
