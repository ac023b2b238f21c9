"""`derive network` and `kernel network`: backpropagation, and the module of a network."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from typer.core import TyperCommand

from derive.cli.application import FAILED, NETWORK_KERNEL, app
from derive.cli.console import errors, formatted, screen, write
from derive.cli.options import TargetFile
from derive.errors import OptionConflict

__all__ = ["network", "network_kernel"]


class _OfNetwork(TyperCommand):
    """A command with ``--hidden relu relu``: every name that follows belongs to the option."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        spread: list[str] = []
        follows = False
        for word in args:
            if follows and not word.startswith("-") and spread[-1] != "--hidden":
                spread.append("--hidden")
            elif not (follows and spread[-1] == "--hidden"):
                follows = word == "--hidden"
            spread.append(word)
        parsed: list[str] = super().parse_args(ctx, spread)
        return parsed


Hidden = Annotated[
    list[str] | None,
    typer.Option("--hidden", help="The unit of each hidden layer: relu tanh …; else relu relu."),
]

NoHidden = Annotated[bool, typer.Option("--no-hidden", help="A network without hidden layers.")]

OutputUnit = Annotated[str, typer.Option("--output", help="The output unit.")]

LossOption = Annotated[str, typer.Option("--loss", help="The loss.")]

Regularised = Annotated[bool, typer.Option("--l2", help="Add λ‖W‖² for every layer.")]

NoBias = Annotated[bool, typer.Option("--no-bias", help="a = Wh instead of a = Wh + b.")]

AtZero = Annotated[
    str | None, typer.Option("--at-zero", help="The slope r′(0): 1 as in the lecture, 0, 1/2, c.")
]

Slope = Annotated[
    str | None, typer.Option("--slope", help="The slope of a leaky ReLU left of 0; 1/100.")
]

Depth = Annotated[
    int | None, typer.Option("--depth", help="Hidden layers: the units are repeated up to it.")
]


@app.command(cls=_OfNetwork)
def network(
    hidden: Hidden = None,
    no_hidden: NoHidden = False,
    output: OutputUnit = "softmax",
    loss: LossOption = "cross-entropy",
    l2: Regularised = False,
    no_bias: NoBias = False,
    at_zero: AtZero = None,
    slope: Slope = None,
    depth: Depth = None,
    wrt: Annotated[
        str | None,
        typer.Option("--wrt", help="By what: W2, b2, a2, h1, x … Without it, by everything."),
    ] = None,
    assume: Annotated[
        bool, typer.Option("--assume/--no-assume", help="Use the assumptions about the labels.")
    ] = True,
    format_: Annotated[
        str, typer.Option("--format", help="text, ascii, latex, html or json.")
    ] = "text",
    standalone: Annotated[
        bool, typer.Option("--standalone", help="In LaTeX: a whole document.")
    ] = False,
    verify: Annotated[
        bool, typer.Option("--verify", help="Check every step, and print which route gave what.")
    ] = False,
    target: TargetFile = None,
) -> None:
    """Backpropagation through a network, layer by layer, each step with its reason.

    [dim]Examples:[/dim]

      derive network --hidden relu relu --output softmax --loss cross-entropy --l2

      derive network --hidden tanh --output linear --loss squared-error --wrt W1 --format latex
    """
    chosen = _network(hidden, no_hidden, output, loss, l2, no_bias, at_zero, slope, depth)
    derivation = chosen.asked_for(wrt or "", assume)
    if standalone and format_ != "latex":
        raise OptionConflict("--standalone is of LaTeX; give --format latex too")
    page = derivation.latex(standalone=True) if standalone else formatted(derivation, format_)
    write(page, target)
    if verify:
        report = derivation.verify()
        console = screen() if format_ in ("text", "ascii") and target is None else errors()
        console.print(f"\n{report}", markup=False)
        if not report.ok:
            raise typer.Exit(FAILED)


@app.command(NETWORK_KERNEL, cls=_OfNetwork, hidden=True)
def network_kernel(
    hidden: Hidden = None,
    no_hidden: NoHidden = False,
    output: OutputUnit = "softmax",
    loss: LossOption = "cross-entropy",
    l2: Regularised = False,
    no_bias: NoBias = False,
    at_zero: AtZero = None,
    slope: Slope = None,
    depth: Depth = None,
    target: TargetFile = None,
) -> None:
    """The NumPy module of a network: init, forward, value_and_grad.

    [dim]Example:[/dim]  derive kernel network --hidden relu relu --l2 -o network.py
    """
    import derive

    chosen = _network(hidden, no_hidden, output, loss, l2, no_bias, at_zero, slope, depth)
    write(derive.network_source(chosen), target)


def _network(
    hidden: list[str] | None,
    no_hidden: bool,
    output: str,
    loss: str,
    l2: bool,
    no_bias: bool,
    at_zero: str | None,
    slope: str | None,
    depth: int | None,
) -> Any:
    import derive
    from derive.errors import UnknownOption

    if hidden and no_hidden:
        raise OptionConflict("--no-hidden leaves no hidden layer; leave out --hidden")
    if depth is not None and no_hidden:
        raise OptionConflict("--no-hidden leaves no hidden layer; leave out --depth")
    units = [] if no_hidden else hidden or ["relu", "relu"]
    given = {"at_zero": at_zero, "slope": slope, "depth": depth}
    options: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
    try:
        chosen = derive.network(units, output, loss, l2=l2, biases=not no_bias, **options)
    except UnknownOption as error:
        flag = f"--{error.option.replace('_', '-')}"
        raise UnknownOption(flag, error.value, error.allowed) from None
    _refuse_idle_slopes(chosen, at_zero, slope)
    return chosen


def _refuse_idle_slopes(chosen: Any, at_zero: str | None, slope: str | None) -> None:
    """Refuse a slope that is given where no unit has it."""
    units = dict.fromkeys([*(unit.name for unit in chosen.hidden), chosen.pair.output.name])
    has_kink = any(unit.kink for unit in (*chosen.hidden, chosen.pair.output))
    if at_zero is not None and not has_kink:
        raise OptionConflict(
            f"--at-zero is the slope of a unit at its kink, and none of {', '.join(units)} has "
            "one; leave it out"
        )
    if slope is not None and not any(chosen.has_slope(unit) for unit in chosen.hidden):
        raise OptionConflict(
            f"--slope is that of a leaky unit left of its kink, and none of {', '.join(units)} is "
            "one; leave it out"
        )
