"""One list of expressions that every printer survives, and the exact lines of the lecture."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from xml.etree import ElementTree

import pytest
from sympy import Function, log, sin

from derive.derivation import Derivation
from derive.errors import UnknownOption, UnsupportedExpression
from derive.language import index, k, quantity
from derive.notation import STYLES
from derive.notation import tree as t
from derive.printers import from_json, html, html_of, latex, latex_of, text, text_of, to_json
from derive.steps import Rule, Step
from tests.expressions import EXPRESSIONS, LECTURE, Line

every = pytest.mark.parametrize("line", EXPRESSIONS, ids=lambda line: line.name)
pinned = [line for line in LECTURE if line.latex is not None]


def balanced(written: str) -> bool:
    pairs = {")": "(", "]": "[", "}": "{"}
    waiting: list[str] = []
    for sign in written:
        if sign in pairs.values():
            waiting.append(sign)
        elif sign in pairs and (not waiting or waiting.pop() != pairs[sign]):
            return False
    return not waiting


@every
def test_text_reads_as_the_lecture_does(line: Line) -> None:
    assert text(line.expr) == line.text
    assert text(line.expr, style="rows") == (line.rows or line.text)


@pytest.mark.parametrize("line", pinned, ids=lambda line: line.name)
def test_latex_of_the_lecture(line: Line) -> None:
    assert latex(line.expr) == line.latex


@every
def test_every_printer_takes_every_expression(line: Line) -> None:
    for style in STYLES:
        for written in (text(line.expr, style=style), latex(line.expr, style=style)):
            assert balanced(written)
        plain = text(line.expr, style=style, ascii=True)
        assert plain.isascii()
        assert balanced(plain)
        root = ElementTree.fromstring(html(line.expr, style=style))
        assert root.tag.endswith("math")
        assert len(root) == 1


@every
def test_json_gives_every_expression_back(line: Line) -> None:
    steps = (Step(line.expr, line.expr, Rule(line.name)),)
    derivation = Derivation("output", "loss", line.expr, (), steps)
    document = to_json(derivation)
    assert from_json(document) == derivation
    assert to_json(from_json(document)) == document


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="pdflatex is not installed")
def test_every_expression_compiles(tmp_path: Path) -> None:
    formulas = [latex(line.expr, style=style) for line in EXPRESSIONS for style in STYLES]
    body = "\n".join(rf"\[{formula}\]" for formula in formulas)
    source = tmp_path / "expressions.tex"
    source.write_text(
        "\\documentclass[11pt]{article}\\usepackage{amsmath,amssymb}"
        f"\\begin{{document}}\n{body}\n\\end{{document}}\n",
        encoding="utf-8",
    )
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", source.name]
    run = subprocess.run(command, cwd=tmp_path, capture_output=True, check=False)
    assert run.returncode == 0, run.stdout.decode(errors="replace")[-2000:]


def test_mathml_has_a_space_between_a_function_and_its_bare_argument() -> None:
    entry = quantity("ŷ", k)[index("i")]
    namespace = "{http://www.w3.org/1998/Math/MathML}"
    bare = ElementTree.fromstring(html(log(entry)))[0]
    name, apply, space, argument = bare
    assert [name.text, apply.text, argument.tag] == ["ln", "\u2061", f"{namespace}msub"]
    assert space.tag == f"{namespace}mspace"
    assert float(space.attrib["width"].removesuffix("em")) > 0.1
    assert not html(log(1 + entry)).count("mspace")


class Sketch(t.Node):
    """A node that no printer knows."""


@pytest.mark.parametrize("write", [text_of, latex_of, html_of])
def test_an_unknown_node_is_refused(write: object) -> None:
    assert callable(write)
    with pytest.raises(UnsupportedExpression, match="printer does not know Sketch"):
        write(t.Transpose(Sketch()))


@pytest.mark.parametrize("write", [text_of, latex_of, html_of])
def test_an_unknown_function_is_refused_with_the_known_ones(write: object) -> None:
    assert callable(write)
    with pytest.raises(UnsupportedExpression, match="exp, log, sigmoid"):
        write(t.Call("sigmoyd", (t.Name("x"),)))


@pytest.mark.parametrize("write", [text, latex, html])
def test_unknown_styles_and_functions_of_sympy_are_refused(write: object) -> None:
    assert callable(write)
    entry = quantity("a", k)[index("i")]
    with pytest.raises(UnknownOption):
        write(entry, style="matrices")
    for head in (sin, Function("unlisted")):
        with pytest.raises(UnsupportedExpression, match="functions of the functions table"):
            write(head(entry))


def test_a_letter_without_a_name_in_latex_is_refused() -> None:
    with pytest.raises(UnsupportedExpression, match="Latin and Greek letters"):
        latex_of(t.Name("字"))
