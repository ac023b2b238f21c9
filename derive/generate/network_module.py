"""The text of a network's module: its units, the pair of its output, and the passes between them.

The functions of the output layer are those of the pair's own module, with all that they call.
"""

from __future__ import annotations

import ast
from itertools import groupby
from string import Template

from derive.generate import network_templates as templates
from derive.generate.buffers import Plan, chain_and_entry, place
from derive.generate.layer import LAYER, matrix_source
from derive.generate.layout import block, hanging, paragraph
from derive.generate.lower import with_names
from derive.generate.module import numpy_module, words_of
from derive.generate.network_spec import NetworkSpec, UnitSpec
from derive.generate.numpy_printer import lines_of
from derive.generate.operations import gives_booleans, is_array
from derive.generate.passes import ARRAY_PASSES, PASSES, plan_of
from derive.generate.program import CLASS, Assignment, Program, names_in, read
from derive.language import k, quantity

__all__ = ["network_module", "unit_plan", "unit_program"]

_VALUES, _SLOPE, _PREDICTION = "values", "slope", "prediction"
_A, _H = quantity("a", k)[CLASS], quantity("h", k)[CLASS]
_SHORT = 40
"""So long may a list be in a line."""
_SHOWN_LAYERS = 3
"""So many layers are written one by one in what is only an example."""


def network_module(spec: NetworkSpec) -> str:
    """Return the source of the module of a network, which imports NumPy alone.

    The same spec gives the same text on every machine, and the text of two networks of the same
    kinds of units differs in nothing but what is stated of each layer.

    Raises
    ------
    UnsupportedExpression
        If an expression holds what NumPy has no word for.
    """
    words = _words(spec)
    parts = [
        *(_unit_function(unit) for unit in spec.kinds),
        _filled(templates.UNITS, words),
        *(
            _filled(template, words)
            for template in (
                templates.CHECKS,
                templates.AFFINE,
                templates.INIT,
                templates.FORWARD,
                templates.VALUE_AND_GRAD,
            )
        ),
    ]
    own = "".join(parts)
    header = _filled(templates.HEADER, {**words, "imports": ""})
    body = _borrowed(numpy_module(spec.output), header, own) + own
    return _filled(templates.HEADER, {**words, "imports": _imports(header + body)}) + body


def _filled(template: str, words: dict[str, str]) -> str:
    return Template(template).substitute(words)


# What is taken from the module of the pair --------------------------------------------------------


def _borrowed(module: str, header: str, own: str) -> str:
    """Return the definitions of a module that a source uses, and what these use, in their order."""
    lines = module.splitlines(keepends=True)
    nodes = ast.parse(module).body
    defined: dict[str, str] = {}
    for number, node in enumerate(nodes):
        name = _name_of(node)
        if name is None:
            continue
        documented = number + 1 < len(nodes) and _is_text(nodes[number + 1])
        last = nodes[number + 1] if documented and isinstance(node, ast.Assign) else node
        first = min([node.lineno, *(one.lineno for one in getattr(node, "decorator_list", []))])
        defined[name] = "".join(lines[first - 1 : last.end_lineno])
    for name in _names(header + own, defined=True):
        defined.pop(name, None)
    used, more = set[str](), _names(own) & defined.keys()
    while more != used:
        used, more = more, more.union(*(_names(defined[one]) for one in more)) & defined.keys()
    parts, after_function = [], False
    for text in (text for name, text in defined.items() if name in used):
        is_function = text.startswith(("def", "@"))
        parts.append(f"\n\n{text}" if is_function or after_function else text)
        after_function = is_function
    return "".join(parts)


def _name_of(node: ast.stmt) -> str | None:
    if isinstance(node, ast.FunctionDef):
        return node.name
    if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
        return node.targets[0].id
    return None


def _is_text(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _names(source: str, *, defined: bool = False) -> set[str]:
    """Return the names that a source reads, or those that it defines at its top level."""
    tree = ast.parse(source)
    if defined:
        return {name for node in tree.body if (name := _name_of(node)) is not None}
    return set[str]().union(*map(_read_in, tree.body))


def _read_in(definition: ast.stmt) -> set[str]:
    """Return the names that a definition reads, but for those that it gives a value itself."""
    names = [node for node in ast.walk(definition) if isinstance(node, ast.Name)]
    own = {node.id for node in names if isinstance(node.ctx, ast.Store)}
    return {node.id for node in names} - own


_IMPORTED: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("collections.abc", ("Callable", "Mapping", "Sequence")),
    ("concurrent.futures", ("ThreadPoolExecutor",)),
    ("contextvars", ("Context",)),
    ("functools", ("lru_cache", "partial")),
    ("typing", ("Any",)),
)


def _imports(body: str) -> str:
    names = _names(body)
    lines = ["import math"] if "math" in names else []
    for module, offered in _IMPORTED:
        wanted = [name for name in offered if name in names]
        if wanted:
            lines.append(f"from {module} import {', '.join(wanted)}")
    return "\n".join(lines)


# The hidden units ---------------------------------------------------------------------------------


