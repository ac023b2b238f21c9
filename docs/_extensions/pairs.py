"""Writes the pages about pairs when the documentation is built, so that they cannot go stale.

Everything in them is derived, verified, printed and generated on the spot: the lecture's table, the
list of legal and refused pairs, the catalogue, and for each legal pair its derivations with their
reports and its kernel.
"""

from __future__ import annotations

import html as markup
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import sympy

import derive
from derive.catalogue import Loss, Output, refusal
from derive.catalogue.tables import interval_text
from derive.deriving.gradient import substitute_pre_activation
from derive.deriving.setting import LOSS
from derive.language import Entries, index, k
from derive.lecture_table import LECTURE
from derive.printers.html import html

if TYPE_CHECKING:
    from sphinx.application import Sphinx

VARIABLES = {
    "a": "the pre-activation a",
    "W": "the weights W",
    "b": "the bias b, where a = Wh + b",
    "h": "the last hidden layer h",
}

Markup = str
"""HTML that is complete in itself; other text is escaped where it enters."""


def setup(app: Sphinx) -> dict[str, bool]:
    """Write the pages before Sphinx looks for its sources."""
    app.setup_extension("sphinx.ext.autodoc")
    app.connect("builder-inited", lambda app: write(Path(app.srcdir) / "pairs"))
    app.connect("autodoc-process-docstring", keep_the_lines_of_formulas)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def keep_the_lines_of_formulas(
    _app: Sphinx, what: str, _name: str, _module: object, _options: object, lines: list[str]
) -> None:
    """Make the indented formulas of a module's docstring a block that keeps its lines."""
    if what == "module":
        lines[:] = [f"| {line.strip()}" if line.startswith("    ") else line for line in lines]


def write(folder: Path) -> None:
    """Write every page into ``folder`` and remove what is there of older builds."""
    folder.mkdir(exist_ok=True)
    makers = pages()
    for path in folder.glob("*.md"):
        if path.name not in makers:
            path.unlink()
    for name, make in makers.items():
        path, page = folder / name, make()
        if not path.exists() or path.read_text(encoding="utf-8") != page:
            path.write_text(page, encoding="utf-8")


def pages() -> dict[str, Callable[[], str]]:
    """Return what makes each page, under the name of its file."""
    made = {"index.md": index_page, "table.md": table_page}
    return made | {f"{file_name(pair)}.md": partial(pair_page, pair) for pair in legal_pairs()}


def legal_pairs() -> Iterator[derive.Pair]:
    """Yield every legal pair of the catalogue."""
    for output in derive.outputs():
        for loss in derive.losses():
            if not refusal(output, loss):
                yield derive.pair(output.name, loss.name)


def file_name(pair: derive.Pair) -> str:
    """Return the name of the page of a pair."""
    return f"{pair.output.name}-{pair.loss.name}"


# Words and formulas -------------------------------------------------------------------------------


def equation(left: sympy.Expr, right: sympy.Expr) -> Markup:
    """Return left = right in MathML."""
    return f"{html(left)} = {html(right)}"


def prediction_of(pair: derive.Pair) -> Markup:
    """Return ŷ as a function of Wh."""
    setting, position = pair.setting(), index("i")
    predicted = substitute_pre_activation(setting, setting.short)
    return equation(*(Entries(e, (position, k)) for e in (setting.prediction[position], predicted)))


def loss_of(pair: derive.Pair) -> Markup:
    """Return the definition of the loss."""
    return equation(LOSS, pair.setting().definition_of_loss)


def result_of(derivation: derive.Derivation) -> Markup:
    """Return the last line of a derivation."""
    return equation(derivation.target, derivation.result)


def verdict_of(derivation: derive.Derivation) -> Markup:
    """Verify a derivation and return the verdict; a documentation of what fails is not built."""
    report = derivation.verify().raise_if_refuted()
    return f'<span class="verdict">{report.verdict.text(html)}</span>'


