"""Whole networks: layers of hidden units below a pair, derived, proved and generated."""

from derive.networks.derivation import NetworkDerivation
from derive.networks.network import Network, network
from derive.networks.source import network_source

__all__ = ["Network", "NetworkDerivation", "network", "network_source"]
