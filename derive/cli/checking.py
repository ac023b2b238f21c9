"""`derive verify` and `check`: what others have written, a derivation or a gradient."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Annotated, Any

import typer

from derive.cli.application import FAILED, app
from derive.cli.console import errors, screen, write
from derive.cli.options import Target
from derive.errors import DeriveError

__all__ = ["check", "verify"]


@app.command()
def verify(
    files: Annotated[
        list[Path] | None,
        typer.Argument(metavar="FILE...", help="LaTeX, Markdown, a notebook, or - for stdin."),
    ] = None,
    pair_: Annotated[
        tuple[str, str] | None,
        typer.Option("--pair", metavar="OUTPUT LOSS", help="Declare the usual names of a pair."),
    ] = None,
    declare: Annotated[
        list[str] | None,
        typer.Option("--declare", metavar="'SYMBOL: KIND'", help="As r'\\mathbf{x}: vector(d)'."),
    ] = None,
    given: Annotated[
        list[str] | None,
        typer.Option("--given", metavar="EQUATION", help="A definition in force, in LaTeX."),
    ] = None,
    assume: Annotated[
        list[str] | None,
        typer.Option("--assume", metavar="EQUATION", help="A condition in force, in LaTeX."),
    ] = None,
    names: Annotated[
        Path | None,
        typer.Option("--names", help="A file of lines declare: …, given: … and assume: …"),
    ] = None,
    explain: Annotated[
        bool, typer.Option("--explain", help="Say of every verdict what it means.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="The same as --format json.")] = False,
    format_: Annotated[str, typer.Option("--format", help="text, json or html.")] = "text",
    cases: Annotated[
        Path | None,
        typer.Option("--cases", help="Labelled chains, one JSON record a line; verdicts out."),
    ] = None,
    jobs: Annotated[
        int, typer.Option("--jobs", min=1, help="How many processes judge the cases.")
    ] = 1,
    target: Target = None,
) -> None:
    """Read a derivation out of a book, and say of every equality whether it holds.

    The exit code is 0 when nothing is refuted or unreadable, else 1.

    [dim]Examples:[/dim]

      derive verify notes.tex --pair softmax cross-entropy

      derive verify chapter.md --declare 'W: matrix(k,d)' --format html -o chapter.html
    """
    from derive.textbook.command import Request, run

    request = Request(
        files=tuple(files or ()),
        cases=cases,
        jobs=jobs,
        pair=pair_,
        declare=tuple(declare or ()),
        given=tuple(given or ()),
        assume=tuple(assume or ()),
        names=names,
        format="json" if as_json else format_,
        explain=explain,
    )
    if not run(request, screen(), errors(), lambda text: write(text, target)):
        raise typer.Exit(FAILED)


@app.command()
def check(
    function: Annotated[
        str,
        typer.Argument(metavar="MODULE:FUNCTION", help="Your gradient: mylib.losses:grad."),
    ],
    pair_: Annotated[
        tuple[str, str], typer.Option("--pair", metavar="OUTPUT LOSS", help="What it is of.")
    ],
    wrt: Annotated[
        str | None,
        typer.Option(
            "--wrt",
            help="a for gradient(a, y), layer for gradient(W, h, y) → (∇_W, ∇_h); else by its "
            "number of parameters.",
        ),
    ] = None,
    examples: Annotated[
        int, typer.Option("--examples", min=1, help="How many inputs of each kind are tried.")
    ] = 200,
    seed: Annotated[int, typer.Option("--seed", help="The same seed finds the same input.")] = 0,
    single: Annotated[
        bool, typer.Option("--single", help="One example at a time: the function takes no batch.")
    ] = False,
) -> None:
    """Hunt for the smallest input at which your gradient is wrong.

    FUNCTION is imported from MODULE, which is found from the current folder, or from a file
    (path/to/file.py:FUNCTION). It takes (a, y) and returns the gradient by a, or (W, h, y) and
    returns those by W and h. L is summed over the examples.

    [dim]Example:[/dim]  derive check mylib.losses:softmax_grad --pair softmax cross-entropy
    """
    import derive
    from derive.user_function import by_parameters, load_function
    from numeric.errors import NumericError
    from numeric.hunt import hunt_gradient

    chosen = derive.pair(*pair_)
    gradient = load_function(function)
    try:
        hunt = hunt_gradient(
            gradient,
            _kernel(chosen),
            domain=chosen.loss.labels.name,
            with_respect_to=wrt or by_parameters(function, gradient),
            max_examples=examples,
            seed=seed,
            batch=not single,
        )
    except NumericError as error:
        raise DeriveError(str(error)) from None
    screen().print(str(hunt), markup=False)
    if hunt.found is not None:
        raise typer.Exit(FAILED)


def _kernel(pair: Any) -> Any:
    """Return the kernel of a pair, which ships with the package."""
    from derive.kernel_source import kernel_spec

    return importlib.import_module(f"numeric.kernels.{kernel_spec(pair).module_name}")
