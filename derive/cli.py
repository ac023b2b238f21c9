"""The command line: `derive table`, `list`, `show`, `network`, `kernel`, `verify` and more."""

from __future__ import annotations

import difflib
import importlib
import importlib.util
import os
import sys
from importlib import metadata
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from typer.core import TyperCommand, TyperGroup

from derive.errors import DeriveError, OptionConflict, UnknownOption

__all__ = ["app", "main"]

USAGE, FAILED = 2, 1
NETWORK_KERNEL = "kernel network"
"""The command that ``derive kernel network …`` is; it has the options of ``derive network``."""
NARROWEST = 60
"""A derivation is laid out in at least so many columns; a narrower terminal wraps its lines."""


class _Commands(TyperGroup):
    """A group that proposes the nearest command for a misspelt one."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        if args[:2] == ["kernel", "network"]:
            args = [NETWORK_KERNEL, *args[2:]]
        if args and args[0] not in self.commands:
            near = difflib.get_close_matches(args[0], list(self.commands), n=1, cutoff=0.5)
            hint = f" Did you mean '{near[0]}'?" if near else ""
            ctx.fail(f"There is no command '{args[0]}'.{hint} Commands: {', '.join(self.commands)}")
        return super().resolve_command(ctx, args)


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


app = typer.Typer(
    cls=_Commands,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    rich_markup_mode="rich",
    help="Derive, prove, print and generate the gradients of output units and losses.",
)


def _out() -> Console:
    return Console(highlight=False, width=_width())


def _width() -> int:
    """Columns of the terminal; a file or a pipe gets a wide page, the same everywhere."""
    return Console().width if sys.stdout.isatty() else 120


OutputName = Annotated[str, typer.Argument(metavar="OUTPUT", help="An output unit: softmax …")]
LossName = Annotated[str, typer.Argument(metavar="LOSS", help="A loss: cross-entropy …")]
AtKink = Annotated[
    str, typer.Option("--at-kink", help="The slope at a kink: 1 as in the lecture, 0, 1/2, c.")
]
Target = Annotated[
    Path | None, typer.Option("-o", "--output", help="Write to this file instead of the screen.")
]


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"gradproof {metadata.version('gradproof')}")
        raise typer.Exit


@app.callback()
def front_door(
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help="Print the version and stop."
        ),
    ] = False,
) -> None:
    """Derive, prove, print and generate the gradients of output units and losses."""


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
    _out().print(render(columns, _width()))
    if not all(column.verified for column in columns):
        raise typer.Exit(FAILED)


@app.command("list")
def list_() -> None:
    """Outputs, losses, which pairs are legal, with the reason where not, and hidden units.

    [dim]Example:[/dim]  derive list
    """
    from derive.lecture_table import catalogue_text

    _out().print(catalogue_text(), markup=False)


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
    _write(_formatted(derivation, format_), target)
    if verify:
        report = derivation.verify()
        # What is read by a program stays what it is: only text has the report below it.
        console = _out() if format_ in ("text", "ascii") and target is None else _errors()
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
    _write(derivation.latex(standalone=standalone), target)


@app.command()
def kernel(
    output: OutputName,
    loss: LossName,
    at_kink: AtKink = "1",
    backend: Annotated[
        str, typer.Option("--backend", help="Who carries it out: numpy, or numba in loops.")
    ] = "numpy",
    target: Target = None,
) -> None:
    """The module of one pair, generated from its derivation; or of a network.

    [dim]Examples:[/dim]

      derive kernel softmax cross-entropy -o softmax_cross_entropy.py

      derive kernel network --hidden relu relu --output softmax --loss cross-entropy -o network.py
    """
    import derive
    from derive.generate import find_backend
    from derive.kernel_source import kernel_spec

    module = find_backend(backend).module
    _write(module(kernel_spec(derive.pair(output, loss, at_kink=at_kink))), target)


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
TargetFile = Annotated[
    Path | None, typer.Option("-o", help="Write to this file instead of the screen.")
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
    page = derivation.latex(standalone=True) if standalone else _formatted(derivation, format_)
    _write(page, target)
    if verify:
        report = derivation.verify()
        console = _out() if format_ in ("text", "ascii") and target is None else _errors()
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
    _write(derive.network_source(chosen), target)


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


@app.command()
def kernels(
    check_only: Annotated[
        bool, typer.Option("--check", help="Write nothing; fail if a file is not as generated.")
    ] = False,
    folder: Annotated[
        Path | None,
        typer.Option("--folder", help="Where the modules stand; else the installed packages."),
    ] = None,
    backend: Annotated[
        str | None,
        typer.Option("--backend", help="numpy or numba alone; without --folder, else, both."),
    ] = None,
) -> None:
    """Write the module of every legal pair, or check that they are up to date.

    [dim]Example:[/dim]  derive kernels --check
    """
    from derive.generate import BACKENDS, find_backend
    from derive.kernel_source import shipped_specs

    rows = BACKENDS if backend is None else (find_backend(backend),)
    where = {row: _package_folder(row.package) for row in rows}
    if folder is not None:
        where = {rows[0]: folder}
    specs = shipped_specs()
    kept = [_kept(specs, row, place, check_only=check_only) for row, place in where.items()]
    if not all(kept):
        raise typer.Exit(FAILED)


def _kept(specs: Any, backend: Any, folder: Path, *, check_only: bool) -> bool:
    """Write the modules of a backend, or say whether those in the folder are as generated."""
    from derive.generate import stale, write_kernels

    if not folder.is_dir():
        raise DeriveError(f"there is no folder {str(folder)!r}; --folder takes one that exists")
    if not check_only:
        changed = write_kernels(specs, folder, backend.module)
        _out().print(f"{len(changed)} of the files in {folder} changed", markup=False)
        return True
    differences = stale(specs, folder, backend.module)
    for difference in differences.values():
        _out().print(difference, markup=False)
    if differences:
        _error(f"not as generated: {', '.join(differences)}; run 'derive kernels'")
        return False
    _out().print(f"every kernel in {folder} is as generated", markup=False)
    return True


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
    if not run(request, _out(), _errors(), lambda text: _write(text, target)):
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
    _out().print(str(hunt), markup=False)
    if hunt.found is not None:
        raise typer.Exit(FAILED)


@app.command()
def claims(
    name: Annotated[
        str | None, typer.Argument(metavar="[NAME]", help="One claim: vanishing-gradient …")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="The verdicts as JSON.")] = False,
    figures: Annotated[
        Path | None, typer.Option("--figures", help="Draw a figure of each into this folder.")
    ] = None,
    target: TargetFile = None,
) -> None:
    """What the lecture claims about networks, proved and measured now, with verdicts.

    The exit code is 0 when every claim holds, else 1.

    [dim]Examples:[/dim]

      derive claims

      derive claims vanishing-gradient --figures .
    """
    from derive.claims import CLAIMS, find_claim, overview, verdicts_json

    rows = CLAIMS if name is None else (find_claim(name),)
    verdicts = [_verdict(claim, figures) for claim in rows]
    width = max(_width(), NARROWEST)
    if as_json:
        _write(verdicts_json(verdicts), target)
    else:
        _write(overview(verdicts, width) if name is None else verdicts[0].text(width), target)
    if not all(verdict.ok for verdict in verdicts):
        raise typer.Exit(FAILED)


def _verdict(claim: Any, figures: Path | None) -> Any:
    """Prove and measure a claim; a library that is not installed leaves it unmeasured."""
    from derive.claims import Verdict
    from numeric.claims import EXPERIMENTS

    proof = claim.proof and claim.proof()
    experiment = next(row for row in EXPERIMENTS if row.name == claim.name)
    try:
        measured = experiment.measure(_networks_wanted(experiment))
    except ModuleNotFoundError as error:
        return Verdict(claim, proof, None, missing=_install(error))
    if figures is not None:
        _draw(experiment, measured, figures)
    return Verdict(claim, proof, measured)


def _draw(experiment: Any, measured: Any, folder: Path) -> None:
    from numeric.claims import save_figure

    try:
        folder.mkdir(parents=True, exist_ok=True)
        save_figure(experiment, measured, folder)
    except ModuleNotFoundError as error:
        raise DeriveError(f"--figures cannot draw: {_install(error)}") from None
    except OSError as error:
        raise DeriveError(f"cannot write into {folder}: {error.strerror}") from None


def _install(error: ModuleNotFoundError) -> str:
    return f"there is no module {error.name!r}; pip install 'gradproof[figures]' has it"


def _networks_wanted(experiment: Any) -> dict[str, Any]:
    """Generate and load the modules of the networks that an experiment asks for."""
    import derive
    from numeric.claims import load_generated

    chosen = {
        name: derive.network(wanted.hidden, wanted.output, wanted.loss)
        for name, wanted in experiment.networks.items()
    }
    return {
        name: load_generated(f"network_{name}", derive.network_source(network))
        for name, network in chosen.items()
    }


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


def _formatted(derivation: Any, format_: str) -> str:
    makers = {
        "text": lambda: derivation.text(width=max(_width(), NARROWEST)),
        "ascii": lambda: derivation.text(width=max(_width(), NARROWEST), ascii=True),
        "latex": derivation.latex,
        "html": derivation.html,
        "json": derivation.to_json,
    }
    if format_ not in makers:
        raise UnknownOption("--format", format_, makers)
    return str(makers[format_]())


def _write(text: str, target: Path | None) -> None:
    if target is None:
        sys.stdout.write(text if text.endswith("\n") else text + "\n")
        return
    try:
        target.write_text(text if text.endswith("\n") else text + "\n", encoding="utf-8")
    except OSError as error:
        raise DeriveError(f"cannot write {target}: {error.strerror}") from None


def _package_folder(name: str) -> Path:
    """Return where the modules of a package stand, without loading it: it may need a library."""
    package = importlib.util.find_spec(name.partition(".")[0])
    assert package is not None
    assert package.origin is not None
    return Path(package.origin).parent.joinpath(*name.split(".")[1:])


def _kernel(pair: Any) -> Any:
    """Return the kernel of a pair, which ships with the package."""
    from derive.kernel_source import kernel_spec

    return importlib.import_module(f"numeric.kernels.{kernel_spec(pair).module_name}")


def _errors() -> Console:
    return Console(stderr=True, highlight=False, soft_wrap=True)


def _error(message: str) -> None:
    _errors().print(f"[bold red]error:[/bold red] {escape(message)}")


def main() -> None:
    """Run the command line; bad input ends in one line and exit code 2, never in a traceback."""
    _open_streams()
    try:
        try:
            app(prog_name="derive")
        finally:
            sys.stdout.flush()
    except DeriveError as error:
        _error(str(error))
        sys.exit(USAGE)
    except OSError as error:
        # Nobody reads on, or the disk is full; Python would try to write once more when it ends.
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115
        if not isinstance(error, BrokenPipeError):
            _error(f"cannot write to standard output: {error.strerror}")
        sys.exit(USAGE)


def _open_streams() -> None:
    """Write UTF-8 whatever the locale; a stream that was closed swallows what it gets."""
    if sys.stdout is None:
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w")  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(encoding="utf-8", errors="replace")
