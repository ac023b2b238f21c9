"""A derivation as JSON and back: a tree of listed nodes, read without running anything.

Expressions are arrays whose first entry names the node: ``["Sum", body, [["i", "k"]]]``. Letters
are declared once, with their dimensions. What is not listed is refused with the place it stands at.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from inspect import Parameter, signature
from types import FunctionType
from typing import Any

from sympy import (
    Add,
    Basic,
    Expr,
    Function,
    Indexed,
    Integer,
    KroneckerDelta,
    Mul,
    Pow,
    Rational,
    S,
    Symbol,
)
from sympy import Sum as SymbolicSum

from derive.derivation import Derivation
from derive.errors import BrokenDocument, UnsupportedExpression
from derive.language import (
    Entries,
    NamedFunction,
    Partial,
    SquaredNorm,
    dimension,
    function_table,
    index,
    layer_of,
    named_function,
    quantity,
)
from derive.steps import Assumption, Definition, Rule, Step

__all__ = ["SCHEMA", "VERSION", "from_json", "parsed", "to_json"]

SCHEMA = "gradproof/derivation"
VERSION = 1

_DEEPEST = 60
_MOST_DIGITS = 60
_LONGEST_NAME = 40
_LARGEST_DOCUMENT = 4_000_000
_WIDTH = 96


# Writing ----------------------------------------------------------------------------------------


@dataclass
class _Letters:
    """What a document declares: dimensions, indices, scalars with what is assumed, quantities."""

    dimensions: dict[str, None] = field(default_factory=dict)
    indices: dict[str, None] = field(default_factory=dict)
    scalars: dict[str, list[str]] = field(default_factory=dict)
    quantities: dict[tuple[str, int], list[str]] = field(default_factory=dict)

    def size(self, symbol: Symbol) -> str:
        self.dimensions[str(symbol)] = None
        return str(symbol)

    def position(self, symbol: Expr) -> str:
        if not isinstance(symbol, Symbol) or symbol != index(str(symbol)):
            raise UnsupportedExpression("JSON", symbol, "an index made by derive.language.index")
        self.indices[str(symbol)] = None
        return str(symbol)

    def entry(self, expr: Indexed) -> list[Any]:
        name, shape = str(expr.base.label), [self.size(size) for size in expr.base.shape or ()]
        if self.quantities.setdefault((name, len(shape)), shape) != shape:
            raise UnsupportedExpression(
                "JSON", expr, "one shape for each letter and number of indices"
            )
        if expr.base != quantity(name, *(dimension(size) for size in shape)):
            raise UnsupportedExpression("JSON", expr, "quantities of derive.language.quantity")
        return ["Entry", name, [self.position(place) for place in expr.indices]]

    def symbol(self, expr: Symbol) -> list[Any]:
        name = str(expr)
        if expr == index(name):
            # A dimension and an index are the same symbol; where it stands in a sum decides.
            return ["Index", self.position(expr)]
        if expr not in (Symbol(name, real=True), Symbol(name, positive=True), Symbol(name)):
            raise UnsupportedExpression("JSON", expr, "scalars that are real, positive or free")
        domain = next(known for known in _DOMAINS if expr == _DOMAINS[known](name))
        if self.scalars.setdefault(name, [domain]) != [domain]:
            raise UnsupportedExpression(
                "JSON", expr, f"one meaning for each letter, {name!r} has 2"
            )
        return ["Scalar", name]


_DOMAINS: dict[str, Callable[[str], Symbol]] = {
    "real": lambda name: Symbol(name, real=True),
    "positive": lambda name: Symbol(name, positive=True),
    "complex": lambda name: Symbol(name),
}


def _axes(letters: _Letters, axes: Iterable[tuple[Symbol, Symbol]]) -> list[list[str]]:
    return [[letters.position(position), letters.size(size)] for position, size in axes]


def _written(expr: Basic, letters: _Letters) -> list[Any]:
    if isinstance(expr, Integer):
        return ["Integer", int(expr)]
    if isinstance(expr, Rational):
        return ["Rational", int(expr.p), int(expr.q)]
    if isinstance(expr, Symbol):
        return letters.symbol(expr)
    if isinstance(expr, Indexed):
        return letters.entry(expr)
    if isinstance(expr, KroneckerDelta):
        return ["Delta", *(letters.position(place) for place in expr.args)]
    if isinstance(expr, SymbolicSum):
        limits = [(limit[0], limit[2]) for limit in expr.limits if limit[1] == 1]
        if len(limits) != len(expr.limits):
            raise UnsupportedExpression("JSON", expr, "sums that start at 1")
        return ["Sum", _written(expr.function, letters), _axes(letters, limits)]
    if isinstance(expr, Entries):
        return ["Entries", _written(expr.expr, letters), _axes(letters, expr.axes)]
    return _written_by_name(expr, letters)


def _written_by_name(expr: Basic, letters: _Letters) -> list[Any]:
    for name, (kind, _, _) in _PLAIN_NODES.items():
        if isinstance(expr, kind):
            return [name, *(_written(argument, letters) for argument in expr.args)]
    if expr is S.Exp1:
        return ["Apply", "exp", ["Integer", 1]]
    row = named_function(type(expr)) if isinstance(expr, Function) else None
    if row is None:
        raise UnsupportedExpression("JSON", expr, "the nodes of derive.language")
    return ["Apply", row.name, *(_written(argument, letters) for argument in expr.args)]


def _add(*arguments: Expr) -> Expr:
    return Add(*arguments) if len(arguments) < 2 else Add._from_args(arguments)


def _multiply(*arguments: Expr) -> Expr:
    return Mul(*arguments) if len(arguments) < 2 else Mul._from_args(arguments)


def _raise_power(base: Expr, exponent: Expr) -> Expr:
    return Pow(base, exponent, evaluate=False)


_PLAIN_NODES: dict[str, tuple[type[Basic], tuple[int, int], Callable[..., Expr]]] = {
    "Add": (Add, (2, 10_000), _add),
    "Mul": (Mul, (2, 10_000), _multiply),
    "Pow": (Pow, (2, 2), _raise_power),
    "Partial": (Partial, (2, 2), Partial),
    "SquaredNorm": (SquaredNorm, (1, 1), SquaredNorm),
}
"""Nodes that are their arguments and nothing else: how many they take, and how they are built.

