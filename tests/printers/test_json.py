"""Saved derivations: what is not of the schema is refused, with the place where it stands."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sympy import Float, Function, Symbol, sin

from derive.derivation import Derivation
from derive.errors import BrokenDocument, UnsupportedExpression
from derive.language import index, k, n, quantity
from derive.printers import from_json, to_json
from derive.steps import Rule, Step
from tests.printers.derivations import DERIVATIONS

SAVED = json.loads(to_json(DERIVATIONS["softmax"]))


def deep(levels: int) -> list[Any]:
    node: list[Any] = ["Integer", 2]
    for _ in range(levels):
        node = ["Apply", "exp", node]
    return node


def set_at(*path: Any) -> Callable[[dict[str, Any]], None]:
    *steps, last, value = path

    def change(document: dict[str, Any]) -> None:
        part: Any = document
        for step in steps:
            part = part[step]
        part[last] = value

    return change


FAULTS: dict[str, tuple[Callable[[dict[str, Any]], None], str]] = {
    "schema": (set_at("schema", "gradproof/kernel"), "schema is 'gradproof/kernel'"),
    "version": (set_at("version", 2), "version is 2; expected 1"),
    "version true": (set_at("version", True), "version is True"),
    "unknown field": (set_at("author", "me"), "unknown .'author'."),
    "missing field": (lambda document: document.pop("target"), "missing .'target'."),
    "unknown node": (set_at("target", ["Derivative", 1]), r"target\[0\] is 'Derivative'"),
    "SymPy's name": (set_at("target", ["Lambda", "x"]), r"target\[0\] is 'Lambda'"),
    "not a node": (set_at("target", "L"), "target is 'L'; expected an array"),
    "empty node": (set_at("target", []), "target is .*expected an array that begins"),
    "too many arguments": (set_at("target", ["Integer", 1, 2]), "expected an array of 2"),
    "too few arguments": (set_at("target", ["Add", ["Integer", 1]]), "Add with 2 or more"),
    "arity of Pow": (set_at("target", ["Pow", ["Integer", 2]]), "Pow with 2 arguments"),
    "huge exponent": (
        set_at("target", ["Pow", ["Integer", 2], ["Integer", 10**9]]),
        "1000 at most",
    ),
    "zero to a negative power": (
        set_at("target", ["Pow", ["Integer", 0], ["Integer", -1]]),
        "a base other than zero",
    ),
    "deep": (set_at("target", deep(80)), "at most 60 nodes"),
    "huge number": (set_at("target", ["Integer", 10**70]), "at most 60 digits"),
    "a float": (set_at("target", ["Integer", 0.5]), "holds 0.5; expected whole numbers"),
    "not lowest": (set_at("target", ["Rational", 2, 4]), "lowest terms"),
    "over zero": (set_at("target", ["Rational", 1, 0]), "lowest terms"),
    "undeclared scalar": (set_at("target", ["Scalar", "Q"]), "a scalar that the document declares"),
    "undeclared index": (set_at("target", ["Entry", "y", ["z"]]), r"target\[2\]\[0\] is 'z'"),
    "undeclared letter": (set_at("target", ["Entry", "x", ["i"]]), "a quantity that the document"),
    "indices": (set_at("target", ["Entry", "y", ["i", "q"]]), "all indices given"),
    "undeclared dimension": (
        set_at("target", ["Sum", ["Entry", "y", ["i"]], [["i", "z"]]]),
        r"target\[2\]\[0\]\[1\]",
    ),
    "no axes": (set_at("target", ["Sum", ["Entry", "y", ["i"]], []]), "one or more pairs"),
    "axis twice": (
        set_at("target", ["Entries", ["Integer", 1], [["i", "k"], ["i", "k"]]]),
        "all different",
    ),
    "function": (
        set_at("target", ["Apply", "eval", ["Integer", 1]]),
        r"target\[1\] is 'eval'; .*softmax",
    ),
    "no vector": (set_at("target", ["Apply", "softmax", ["Integer", 1]]), "softmax is applied"),
    "arguments": (
        set_at("target", ["Apply", "sigmoid", ["Entries", ["Integer", 1], [["i", "k"]]]]),
        "a scalar, to which sigmoid",
    ),
    "by what": (
        set_at("target", ["Partial", ["Scalar", "L"], ["Scalar", "L"]]),
        "an Entry, by which",
    ),
    "norm of what": (set_at("target", ["SquaredNorm", ["Integer", 1]]), "Entries, of which"),
    "equal indices": (set_at("target", ["Delta", "i", "i"]), "two different indices"),
    "no steps": (set_at("steps", []), "one step or more"),
    "step": (set_at("steps", 1, "L"), r"steps\[1\] is 'L'"),
    "in a step": (
        set_at("steps", 2, "after", ["Mul", ["Integer", 2], ["Nope"]]),
        r"steps\[2\].after\[2\]\[0\] is 'Nope'",
    ),
    "rule": (set_at("steps", 0, "rule", "name", 3), r"steps\[0\].rule.name is 3"),
    "statement": (set_at("steps", 0, "rule", "statement", [1]), r"rule.statement is \[1\]"),
    "shown": (set_at("steps", 0, "rule", "shown_as_statement", 1), "true or false"),
    "assumption": (set_at("steps", 4, "assumption", {}), r"steps\[4\].assumption"),
    "option": (set_at("options", [["batch", {}]]), r"options\[0\]\[1\]"),
    "domain": (set_at("scalars", {"L": "quaternion"}), "scalars.L is 'quaternion'"),
    "name": (set_at("indices", ["i + 1"]), r"indices\[0\] is 'i \+ 1'"),
    "shape": (set_at("quantities", [["y", ["z"]]]), r"quantities\[0\]"),
    "declared twice": (set_at("quantities", [["y", ["k"]], ["y", ["d"]]]), r"quantities\[1\]"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_broken_document_is_refused_with_its_place(fault: str) -> None:
    change, expected = FAULTS[fault]
    document = copy.deepcopy(SAVED)
    change(document)
    with pytest.raises(BrokenDocument, match=expected):
        from_json(json.dumps(document))


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("", "not JSON at line 1"),
        ("{", "not JSON"),
        ("[]", "expected an object"),
        ("null", "expected an object"),
        ('{"schema": NaN}', "holds NaN"),
        ('{"schema": 1, "schema": 1}', r"\['schema'\] twice"),
        ("[" * 100_000, "nested too deeply"),
        ('{"version": ' + "9" * 5000 + "}", "5000 digits"),
        ("x" * 4_000_001, "expected at most 4000000"),
    ],
)
def test_what_is_not_a_document_is_refused(written: str, expected: str) -> None:
    with pytest.raises(BrokenDocument, match=expected):
        from_json(written)


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    parts = value.items() if isinstance(value, dict) else enumerate(value)
    found = [path] if path else []
    for name, part in parts:
        inner = isinstance(part, (dict, list))
        found += places(part, (*path, name)) if inner else [(*path, name)]
    return found


SPOTS = places(SAVED)
anything = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-3, 3),
        st.sampled_from(["i", "k", "y", "Add", "Mul", "Pow", "Entry", "Integer", "softmax", ""]),
    ),
    lambda parts: st.one_of(
        st.lists(parts, max_size=3), st.dictionaries(st.text(max_size=2), parts, max_size=2)
    ),
    max_leaves=6,
)


@given(st.sampled_from(SPOTS), anything)
def test_any_change_is_read_or_refused_and_never_fails_otherwise(
    spot: tuple[Any, ...], value: Any
) -> None:
    document = copy.deepcopy(SAVED)
    set_at(*spot, value)(document)
    written = json.dumps(document)
    try:
        derivation = from_json(written)
    except BrokenDocument:
        with pytest.raises(BrokenDocument, match="expected"):
            from_json(written)
    else:
        assert from_json(to_json(derivation)) == derivation


i = index("i")
entry = quantity("a", k)[i]


def save(expr: Any, **options: Any) -> str:
    steps = (Step(expr, expr, Rule("rule")),)
    return to_json(Derivation("output", "loss", expr, (), steps, tuple(options.items())))


@pytest.mark.parametrize(
    "expr",
    [sin(entry), Function("f")(entry), Float("0.5"), Symbol("c", negative=True), entry + Float(1)],
)
def test_what_the_schema_lacks_is_not_written(expr: Any) -> None:
    with pytest.raises(UnsupportedExpression, match="JSON does not know"):
        save(expr)


def test_options_are_words_numbers_or_expressions() -> None:
    c = Symbol("c", real=True)
    document = save(entry, batch=True, reduction="sum", kink=c, places=3, nothing=None)
    assert dict(from_json(document).options)["kink"] == c
    with pytest.raises(UnsupportedExpression, match="options that are"):
        save(entry, labels=(1, 2))


def test_one_letter_may_have_an_example_and_a_batch_of_them() -> None:
    both = entry + quantity("a", n, k)[index("m"), i]
    assert from_json(save(both)).target == both
