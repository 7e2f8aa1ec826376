"""What an ONNX file says of itself, read with bounds before anything opens it: opsets and operators (stdlib only).

A file is a protobuf message, https://github.com/onnx/onnx/blob/main/onnx/onnx.proto: fields one after another, each a
number, how it is written, and its value. Only names and versions are looked at; weights are stepped over.
"""

from collections.abc import Iterator
from mmap import mmap
from typing import NamedTuple

MODEL_FIELDS = frozenset({1, 2, 3, 4, 5, 6, 7, 8, 14})  # no training, no functions of the file's own
GRAPH, OPSET = 7, 8  # of a model
NODE = 1  # of a graph
ATTRIBUTE = 5  # of a node
GRAPHS = frozenset({6, 11})  # of an attribute
VARINT, EIGHT_BYTES, BYTES, FOUR_BYTES = 0, 1, 2, 5  # how a field is written
SIZES = {EIGHT_BYTES: 8, FOUR_BYTES: 4}
MOST_FIELDS = 200_000  # that are looked at: a tenth of a second
Name = tuple[str, str]


class Described(NamedTuple):
    """What a file says."""

    opsets: list[tuple[str, int]]  # domain, version
    operators: list[Name]  # domain, operator of each node


class _Walk:
    """Reads messages within one another, and no more than so many fields of all of them."""

    def __init__(self) -> None:
        self._left = MOST_FIELDS

    def fields(self, message: memoryview) -> Iterator[tuple[int, int | memoryview]]:
        """Yield each field's number and value; raise ValueError where it is no message, or one of too many fields."""
        place = 0
        while place < len(message):
            self._left -= 1
            if self._left < 0:
                raise ValueError(f"more than {MOST_FIELDS:,} fields")
            tag, place = _varint(message, place)
            number, kind = tag >> 3, tag & 7
            if not number or tag >= 2**32:  # protobuf would cut it to 32 bits and see another one
                raise ValueError("a field without a number")
            value, place = _value(message, place, kind)
            yield number, value

    def opset(self, message: memoryview) -> tuple[str, int]:
        domain, version = "", 0
        for number, value in self.fields(message):
            if number == 1:
                domain = _text(value)
            elif number == 2:
                version = value if isinstance(value, int) else 0
        return _plain(domain), version

    def operators(self, graph: memoryview) -> Iterator[Name]:
        for number, value in self.fields(graph):
            if number == NODE:
                yield self._operator(_message(value))

    def _operator(self, node: memoryview) -> Name:
        domain, operator, attributes = "", "", []
        for number, value in self.fields(node):
            if number == 4:
                operator = _text(value)
            elif number == 7:
                domain = _plain(_text(value))
            elif number == ATTRIBUTE:
                attributes.append(_message(value))
        if not domain:  # trees of ai.onnx.ml have a field for each number, and no operator there takes a graph
            self._refuse_graphs(attributes)
        return domain, operator

    def _refuse_graphs(self, attributes: list[memoryview]) -> None:
        if any(number in GRAPHS for attribute in attributes for number, _ in self.fields(attribute)):
            raise ValueError("a graph within the graph")


def described(model: bytes | mmap) -> Described:
    """Return what a file says of itself.

    Raises:
        ValueError: it is no ONNX file, or one with graphs in its nodes or functions of its own.
    """
    walk, found = _Walk(), Described([], [])
    for number, value in walk.fields(memoryview(model)):
        if number not in MODEL_FIELDS:
            raise ValueError(f"field {number} of a model")
        if number == OPSET:
            found.opsets.append(walk.opset(_message(value)))
        elif number == GRAPH:
            found.operators.extend(walk.operators(_message(value)))
    return found


def _value(message: memoryview, place: int, kind: int) -> tuple[int | memoryview, int]:
    if kind == VARINT:
        return _varint(message, place)
    if kind == BYTES:
        size, place = _varint(message, place)
    elif kind in SIZES:
        size = SIZES[kind]
    else:
        raise ValueError(f"a field of kind {kind}")
    if size > len(message) - place:
        raise ValueError("a field beyond the end")
    return message[place : place + size], place + size


def _varint(message: memoryview, place: int) -> tuple[int, int]:
    value = 0
    for shift, byte in enumerate(message[place : place + 10]):
        value |= (byte & 127) << 7 * shift
        if byte < 128:
            return value, place + shift + 1
    raise ValueError("a number without an end")


def _message(value: int | memoryview) -> memoryview:
    if isinstance(value, int):
        raise ValueError("a number in a message's place")
    return value


def _text(value: int | memoryview) -> str:
    return str(_message(value), "utf8")


def _plain(domain: str) -> str:
    return "" if domain == "ai.onnx" else domain