def assumptions_of(derivation: derive.Derivation) -> Markup:
    """Return the assumptions that a derivation uses."""
    shown = (equation(assumption.left, assumption.right) for assumption in derivation.assumptions)
    return ", ".join(shown) or "none"


# Pieces of a page ---------------------------------------------------------------------------------


def raw(content: Markup) -> str:
    """Put HTML into a page."""
    return f"```{{raw}} html\n{content}\n```\n"


def table(rows: Iterable[Iterable[Markup]], *, header: Iterable[Markup] = (), name: str) -> str:
    """Return a table of HTML cells."""
    head = "".join(f"<th>{cell}</th>" for cell in header)
    lines = [f"<thead><tr>{head}</tr></thead>"] if head else []
    lines += ["<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows]
    return raw(f'<table class="{name}">\n' + "\n".join(lines) + "\n</table>")


def folded(title: str, content: str) -> str:
    """Fold a piece of a page under its title."""
    summary = markup.escape(title)
    return f"{raw(f'<details><summary>{summary}</summary>')}\n{content}\n{raw('</details>')}"


def code(language: str, content: str) -> str:
    """Return a block of code."""
    return f"```{language}\n{content.rstrip()}\n```\n"


# The pages ----------------------------------------------------------------------------------------


def index_page() -> str:
    """Return the list of pairs, the refused ones with their reasons, and the catalogue."""
    legal = list(legal_pairs())
    names = "\n".join(file_name(pair) for pair in legal)
    refused = [
        (f"{output.name} + {loss.name}", markup.escape(refusal(output, loss)))
        for output in derive.outputs()
        for loss in derive.losses()
        if refusal(output, loss)
    ]
    return "\n".join(
        (
            "# The pairs\n",
            "An output unit and a loss belong together where the loss is defined on everything "
            "that the unit can predict.\n",
            table(map(summary_row, legal), header=("pair", "gradient", "verdict"), name="pairs"),
            "```{toctree}\n:hidden:\n\n" + names + "\n```\n",
            "## Refused pairs\n",
            table(refused, header=("pair", "why"), name="refused"),
            "## The catalogue\n",
            "### Output units\n",
            table(map(output_row, derive.outputs()), header=OUTPUT_HEADER, name="catalogue"),
            "### Losses\n",
            table(map(loss_row, derive.losses()), header=LOSS_HEADER, name="catalogue"),
        )
    )


def summary_row(pair: derive.Pair) -> tuple[Markup, ...]:
    """Return a pair with its gradient by the pre-activation."""
    derivation = pair.gradient("a")
    link = f'<a href="{file_name(pair)}.html">{pair}</a>'
    return link, result_of(derivation), verdict_of(derivation)


OUTPUT_HEADER = ("name", "every ŷᵢ is in", "where it has no derivative", "source")
LOSS_HEADER = ("name", "defined for ŷᵢ in", "labels", "convention", "source")


def output_row(row: Output) -> tuple[Markup, ...]:
    """Return a row of the catalogue."""
    cells = (row.name, interval_text(row.range), row.kink or "nowhere", row.source)
    return tuple(map(markup.escape, cells))


def loss_row(row: Loss) -> tuple[Markup, ...]:
    """Return a row of the catalogue."""
    cells = (row.name, interval_text(row.needs), row.labels.text, row.convention, row.source)
    return tuple(map(markup.escape, cells))


TABLE_ROWS: dict[str, Callable[[derive.Pair], Markup]] = {
    "prediction": prediction_of,
    "loss": loss_of,
    "gradient by W": lambda pair: result_of(pair.gradient("W")),
    "verdict": lambda pair: verdict_of(pair.gradient("W")),
    "gradient by h": lambda pair: result_of(pair.gradient("h")),
    "verdict ": lambda pair: verdict_of(pair.gradient("h")),
    "assuming": lambda pair: assumptions_of(pair.gradient("W")),
}


def table_page() -> str:
    """Return the lecture's table."""
    pairs = [derive.pair(*names) for names in LECTURE]
    rows = [(name.strip(), *map(cell, pairs)) for name, cell in TABLE_ROWS.items()]
    return "\n".join(
        (
            "# The lecture's table\n",
            "Every gradient was derived and verified when this page was built; `derive table` "
            "prints the same in a terminal.\n",
            table(rows, header=("", *map(str, pairs)), name="lecture"),
            "All of these gradients are linear in the error ŷ − y. With the squared error, "
            "[sigmoid](sigmoid-squared-error.md) and [softmax](softmax-squared-error.md) units "
            "keep their slope in the gradient, which then vanishes where the units saturate.\n",
        )
    )


def pair_page(pair: derive.Pair) -> str:
    """Return the page of a pair."""
    derivations = {
        "The layer": pair.layer(),
        "The bias": pair.gradient("b"),
        "A batch of n examples": pair.layer(batch=True),
        "Jacobian of the prediction": pair.jacobian(),
        "Hessian of the loss": pair.hessian(),
    }
    reports = {title: shown.verify() for title, shown in derivations.items()}
    return "\n".join(
        (
            f"# {pair}\n",
            code("python", f'pair = derive.pair("{pair.output.name}", "{pair.loss.name}")'),
            table(facts(pair), name="facts"),
            "## Results\n",
            results(pair),
            "## Derivations\n",
            *(section(title, shown) for title, shown in without_repetition(derivations)),
            "## Verification\n",
            "What each route says of each step; see "
            "[How verification works](../verification.md).\n",
            *(folded(title, code("text", str(report))) for title, report in reports.items()),
            "## Kernel\n",
            kernel(pair),
        )
    )


def facts(pair: derive.Pair) -> Iterator[tuple[Markup, Markup]]:
    """Yield what the catalogue says of a pair."""
    yield "prediction", prediction_of(pair)
    yield "loss", loss_of(pair)
    yield "labels", markup.escape(pair.loss.labels.text)
    notes = (("convention", pair.loss.convention), ("at the kink", pair.output.kink))
    yield from ((name, markup.escape(note)) for name, note in notes if note)
    yield "sources", markup.escape(f"{pair.output.source}; {pair.loss.source}")


def results(pair: derive.Pair) -> str:
    """Return every result of a pair with its verdict."""
    one = [(VARIABLES[wrt], pair.gradient(wrt)) for wrt in VARIABLES]
    sums = [(f"{VARIABLES[wrt]}; n examples", pair.gradient(wrt, batch=True)) for wrt in VARIABLES]
    mean = ("the weights W; the mean over n", pair.gradient("W", batch=True, reduction="mean"))
    second = [("the prediction by a", pair.jacobian()), ("twice by a", pair.hessian())]
    rows = [
        (markup.escape(words), result_of(derivation), verdict_of(derivation))
        for words, derivation in (*one, *sums, mean, *second)
    ]
    return table(rows, header=("by", "result", "verdict"), name="results")


def without_repetition(
    derivations: dict[str, derive.Derivation],
) -> Iterator[tuple[str, derive.Derivation]]:
    """Yield each derivation without the chains that an earlier one has shown."""
    shown: set[tuple[derive.Step, ...]] = set()
    for title, derivation in derivations.items():
        chains = [chain for chain in derivation.chains if chain not in shown]
        shown.update(chains)
        yield title, replace(derivation, steps=tuple(step for chain in chains for step in chain))


def section(title: str, derivation: derive.Derivation) -> str:
    """Return a derivation as formulas, with its LaTeX to copy."""
    latex = folded("LaTeX", code("text", derivation.latex(page_breaks=False)))
    return f"### {title}\n\n{raw(derivation.html())}\n{latex}"


def kernel(pair: derive.Pair) -> str:
    """Return the reference and the source of the kernel of a pair."""
    name = f"numeric.kernels.{file_name(pair).replace('-', '_')}"
    reference = f"```{{eval-rst}}\n.. automodule:: {name}\n   :members:\n```\n"
    source = folded("Source, as it is generated", code("python", derive.numpy_source(pair)))
    return f"{reference}\n{source}"