def unit_program(unit: UnitSpec) -> Program:
    """Return the program of a hidden unit before any pass: its values and, unless 1, its slopes.

    Examples
    --------
    >>> from derive.language import sigmoid
    >>> unit = UnitSpec("sigmoid", sigmoid(_A), _H * (1 - _H), (), 1.0)
    >>> unit_program(unit).results
    ('slope', 'values')
    """
    values = Assignment(_VALUES, with_names(unit.values), per_class=True)
    if not is_array(unit.slope):
        return Program((values,), (_VALUES,))
    slope = Assignment(_SLOPE, with_names(unit.slope.xreplace({_H: values.read})), per_class=True)
    return Program((values, slope), (_SLOPE, _VALUES))


def unit_plan(unit: UnitSpec) -> Plan:
    """Return the program of a hidden unit, carried out by the stable forms of the pairs.

    To the passes the values are what a prediction is, whose complement has stable forms.
    """
    program = _called(unit_program(unit), {_VALUES: _PREDICTION})
    for one in (*PASSES, *ARRAY_PASSES):
        program = one(program)
    return place(_called(program, {_PREDICTION: _VALUES}))


def _called(program: Program, names: dict[str, str]) -> Program:
    """Return a program with other names for some of its assignments."""
    reads = {read(old, True): read(new, True) for old, new in names.items()}
    assignments = (
        Assignment(names.get(one.name, one.name), one.value.xreplace(reads), one.per_class)
        for one in program.assignments
    )
    return Program(tuple(assignments), tuple(names.get(one, one) for one in program.results))


def _unit_function(unit: UnitSpec) -> str:
    words = {
        "function": _function_name(unit),
        "formulas": "\n".join(f"    {line}" for line in unit.formulas),
        "body": block(_unit_lines(unit)),
    }
    return _filled(templates.UNIT, words)


def _function_name(unit: UnitSpec) -> str:
    return f"_{unit.name.replace('-', '_')}_unit"


def _unit_lines(unit: UnitSpec) -> list[str]:
    plan = unit_plan(unit)
    if unit.values == _A:
        lines = ["values = a"]
    else:
        over = _written_over(plan)
        floats = [one.name for one in plan.program.assignments if plan.places.get(one.name)]
        results = [name for name in (_VALUES, _SLOPE) if name in floats]
        lines = [f"{name} = {'a' if name == over else 'np.empty_like(a)'}" for name in results]
        if plan.buffers:
            lines.append(f"work = np.empty(({plan.buffers}, *a.shape), a.dtype)")
        lines += lines_of(plan)
    return lines if _SLOPE in plan.program else [*lines, f"slope = {unit.slope}"]


def _written_over(plan: Plan) -> str | None:
    """Return the result that may take the place of the pre-activations: nothing reads them after.

    That is what is computed last, where its first operation alone reads them.
    """
    last = plan.program.assignments[-1]
    if gives_booleans(last.value):
        return None
    operations, _ = chain_and_entry(last.value)
    again = {name for one in operations[1:] for part in one.operands for name in names_in(part)}
    return None if "a" in again else last.name


# The words ----------------------------------------------------------------------------------------


def _words(spec: NetworkSpec) -> dict[str, str]:
    pair = spec.output
    label_domain = pair.label_domain
    layers = len(spec.hidden) + 1
    words = {
        **words_of(pair),
        **_lines(spec),
        **_example(spec),
        "title": _title(spec),
        "formulas": "\n".join(hanging(line) for line in spec.formulas),
        "recursion": "\n".join(hanging(line) for line in spec.recursion),
        "affine": spec.affine,
        "hidden": _tuple([f'"{unit.name}"' for unit in spec.hidden]),
        "units": _tuple([_function_name(unit) for unit in spec.hidden]),
        "all_gains": _tuple([*(repr(unit.gain) for unit in spec.hidden), "1.0"]),
        "letters": '"Wb"' if spec.biases else '"W"',
        "keys": _keys(spec, layers),
        **_about(spec, layers),
        "value": "J = L + λ Σ ‖W‖²" if spec.regulariser is not None else "the loss L",
        "cost": " J adds λ‖W‖² for each layer, once." if spec.regulariser is not None else "",
    }
    notes = [_filled(note, {**words, "label_domain": label_domain}) for note in templates.NOTES]
    conventions = [*notes, *spec.conventions]
    words["conventions"] = paragraph(" ".join(conventions), depth=0)
    return words


