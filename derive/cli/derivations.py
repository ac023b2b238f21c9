"""`derive table`, `list`, `show` and `latex`: what is derived, on the screen or in a file."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from derive.cli.application import FAILED, app
from derive.cli.console import errors, formatted, screen, width, write
from derive.cli.options import AtKink, LossName, OutputName, Target
from derive.errors import OptionConflict, UnknownOption

__all__ = ["latex", "list_", "show", "table"]


@app.command()
def table(
    everything: Annotated[
        bool, typer.Option("--all", help="Every legal pair, not only the lecture's three.")
    ] = False,
) -> None:
    """The lecture's table, derived and verified now.

    Each gradient is derived on the spot; every step and the result are then checked by routes
    that share no code with the rules that made them.

    [dim]Example:[/dim]  derive table --all
    """
    from derive.lecture_table import render, rows

    columns = rows(everything=everything)
    screen().print(render(columns, width()))
    if not all(column.verified for column in columns):
        raise typer.Exit(FAILED)


@app.command("list")
def list_() -> None:
    """Outputs, losses, which pairs are legal, with the reason where not, and hidden units.

    [dim]Example:[/dim]  derive list
    """
    from derive.lecture_table import catalogue_text

    screen().print(catalogue_text(), markup=False)


@app.command()
def show(
    output: OutputName,
    loss: LossName,
    wrt: Annotated[
        str | None,
        typer.Option(
            "--wrt", help="By what: a, W, b or h. Without it, the page of ∇_W L and ∇_h L."
        ),
    ] = None,
    second: Annotated[
        str | None, typer.Option("--second", help="Instead: jacobian (of ŷ) or hessian (of L).")
    ] = None,
    batch: Annotated[bool, typer.Option("--batch", help="n examples instead of one.")] = False,
    reduction: Annotated[
        str, typer.Option("--reduction", help="What L is of a batch: sum or mean.")
    ] = "sum",
    bias: Annotated[bool, typer.Option("--bias", help="a = Wh + b instead of a = Wh.")] = False,
    assume: Annotated[
        bool,
        typer.Option(
            "--assume/--no-assume", help="Use the assumptions about the labels, Σᵢ yᵢ = 1."
        ),
    ] = True,
    at_kink: AtKink = "1",
    format_: Annotated[
        str, typer.Option("--format", help="text, ascii, latex, html or json.")
    ] = "text",
    verify: Annotated[
        bool, typer.Option("--verify", help="Check every step, and print which route gave what.")
    ] = False,
    target: Target = None,
) -> None:
    """One derivation, step by step, each with its reason.

    [dim]Examples:[/dim]

      derive show softmax cross-entropy

      derive show sigmoid logistic --wrt W --batch --reduction mean

      derive show softmax cross-entropy --second hessian --format latex
    """
    derivation = _derivation(
        output,
        loss,
        wrt=wrt,
        second=second,
        batch=batch,
        reduction=reduction,
        bias=bias,
        assume=assume,
        at_kink=at_kink,
    )
    write(formatted(derivation, format_), target)
    if verify:
        report = derivation.verify()
        # What is read by a program stays what it is: only text has the report below it.
        console = screen() if format_ in ("text", "ascii") and target is None else errors()
        console.print(f"\n{report}", markup=False)
        if not report.ok:
            raise typer.Exit(FAILED)


@app.command()
def latex(
    output: OutputName,
    loss: LossName,
    wrt: Annotated[
        str | None,
        typer.Option("--wrt", help="By what: a, W, b or h. Without it, the whole page."),
    ] = None,
    second: Annotated[
        str | None, typer.Option("--second", help="Instead: jacobian or hessian.")
    ] = None,
    batch: Annotated[bool, typer.Option("--batch", help="n examples instead of one.")] = False,
    reduction: Annotated[
        str, typer.Option("--reduction", help="What L is of a batch: sum or mean.")
    ] = "sum",
    assume: Annotated[
        bool, typer.Option("--assume/--no-assume", help="Use the assumptions about the labels.")
    ] = True,
    at_kink: AtKink = "1",
    standalone: Annotated[
        bool, typer.Option("--standalone", help="A whole document that compiles by itself.")
    ] = False,
    target: Target = None,
) -> None:
    """One derivation in LaTeX: an align environment with the reasons, or a whole document.

    [dim]Example:[/dim]  derive latex softmax cross-entropy --standalone -o softmax.tex
    """
    derivation = _derivation(
        output,
        loss,
        wrt=wrt,
        second=second,
        batch=batch,
        reduction=reduction,
        assume=assume,
        at_kink=at_kink,
    )
    write(derivation.latex(standalone=standalone), target)


def _derivation(
    output: str,
    loss: str,
    *,
    wrt: str | None,
    second: str | None,
    batch: bool,
    reduction: str,
    assume: bool,
    at_kink: str,
    bias: bool = False,
) -> Any:
    import derive

    pair = derive.pair(output, loss, at_kink=at_kink)
    if second is not None:
        if wrt is not None or batch or bias or reduction != "sum":
            raise OptionConflict(
                "--second is by a and for one example; leave out --wrt, --batch and --bias"
            )
        if second not in ("jacobian", "hessian"):
            raise UnknownOption("--second", second, ["jacobian", "hessian"])
        return pair.jacobian() if second == "jacobian" else pair.hessian(assume=assume)
    options: dict[str, Any] = {"batch": batch, "reduction": reduction, "assume": assume}
    if wrt is None:
        if bias:
            raise OptionConflict("--bias needs --wrt a, W, b or h; the page of the layer has none")
        return pair.layer(**options)
    return pair.gradient(wrt, bias=bias or None, **options)
