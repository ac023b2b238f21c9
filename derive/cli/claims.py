"""`derive claims`: what the lecture claims, proved and measured now."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from derive.cli.application import FAILED, app
from derive.cli.console import NARROWEST, width, write
from derive.cli.options import TargetFile
from derive.errors import DeriveError

__all__ = ["claims"]


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
    columns = max(width(), NARROWEST)
    if as_json:
        write(verdicts_json(verdicts), target)
    else:
        write(overview(verdicts, columns) if name is None else verdicts[0].text(columns), target)
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