They are built as they were saved and not evaluated again, so that a derivation read back is equal
to the one that was written.
"""


def _value(value: Any, letters: _Letters) -> Any:
    if value is None or isinstance(value, (bool, int, str)):
        return value
    if isinstance(value, Basic):
        return _written(value, letters)
    raise UnsupportedExpression("JSON", value, "options that are words, numbers or expressions")


def to_json(derivation: Derivation) -> str:
    """Return a derivation as a JSON document, the same bytes on every machine.

    Raises
    ------
    UnsupportedExpression
        If an expression holds a node, a function or a symbol that the schema does not list.

    Examples
    --------
    >>> L = Symbol("L", real=True)
    >>> steps = (Step(L, quantity("a", dimension("k"))[index("i")], Rule("definition")),)
    >>> derivation = Derivation("linear", "sum", L, (), steps)
    >>> from_json(to_json(derivation)) == derivation
    True
    """
    letters = _Letters()

    def pair(left: Expr, right: Expr) -> list[Any]:
        return [_written(left, letters), _written(right, letters)]

    definitions = [pair(item.left, item.right) for item in derivation.definitions]
    steps = [_step_document(step, letters) for step in derivation.steps]
    target = _written(derivation.target, letters)
    options = [[name, _value(value, letters)] for name, value in derivation.options]
    document = {
        "schema": SCHEMA,
        "version": VERSION,
        "output": derivation.output,
        "loss": derivation.loss,
        "dimensions": sorted(letters.dimensions),
        "indices": sorted(letters.indices),
        "scalars": {name: letters.scalars[name][0] for name in sorted(letters.scalars)},
        "quantities": [
            [name, letters.quantities[name, rank]] for name, rank in sorted(letters.quantities)
        ],
        "options": options,
        "target": target,
        "definitions": definitions,
        "steps": steps,
    }
    return _laid_out(document, 0) + "\n"


def _step_document(step: Step, letters: _Letters) -> dict[str, Any]:
    rule, assumption = step.rule, step.assumption
    statement = None
    if rule.statement is not None:
        statement = [_written(side, letters) for side in rule.statement]
    assumed = None
    if assumption is not None:
        assumed = {
            "name": assumption.name,
            "left": _written(assumption.left, letters),
            "right": _written(assumption.right, letters),
        }
    return {
        "before": _written(step.before, letters),
        "after": _written(step.after, letters),
        "rule": {
            "name": rule.name,
            "statement": statement,
            "condition": rule.condition,
            "shown_as_statement": rule.shown_as_statement,
        },
        "assumption": assumed,
    }


def _laid_out(value: Any, indent: int) -> str:
    """Write JSON with a line for what fits in one, so that two documents compare line by line."""
    short = json.dumps(value, ensure_ascii=False)
    if len(short) + indent <= _WIDTH or not isinstance(value, (list, dict)) or not value:
        return short
    margin = " " * (indent + 1)
    if isinstance(value, dict):
        parts = [
            f"{margin}{json.dumps(name, ensure_ascii=False)}: {_laid_out(part, indent + 1)}"
            for name, part in value.items()
        ]
        return "{\n" + ",\n".join(parts) + "\n" + " " * indent + "}"
    parts = [f"{margin}{_laid_out(part, indent + 1)}" for part in value]
    return "[\n" + ",\n".join(parts) + "\n" + " " * indent + "]"


# Reading ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Place:
    """Where in a document the reader stands, as ``steps[2].after[1]``."""

    path: str = "the document"

    def __truediv__(self, step: str | int) -> _Place:
        if isinstance(step, int):
            return _Place(f"{self.path}[{step}]")
        return _Place(step if self.path == "the document" else f"{self.path}.{step}")

    def broken(self, given: Any, expected: str) -> BrokenDocument:
        shown = repr(given)
        shown = shown if len(shown) <= 80 else shown[:77] + "..."
        return BrokenDocument(f"{self.path} is {shown}; expected {expected}")


def _fields(value: Any, names: tuple[str, ...], place: _Place) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise place.broken(value, "an object with the fields " + ", ".join(names))
    if tuple(sorted(value)) != tuple(sorted(names)):
        unknown, missing = sorted(set(value) - set(names)), sorted(set(names) - set(value))
        faults = [f"unknown {unknown}"] * bool(unknown) + [f"missing {missing}"] * bool(missing)
        raise place.broken(sorted(value), f"the fields {', '.join(names)} ({'; '.join(faults)})")
    return value


def _words(value: Any, place: _Place) -> str:
    if not isinstance(value, str):
        raise place.broken(value, "a string")
    return value


def _name(value: Any, place: _Place) -> str:
    words, _ = layer_of(_words(value, place))
    if not words or len(words) > _LONGEST_NAME or not (words[0].isalpha() and words.isidentifier()):
        raise place.broken(value, f"a name of letters and digits, {_LONGEST_NAME} at most")
    return _words(value, place)


def _truth(value: Any, place: _Place) -> bool:
    if not isinstance(value, bool):
        raise place.broken(value, "true or false")
    return value


def _array(value: Any, place: _Place, length: int | None = None) -> list[Any]:
    if not isinstance(value, list) or (length is not None and len(value) != length):
        size = "an array" if length is None else f"an array of {length}"
        raise place.broken(value, size)
    return value


def _integer(value: Any, place: _Place) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise place.broken(value, "a whole number")
    if abs(value) >= 10**_MOST_DIGITS:
        raise place.broken("a number too long to show", f"at most {_MOST_DIGITS} digits")
    return value


@dataclass(frozen=True)
class _Reader:
    """Builds expressions from the letters that a document declares."""

    dimensions: frozenset[str]
    indices: frozenset[str]
    scalars: Mapping[str, str]
    quantities: Mapping[tuple[str, int], tuple[str, ...]]

    def expression(self, value: Any, place: _Place, depth: int = 0) -> Expr:
        if depth > _DEEPEST:
            raise place.broken("a node", f"at most {_DEEPEST} nodes one inside another")
        parts = _array(value, place)
        if not parts or not isinstance(parts[0], str):
            raise place.broken(value, "an array that begins with the name of a node")
        kind = parts[0]
        if kind in _PLAIN_NODES:
            return self.plain(kind, parts, place, depth)
        reading = _NODE_READINGS.get(kind)
        if reading is None:
            known = ", ".join((*_PLAIN_NODES, *_NODE_READINGS))
            raise (place / 0).broken(kind, f"one of the nodes {known}")
        length, build = reading
        if length is not None:
            _array(parts, place, length + 1)
        expr: Expr = build(self, parts, place, depth)
        return expr

    def plain(self, kind: str, parts: list[Any], place: _Place, depth: int) -> Expr:
        _, (least, most), build = _PLAIN_NODES[kind]
        if not least <= len(parts) - 1 <= most:
            counted = str(least) if least == most else f"{least} or more"
            raise place.broken(parts, f"{kind} with {counted} arguments")
        arguments = [
            self.expression(part, place / number, depth + 1)
            for number, part in enumerate(parts[1:], 1)
        ]
        if kind == "Partial" and not isinstance(arguments[1], Indexed):
            raise (place / 2).broken(parts[2], "an Entry, by which Partial differentiates")
        if kind == "SquaredNorm" and not isinstance(arguments[0], Entries):
            raise (place / 1).broken(parts[1], "Entries, of which SquaredNorm is taken")
        if kind == "Pow" and not (arguments[1].is_Rational and abs(arguments[1]) <= 1000):
            raise (place / 2).broken(parts[2], "a rational exponent, 1000 at most")
        if kind == "Pow" and arguments[0] == 0 and arguments[1] < 0:
            raise (place / 1).broken(parts[1], "a base other than zero")
        return build(*arguments)

    def integer(self, parts: list[Any], place: _Place, depth: int) -> Expr:
        return Integer(_integer(parts[1], place / 1))

    def rational(self, parts: list[Any], place: _Place, depth: int) -> Expr:
        above, below = _integer(parts[1], place / 1), _integer(parts[2], place / 2)
        number = Rational(above, below) if below > 0 else S.Zero
        if (number.p, number.q) != (above, below) or below == 1:
            raise place.broken(parts, "a fraction in lowest terms with a denominator above 1")
        return number

    def scalar(self, parts: list[Any], place: _Place, depth: int) -> Expr:
        name = _name(parts[1], place / 1)
        if name not in self.scalars:
            raise (place / 1).broken(name, "a scalar that the document declares")
        return _DOMAINS[self.scalars[name]](name)

    def position(self, value: Any, place: _Place) -> Symbol:
        name = _words(value, place)
        if name not in self.indices:
            raise place.broken(name, "an index that the document declares")
        return index(name)

    def index(self, parts: list[Any], place: _Place, depth: int) -> Expr:
        return self.position(parts[1], place / 1)

    def size(self, value: Any, place: _Place) -> Symbol:
        name = _words(value, place)
        if name not in self.dimensions:
            raise place.broken(name, "a dimension that the document declares")
        return dimension(name)

    def axes(self, value: Any, place: _Place) -> list[tuple[Symbol, Symbol]]:
        found = []
        for number, axis in enumerate(_array(value, place)):
            position, size = _array(axis, place / number, 2)
            found.append(
                (self.position(position, place / number / 0), self.size(size, place / number / 1))
            )
        names = [position for position, _ in found]
        if not found or len(set(names)) != len(names):
            raise place.broken(
                value, "one or more pairs of an index and a dimension, all different"
            )
        return found

    def entry(self, parts: list[Any], place: _Place, depth: int) -> Expr:
        name, positions = _words(parts[1], place / 1), _array(parts[2], place / 2)
        shape = self.quantities.get((name, len(positions)))
        if shape is None:
            raise place.broken(parts, "a quantity that the document declares, all indices given")
        base = quantity(name, *(dimension(size) for size in shape))
        return base[
            tuple(self.position(part, place / 2 / number) for number, part in enumerate(positions))
        ]

    def delta(self, parts: list[Any], place: _Place, depth: int) -> Expr:
        left, right = (self.position(parts[number], place / number) for number in (1, 2))
        if left == right:
            raise place.broken(parts, "Delta of two different indices")
        return KroneckerDelta(left, right)

    def sum(self, parts: list[Any], place: _Place, depth: int) -> Expr:
        body = self.expression(parts[1], place / 1, depth + 1)
        axes = self.axes(parts[2], place / 2)
        return SymbolicSum(body, *((position, S.One, size) for position, size in axes))

    def entries(self, parts: list[Any], place: _Place, depth: int) -> Expr:
        body = self.expression(parts[1], place / 1, depth + 1)
        return Entries(body, *self.axes(parts[2], place / 2))

    def apply(self, parts: list[Any], place: _Place, depth: int) -> Expr:
        rows = {row.name: row for row in function_table()}
        if len(parts) < 3:
            raise place.broken(parts, "Apply with the name of a function and its arguments")
        row = rows.get(_words(parts[1], place / 1))
        if row is None:
            raise (place / 1).broken(parts[1], f"one of the functions {', '.join(rows)}")
        arguments = [
            self.expression(part, place / number, depth + 1)
            for number, part in enumerate(parts[2:], 2)
        ]
        for number, argument in enumerate(arguments, 2):
            expected = _argument_expected(row, number == 2, argument)
            if expected:
                raise (place / number).broken(parts[number], f"{expected} {row.name} is applied")
        _check_arity(row, parts, place)
        if row.name == "exp" and arguments == [S.One]:
            return S.Exp1
        return row.head(*arguments, evaluate=False)


def _argument_expected(row: NamedFunction, first: bool, argument: Expr) -> str:
    """Return what is expected instead of an argument, or an empty text where it is right."""
    if row.of_vector and first:
        right = isinstance(argument, Entries) and len(argument.axes) == 1
        return "" if right else "Entries over one index, to which"
    if row.of_vector:
        right = isinstance(argument, Symbol) and argument == index(argument.name)
        return "" if right else "an Index, at which"
    return "a scalar, to which" if isinstance(argument, Entries) else ""


def _check_arity(row: NamedFunction, parts: list[Any], place: _Place) -> None:
    given, takes = len(parts) - 2, _arity(row)
    if takes is not None and given != takes:
        counted = f"{takes} argument{'s' * (takes != 1)}"
        raise place.broken(parts, f"{row.name} with {counted}, not {given}")


def _arity(row: NamedFunction) -> int | None:
    """Return how many arguments a function takes, or None where its row does not tell.

    The definition takes the same arguments; the slope of a function of a vector takes one more.
    """
    for function, more in ((row.definition, 0), (row.slope, int(row.of_vector))):
        if isinstance(function, FunctionType):
            kinds = [parameter.kind for parameter in signature(function).parameters.values()]
            if Parameter.VAR_POSITIONAL not in kinds:
                return len(kinds) - more
    counts = row.head.nargs
    return int(next(iter(counts))) if counts.is_finite_set and len(counts) == 1 else None


_NODE_READINGS: dict[str, tuple[int | None, Callable[[_Reader, list[Any], _Place, int], Expr]]] = {
    "Integer": (1, _Reader.integer),
    "Rational": (2, _Reader.rational),
    "Scalar": (1, _Reader.scalar),
    "Index": (1, _Reader.index),
    "Entry": (2, _Reader.entry),
    "Delta": (2, _Reader.delta),
    "Sum": (2, _Reader.sum),
    "Entries": (2, _Reader.entries),
    "Apply": (None, _Reader.apply),
}


def _refuse_constant(name: str) -> Any:
    raise BrokenDocument(f"the document holds {name}; expected whole numbers")


def _refuse_float(digits: str) -> Any:
    raise BrokenDocument(f"the document holds {digits[:40]}; expected whole numbers")


def _short_integer(digits: str) -> int:
    if len(digits) > _MOST_DIGITS + 1:
        raise BrokenDocument(
            f"the document holds a number of {len(digits)} digits; "
            f"expected at most {_MOST_DIGITS} digits"
        )
    return int(digits)


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        twice = sorted({name for name in names if names.count(name) > 1})
        raise BrokenDocument(f"the document holds the fields {twice} twice; expected each once")
    return found


def parsed(text: str) -> Any:
    """Return what a JSON document holds: whole numbers, words, and no name twice in an object.

    Raises
    ------
    BrokenDocument
        If it is no JSON, or too long or nested too deeply.
    """
    if not isinstance(text, str):
        raise BrokenDocument(f"the document is {type(text).__name__}; expected a string of JSON")
    if len(text) > _LARGEST_DOCUMENT:
        raise BrokenDocument(
            f"the document has {len(text)} characters; expected at most {_LARGEST_DOCUMENT}"
        )
    try:
        return json.loads(
            text,
            parse_constant=_refuse_constant,
            parse_float=_refuse_float,
            parse_int=_short_integer,
            object_pairs_hook=_without_repeats,
        )
    except json.JSONDecodeError as error:
        raise BrokenDocument(
            f"the document is not JSON at line {error.lineno}, column {error.colno}: {error.msg}"
        ) from error
    except RecursionError as error:
        raise BrokenDocument(
            f"the document is nested too deeply; expected at most {_DEEPEST} nodes"
        ) from error


_FIELDS = (
    "schema",
    "version",
    "output",
    "loss",
    "dimensions",
    "indices",
    "scalars",
    "quantities",
    "options",
    "target",
    "definitions",
    "steps",
)


def from_json(text: str) -> Derivation:
    """Read a derivation that `to_json` has written.

    The rules come back by name and statement; they can be shown and checked, not applied.

    Raises
    ------
    BrokenDocument
        If the document is not JSON of this schema and version; the message names the place, what
        stands there and what was expected.

    Examples
    --------
    >>> from_json('{"schema": "gradproof/proof"}')
    Traceback (most recent call last):
    derive.errors.BrokenDocument: schema is 'gradproof/proof'; expected 'gradproof/derivation'
    """
    document = parsed(text)
    place = _Place()
    if not isinstance(document, dict):
        raise place.broken(document, "an object")
    if document.get("schema") != SCHEMA:
        raise (place / "schema").broken(document.get("schema"), repr(SCHEMA))
    version = document.get("version")
    if version != VERSION or isinstance(version, bool):
        raise (place / "version").broken(version, str(VERSION))
    fields = _fields(document, _FIELDS, place)
    reader = _declared(fields, place)
    steps = _array(fields["steps"], place / "steps")
    if not steps:
        raise (place / "steps").broken(steps, "one step or more")
    return Derivation(
        output=_words(fields["output"], place / "output"),
        loss=_words(fields["loss"], place / "loss"),
        target=reader.expression(fields["target"], place / "target"),
        definitions=tuple(_definitions(reader, fields["definitions"], place / "definitions")),
        steps=tuple(
            _step(reader, step, place / "steps" / number) for number, step in enumerate(steps)
        ),
        options=tuple(_options(reader, fields["options"], place / "options")),
    )


def _declared(fields: Mapping[str, Any], place: _Place) -> _Reader:
    dimensions = _names(fields["dimensions"], place / "dimensions")
    indices = _names(fields["indices"], place / "indices")
    scalars: dict[str, str] = {}
    for name, domain in _table(fields["scalars"], place / "scalars"):
        if not isinstance(domain, str) or domain not in _DOMAINS:
            raise (place / "scalars" / name).broken(domain, f"one of {', '.join(_DOMAINS)}")
        scalars[name] = domain
    quantities: dict[tuple[str, int], tuple[str, ...]] = {}
    for number, pair in enumerate(_array(fields["quantities"], place / "quantities")):
        spot = place / "quantities" / number
        given, shape = _array(pair, spot, 2)
        name = _name(given, spot / 0)
        sizes = tuple(_words(size, spot / 1) for size in _array(shape, spot / 1))
        if not sizes or not set(sizes) <= dimensions or (name, len(sizes)) in quantities:
            raise spot.broken(pair, "a name and declared dimensions, each number of them once")
        quantities[name, len(sizes)] = sizes
    return _Reader(dimensions, indices, scalars, quantities)


def _names(value: Any, place: _Place) -> frozenset[str]:
    names = [_name(name, place / number) for number, name in enumerate(_array(value, place))]
    if len(set(names)) != len(names):
        raise place.broken(value, "names that are all different")
    return frozenset(names)


def _table(value: Any, place: _Place) -> Iterator[tuple[str, Any]]:
    if not isinstance(value, dict):
        raise place.broken(value, "an object")
    for name, part in value.items():
        yield _name(name, place / name), part


def _definitions(reader: _Reader, value: Any, place: _Place) -> Iterator[Definition]:
    for number, pair in enumerate(_array(value, place)):
        left, right = _pair(reader, pair, place / number)
        yield Definition(left, right)


def _pair(reader: _Reader, value: Any, place: _Place) -> tuple[Expr, Expr]:
    left, right = _array(value, place, 2)
    return reader.expression(left, place / 0), reader.expression(right, place / 1)


def _options(reader: _Reader, value: Any, place: _Place) -> Iterator[tuple[str, Any]]:
    for number, pair in enumerate(_array(value, place)):
        spot = place / number
        name, option = _array(pair, spot, 2)
        if isinstance(option, dict):
            raise (spot / 1).broken(option, "a word, a number or an expression")
        read = reader.expression(option, spot / 1) if isinstance(option, list) else option
        yield _words(name, spot / 0), read


def _step(reader: _Reader, value: Any, place: _Place) -> Step:
    fields = _fields(value, ("before", "after", "rule", "assumption"), place)
    return Step(
        before=reader.expression(fields["before"], place / "before"),
        after=reader.expression(fields["after"], place / "after"),
        rule=_rule(reader, fields["rule"], place / "rule"),
        assumption=_assumption(reader, fields["assumption"], place / "assumption"),
    )


def _rule(reader: _Reader, value: Any, place: _Place) -> Rule:
    fields = _fields(value, ("name", "statement", "condition", "shown_as_statement"), place)
    statement = fields["statement"]
    return Rule(
        name=_words(fields["name"], place / "name"),
        statement=None if statement is None else _pair(reader, statement, place / "statement"),
        condition=_words(fields["condition"], place / "condition"),
        shown_as_statement=_truth(fields["shown_as_statement"], place / "shown_as_statement"),
    )


def _assumption(reader: _Reader, value: Any, place: _Place) -> Assumption | None:
    if value is None:
        return None
    fields = _fields(value, ("name", "left", "right"), place)
    return Assumption(
        name=_words(fields["name"], place / "name"),
        left=reader.expression(fields["left"], place / "left"),
        right=reader.expression(fields["right"], place / "right"),
    )
