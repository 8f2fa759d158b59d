"""The Ray cluster that a recipe names: joined, or started on this machine."""

from __future__ import annotations

import logging
import os
import socket
import warnings
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from ..errors import InputError, RunError

if TYPE_CHECKING:
    from ..recipe import Ray

CONNECT_TIMEOUT = 10.0
"""Seconds within which the head of a cluster must take a connection."""

OBJECT_STORE = 128 * 2**20
"""Bytes of shared memory for a cluster on this machine: batches are small."""


def connect(config: Ray) -> str:
    """Join the cluster, once in a process, or start one on this machine; what it has, in words.

    Raises:
        InputError: Ray is not installed, or the address is none.
        RunError: there is no cluster at the address, or it cannot be joined.
    """
    if find_spec("ray") is None:
        raise InputError("ray", "Ray is not installed", "pip install 's3ft[ray]'; or remove `ray`.")
    # A worker without GPUs is to see none. Ray does so, but says at each start that it will not.
    os.environ.setdefault("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "1")
    import ray

    if not ray.is_initialized():
        _init(config.address or os.environ.get("RAY_ADDRESS") or "local")
    resources = ray.cluster_resources()
    return f"{resources.get('CPU', 0):g} CPUs, {resources.get('GPU', 0):g} GPUs"


def _init(address: str) -> None:
    import ray

    own: dict[str, Any] = {}
    if address == "local":  # it listens on no network
        own = {"_node_ip_address": "127.0.0.1", "object_store_memory": OBJECT_STORE}
        own["include_dashboard"] = False
    elif address != "auto":
        _check_listening(address)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)
            ray.init(address, logging_level=logging.ERROR, log_to_driver=False, **own)
    except Exception as error:  # such as a bare one, where a node takes too long to start
        reason = " ".join(str(error).split())[:300]
        raise RunError(
            f"ray.address: the Ray cluster ({address}) cannot be joined: {reason}"
        ) from None


def _check_listening(address: str) -> None:
    """Refuse an address where nobody listens; Ray would wait a minute, then end the process."""
    host, _, port = address.removeprefix("ray://").rpartition(":")
    if not host or not port.isdigit():
        remedy = "Give the head's host:port, as `ray start --head` shows it, or auto."
        raise InputError("ray.address", f"{address!r} is no address", remedy)
    try:
        socket.create_connection((host.strip("[]"), int(port)), CONNECT_TIMEOUT).close()
    except OSError as error:
        raise RunError(
            f"ray.address: there is no Ray cluster at {address}: {error}\n"
            "  Start one (ray start --head), or correct the address; the same command goes on."
        ) from None