def _lines(spec: NetworkSpec) -> dict[str, str]:
    """Return what depends on whether there are biases, a regulariser, and bounds of the labels."""
    names = {"g": "grad_a"}
    row = {one.name: matrix_source(one.entries, names, "{0} @ {1}") for one in LAYER}
    biases, regulariser = spec.biases, spec.regulariser
    given = {"label_domain": spec.output.label_domain}
    checks = _bounds(spec) + (_filled(templates.SUMS, given) if spec.sum_to_one else "")
    documented = (
        "    regularisation : float\n"
        "        λ, by which the squares of the weights count, but not those of the biases.\n"
    )
    return {
        "bias": templates.BIAS if biases else "",
        "layer": "W, b" if biases else "W,",
        "parameters": "W: Array, b: Array" if biases else "W: Array",
        "add_bias": "    a += b\n" if biases else "",
        "pre_activations": row["a"],
        "begin_biases": '        params[f"b{layer}"] = np.zeros(units, dtype)\n' if biases else "",
        "zero_biases": " The biases are 0." if biases else "",
        "grad_W": row["grad_W"],
        "grad_h": row["grad_h"],
        "grad_b": f'        grads[f"b{{number}}"] = {row["grad_b"]}\n' if biases else "",
        "label_checks": checks,
        "rounding": templates.ROUNDING if spec.sum_to_one else "",
        "predict_buffers": str(plan_of(spec.output, "predict").buffers),
        "regularisation_argument": "    regularisation: float = 1e-4,\n" if regulariser else "",
        "regularisation_documented": documented if regulariser else "",
        "check_regularisation": templates.CHECK_REGULARISATION if regulariser else "",
        "regularise": _filled(templates.REGULARISE, {"slope": str(regulariser)})
        if regulariser
        else "",
    }


def _bounds(spec: NetworkSpec) -> str:
    low, high = spec.label_bounds
    conditions = [(f"y.min() < {low:g}", f"y < {low:g}")] if low is not None else []
    conditions += [(f"y.max() > {high:g}", f"y > {high:g}")] if high is not None else []
    if not conditions:
        return ""
    outside = " | ".join(f"({one})" for _, one in conditions) if conditions[1:] else None
    words = {
        "quickly": " or ".join(quick for quick, _ in conditions),
        "outside": outside or conditions[0][1],
        "label_domain": spec.output.label_domain,
    }
    return _filled(templates.BOUNDS, words)


def _example(spec: NetworkSpec) -> dict[str, str]:
    hidden = len(spec.hidden)
    between = ", 5" * hidden if hidden <= _SHOWN_LAYERS else f", *[5] * {hidden}"
    return {
        "example_sizes": f"[4{between}, 3]",
        "example_shape": "(5, 4)" if hidden else "(3, 4)",
        "example_inputs": "4",
        "example_outputs": "3",
        "example_labels": f"[{', '.join(spec.output.example_labels)}]",
    }


def _title(spec: NetworkSpec) -> str:
    pair = spec.output
    counted = [(name, len(list(same))) for name, same in groupby(u.name for u in spec.hidden)]
    names = [name if count == 1 else f"{count} × {name}" for name, count in counted]
    hidden = f"with hidden layers of {', '.join(names)}" if names else "without hidden layers"
    regulariser = " and an ℓ₂ regulariser" if spec.regulariser is not None else ""
    loss = f"{pair.output} + {pair.loss_name}{regulariser}"
    return "\n".join(_broken_title(f"A network {hidden}, for {loss}."))


def _broken_title(title: str) -> list[str]:
    """Return the first line of a docstring, and the rest of it below where it is too long."""
    if len(title) < 95:
        return [title]
    return ["A network.", "", paragraph(title, depth=0)]


def _about(spec: NetworkSpec, layers: int) -> dict[str, str]:
    """Return the paragraphs of docstrings that name the layers."""
    shown = [f"{unit.gain:.4g} for {unit.name}" for unit in spec.kinds]
    gains = ", ".join([*shown, "1 for the outputs"])
    weights = (
        "The weights of a layer are drawn from a normal distribution of variance scale² · gain/d. "
        f"There d is the number of values that the layer takes, and the gain is {gains}, so that "
        "values keep their size from layer to layer."
    )
    sizes = _through("d", *(f"d{layer}" for layer in range(1, layers)), "k")
    names = _through("x", *(f"h{layer}" for layer in range(1, layers)))
    return {
        "about_weights": paragraph(weights + (" The biases are 0." if spec.biases else "")),
        "about_sizes": paragraph(
            f"The number of inputs, of units in each hidden layer, and of outputs: {sizes}.", 2
        ),
        "about_inputs": paragraph(
            "Whether to return the gradients by what each layer takes, too, under the names "
            f"{names}: a row for every example.",
            2,
        ),
    }


def _keys(spec: NetworkSpec, layers: int) -> str:
    letters = "Wb" if spec.biases else "W"
    keys = [f"{letter}{layer}" for layer in range(1, layers + 1) for letter in letters]
    return _through(*keys)


def _through(*names: str) -> str:
    """Return a list, its middle left out where it is long."""
    shown = names if len(names) <= 6 else (*names[:4], "…", *names[-2:])
    return ", ".join(shown)


def _tuple(items: list[str]) -> str:
    """Return the source of a tuple: in one line, by repetitions, or an item a line."""
    line = ", ".join(items) + ("," if len(items) == 1 else "")
    if len(line) <= _SHORT:
        return f"({line})"
    runs = [(item, len(list(same))) for item, same in groupby(items)]
    repeated = " + ".join(f"({item},)" + (f" * {n}" if n > 1 else "") for item, n in runs)
    if len(repeated) <= _SHORT:
        return repeated
    return "(\n" + "".join(f"    {item},\n" for item in items) + ")"
