"""Whole derivations: aligned text, LaTeX that compiles without a warning, and a web page."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest
from sympy import Symbol

from derive.derivation import Derivation
from derive.errors import UnknownOption
from derive.language import index, k, quantity
from derive.printers import (
    derivation_html,
    derivation_latex,
    derivation_text,
    from_json,
    to_json,
)
from derive.printers.text_formula import columns_of
from derive.steps import Rule, Step
from tests.printers.derivations import DERIVATIONS
from tests.printers.external import EXTERNAL

each = pytest.mark.parametrize("name", DERIVATIONS)

SOFTMAX = """\
softmax + cross-entropy                               y ∈ ℝᵏ,  Σᵢ yᵢ = 1
  L = −Σᵢ yᵢ ln ŷᵢ                                    definition
    = −Σᵢ yᵢ ln(e^{aᵢ} / Σⱼ e^{aⱼ})                   ŷ = softmax(a)
    = −Σᵢ yᵢ (aᵢ − ln Σⱼ e^{aⱼ})                      logarithm of a quotient
    = −Σᵢ yᵢ aᵢ + (Σᵢ yᵢ) ln Σⱼ e^{aⱼ}                what does not depend on i leaves the sum
    = −Σᵢ yᵢ aᵢ + ln Σⱼ e^{aⱼ}                        Σᵢ yᵢ = 1   ◀ assumption
  ∂L/∂aᵢ = −Σⱼ yⱼ δᵢⱼ + (Σⱼ δᵢⱼ e^{aⱼ}) / Σⱼ e^{aⱼ}   differentiate
         = −yᵢ + e^{aᵢ} / Σⱼ e^{aⱼ}                   contract δ
         = ŷᵢ − yᵢ                                    name the prediction
  aᵢ = Wᵢ · h                                         definition
  ∂aⱼ/∂W_{iq} = Σᵣ δᵢⱼ δ_{qr} hᵣ                      differentiate
              = δᵢⱼ h_q                               contract δ
  ∇_{Wᵢ} L = ∂L/∂aᵢ ∇_{Wᵢ} aᵢ                         chain rule; only aᵢ depends on Wᵢ
           = (ŷᵢ − yᵢ) h                              put in the derivatives
  ∇_W L = (ŷ − y) hᵀ                                  all rows together
  ∇_h L = Σᵢ ∂L/∂aᵢ ∇_h aᵢ                            chain rule
        = Σᵢ (ŷᵢ − yᵢ) Wᵢ                             put in the derivatives
        = Wᵀ(ŷ − y)                                   in matrix form"""


def test_the_softmax_derivation_reads_as_in_the_lecture() -> None:
    assert derivation_text(DERIVATIONS["softmax"]) == SOFTMAX


@each
@pytest.mark.parametrize(
    ("width", "plain"), [(60, False), (80, False), (100, False), (80, True), (100, True)]
)
def test_no_line_is_wider_than_the_page(name: str, width: int, plain: bool) -> None:
    lines = derivation_text(DERIVATIONS[name], width=width, ascii=plain).splitlines()
    assert max(columns_of(line) for line in lines) <= width
    assert not plain or all(line.isascii() for line in lines)


def test_breaking_lines_loses_nothing() -> None:
    def written(width: int) -> str:
        # A derivation of one line: what stands left of the reason, joined again.
        step = DERIVATIONS["sigmoid"].steps[1]
        single = Derivation(
            "sigmoid", "logistic", step.before, (), (Step(step.before, step.after, Rule("x")),)
        )
        lines = derivation_text(single, width=width).splitlines()[1:]
        return "".join("".join(line.split("   x")[0].split()) for line in lines)

    assert written(60) == written(140)


def test_a_page_too_narrow_is_refused() -> None:
    with pytest.raises(UnknownOption, match="width=59"):
        derivation_text(DERIVATIONS["relu"], width=59)


def test_the_convention_at_a_kink_is_stated_once() -> None:
    head = derivation_text(DERIVATIONS["relu"]).splitlines()[0]
    assert head.count("r′(0) = 1") == 1


def test_the_assumption_is_marked_where_it_is_used() -> None:
    lines = derivation_text(DERIVATIONS["softmax"]).splitlines()
    assert [line.split()[0:2] for line in lines if "◀ assumption" in line] == [["=", "−Σᵢ"]]
    assert "(assumption)" in derivation_latex(DERIVATIONS["softmax"])
    assert "(assumption)" in derivation_html(DERIVATIONS["softmax"])


BODY = r"\begin{document}"
COMPLAINTS = ("Warning", "Overfull", "Underfull", "! ")


def complaints(source: str, folder: Path) -> list[str]:
    (folder / "page.tex").write_text(source, encoding="utf-8")
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "page.tex"]
    run = subprocess.run(command, cwd=folder, capture_output=True, check=False)
    log = (folder / "page.log").read_text(encoding="utf-8", errors="replace")
    found = [line for line in log.splitlines() if any(word in line for word in COMPLAINTS)]
    return found if run.returncode == 0 else [*found, f"pdflatex ended with {run.returncode}"]


with_latex = pytest.mark.skipif(
    shutil.which("pdflatex") is None, reason="pdflatex is not installed"
)


@with_latex
@each
def test_the_document_compiles_without_a_warning(name: str, tmp_path: Path) -> None:
    assert complaints(derivation_latex(DERIVATIONS[name], standalone=True), tmp_path) == []


@with_latex
@pytest.mark.parametrize("name", EXTERNAL)
def test_documents_of_external_rows_compile_without_a_warning(name: str, tmp_path: Path) -> None:
    pair = EXTERNAL[name]
    pages = [pair.layer(batch=True, reduction="mean"), pair.layer(), pair.hessian()]
    documents = [derivation_latex(page, standalone=True) for page in pages]
    start, end = documents[0].split(BODY)[0] + BODY, r"\end{document}"
    bodies = [document.removeprefix(start).split(end)[0] for document in documents]
    assert complaints(start + r"\clearpage".join(bodies) + end, tmp_path) == []


@with_latex
@each
def test_the_environment_fits_an_article(name: str, tmp_path: Path) -> None:
    environment = derivation_latex(DERIVATIONS[name], page_breaks=True)
    source = (
        "\\documentclass[11pt]{article}\\usepackage{amsmath,amssymb}"
        f"\\begin{{document}}\n{environment}\n\\end{{document}}\n"
    )
    assert complaints(source, tmp_path) == []


@with_latex
def test_words_with_signs_of_latex_compile(tmp_path: Path) -> None:
    entry = quantity("a", k)[index("i")]
    rule = Rule("100 % of #1 & a_b {x} ~ ^ \\ δᵢⱼ Wᵀ ŷ ≥ 0 − 1 ℝᵏ")
    target = Symbol("L", real=True)
    derivation = Derivation("a_b", "50 %", target, (), (Step(target, entry, rule),))
    assert complaints(derivation_latex(derivation, standalone=True), tmp_path) == []


@each
def test_the_web_page_is_well_formed(name: str) -> None:
    root = ElementTree.fromstring(derivation_html(DERIVATIONS[name]))
    rows = root.findall("table/tr")
    assert len(rows) >= len(DERIVATIONS[name].steps)
    assert all(len(row.findall("td")) == 4 for row in rows)


@each
def test_json_round_trip(name: str) -> None:
    derivation = DERIVATIONS[name]
    document = to_json(derivation)
    assert from_json(document) == derivation
    assert to_json(from_json(document)) == document


def test_the_same_bytes_under_every_hash_seed() -> None:
    program = (
        "import hashlib\n"
        "from derive.printers import derivation_html, derivation_latex, derivation_text, to_json\n"
        "from tests.printers.derivations import DERIVATIONS\n"
        "views = (derivation_text, derivation_latex, derivation_html, to_json)\n"
        "text = ''.join(view(one) for one in DERIVATIONS.values() for view in views)\n"
        "print(hashlib.sha256(text.encode()).hexdigest())\n"
    )
    root = Path(__file__).parents[2]
    digests = {
        subprocess.run(
            [sys.executable, "-c", program],
            cwd=root,
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(root)},
            capture_output=True,
            check=True,
            text=True,
        ).stdout
        for seed in ("0", "1", "4021")
    }
    assert len(digests) == 1
