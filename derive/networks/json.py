"""The derivation of a network as JSON and back: the network by names, and its sections."""

from __future__ import annotations

import json
from typing import Any

from derive.errors import BrokenDocument, DeriveError
from derive.networks.derivation import NetworkDerivation
from derive.networks.network import Network, network
from derive.printers import json as sections

__all__ = ["SCHEMA", "VERSION", "from_json", "to_json"]

SCHEMA = "gradproof/network"
VERSION = 1

_FIELDS = ("schema", "version", "network", "wrt", "assume", "sections")
_NETWORK = ("hidden", "output", "loss", "l2", "biases", "at_zero", "slope")


def to_json(derivation: NetworkDerivation) -> str:
    """Return the derivation of a network as a JSON document, the same bytes on every machine.

    Raises
    ------
    UnsupportedExpression
        If an expression holds a node that the schema does not list.

    Examples
    --------
    >>> import derive
    >>> derivation = derive.network(["relu"], "sigmoid", "logistic").gradient("x")
    >>> from_json(to_json(derivation)) == derivation
    True
    """
    described = _described(derivation.network)
    head = {
        "schema": SCHEMA,
        "version": VERSION,
        "network": described,
        "wrt": derivation.wrt,
        "assume": derivation.assume,
    }
    parts = [
        f' "{name}": {json.dumps(value, ensure_ascii=False)},\n' for name, value in head.items()
    ]
    pages = ",\n".join(sections.to_json(section).rstrip() for section in derivation.sections)
    return "{\n" + "".join(parts) + f' "sections": [\n{pages}\n]\n}}\n'


def _described(network: Network) -> dict[str, Any]:
    return {
        "hidden": [unit.name for unit in network.hidden],
        "output": network.pair.output.name,
        "loss": network.pair.loss.name,
        "l2": network.l2,
        "biases": network.biases,
        "at_zero": str(network.pair.at_kink),
        "slope": str(network.slope),
    }


def from_json(text: str) -> NetworkDerivation:
    """Read the derivation of a network that `to_json` has written.

    Raises
    ------
    BrokenDocument
        If the document is not JSON of this schema and version; the message names the place.

    Examples
    --------
    >>> from_json('{"schema": "gradproof/proof"}')
    Traceback (most recent call last):
        ...
    derive.errors.BrokenDocument: schema is 'gradproof/proof'; expected 'gradproof/network'
    """
    document = sections.parsed(text)
    if not isinstance(document, dict) or document.get("schema") != SCHEMA:
        given = document.get("schema") if isinstance(document, dict) else document
        raise BrokenDocument(f"schema is {given!r}; expected {SCHEMA!r}")
    _check_fields(document, _FIELDS, "the document")
    if document["version"] != VERSION:
        raise BrokenDocument(f"version is {document['version']!r}; expected {VERSION}")
    if not isinstance(document["sections"], list) or not document["sections"]:
        raise BrokenDocument("sections is not an array of one section or more")
    if not isinstance(document["wrt"], str) or not isinstance(document["assume"], bool):
        raise BrokenDocument("wrt is expected to be a string, and assume true or false")
    return NetworkDerivation(
        _network(document["network"]),
        tuple(_section(part, place) for place, part in enumerate(document["sections"])),
        document["wrt"],
        document["assume"],
    )


def _check_fields(value: Any, names: tuple[str, ...], place: str) -> None:
    if not isinstance(value, dict) or set(value) != set(names):
        raise BrokenDocument(f"{place} is expected to have the fields {', '.join(names)}")


def _network(value: Any) -> Network:
    _check_fields(value, _NETWORK, "network")
    hidden = value["hidden"]
    if not isinstance(hidden, list) or not all(isinstance(name, str) for name in hidden):
        raise BrokenDocument(f"network.hidden is {hidden!r}; expected an array of names")
    try:
        return network(**value)
    except DeriveError as error:
        raise BrokenDocument(f"network: {error}") from None


def _section(value: Any, place: int) -> Any:
    try:
        return sections.from_json(json.dumps(value))
    except BrokenDocument as error:
        raise BrokenDocument(f"sections[{place}]: {error}") from None
