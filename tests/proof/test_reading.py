"""Saved applications of functions: the number and the kind of their arguments are checked."""

from __future__ import annotations

import json
from typing import Any

import pytest
from sympy import Function

import derive
from derive.derivation import Derivation
from derive.errors import BrokenDocument
from derive.language import NamedFunction, function_table
from derive.printers.json import _arity

SAVED = derive.pair("softmax", "cross-entropy").gradient("a").to_json()
ONE = ["Integer", 2]
VECTOR = ["Entries", ["Entry", "a", ["i"]], [["i", "k"]]]
MATRIX = ["Entries", ["Entry", "a", ["i"]], [["i", "k"], ["j", "k"]]]
INDEX = ["Index", "i"]


def read(node: list[Any]) -> Derivation:
    document = json.loads(SAVED)
    document["target"] = node
    return Derivation.from_json(json.dumps(document))


ARGUMENTS = {row.name: [VECTOR, INDEX] for row in function_table() if row.of_vector} | {
    row.name: [ONE] * (2 if row.name in ("relu", "step") else 1)
    for row in function_table()
    if not row.of_vector
}


@pytest.mark.parametrize("name", ARGUMENTS)
def test_every_function_is_read_with_its_arguments(name: str) -> None:
    right = ARGUMENTS[name]
    assert len(read(["Apply", name, *right]).target.args) in (len(right), 0)
    for wrong in (right[:-1], [*right, right[-1]], [*right, right[-1], right[-1]]):
        with pytest.raises(BrokenDocument, match=f"target.*(argument|Apply with).*|{name}"):
            read(["Apply", name, *wrong])


WRONG = {
    "two for one": (["Apply", "sigmoid", ONE, ONE], r"sigmoid with 1 argument, not 2"),
    "one for two": (["Apply", "relu", ONE], r"relu with 2 arguments, not 1"),
    "three for two": (["Apply", "step", ONE, ONE, ONE], r"step with 2 arguments, not 3"),
    "no position": (["Apply", "softmax", VECTOR], r"softmax with 2 arguments, not 1"),
    "no index": (["Apply", "softmax", VECTOR, ONE], r"target\[3\].*an Index, at which softmax"),
    "a scalar": (
        ["Apply", "softmax", VECTOR, ["Scalar", "L"]],
        r"target\[3\].*an Index, at which softmax",
    ),
    "a matrix": (["Apply", "softmax", MATRIX, INDEX], r"Entries over one index, to which softmax"),
    "an array as convention": (["Apply", "relu", ONE, VECTOR], r"target\[3\].*a scalar, to which"),
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong_arguments_are_refused_with_their_place(name: str) -> None:
    node, message = WRONG[name]
    with pytest.raises(BrokenDocument, match=message):
        read(node)


def test_a_row_tells_how_many_arguments_its_function_takes() -> None:
    class one(Function):  # type: ignore[misc]  # noqa: N801
        nargs = 1

    class any_number(Function):  # type: ignore[misc]  # noqa: N801
        pass

    assert _arity(NamedFunction(one, "f", "f", slope=one)) == 1
    assert _arity(NamedFunction(any_number, "f", "f", slope=any_number)) is None
    assert _arity(NamedFunction(any_number, "f", "f", slope=lambda x, by, more: x)) == 3
    assert _arity(NamedFunction(any_number, "f", "f", slope=lambda *xs: xs[0])) is None
    known = NamedFunction(any_number, "f", "f", slope=one, definition=lambda x, c: x * c)
    assert _arity(known) == 2
    vector = NamedFunction(any_number, "f", "f", slope=lambda v, i, by: v, of_vector=True)
    assert _arity(vector) == 2
