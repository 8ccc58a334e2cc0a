"""One command at a station: opened, signed in, in step with central; then what came out is said."""

import logging
import sys
import threading
import time
from collections.abc import Callable

import click

from guichet.cli_desk import Asked, said
from guichet.cli_desk.said import Answer
from guichet.cli_help import station_folder
from guichet.config import clock
from guichet.domain.model import Role
from guichet.domain.operations import Refused
from guichet.domain.reference import ReferenceProblem
from guichet.errors import (
    CentralRefused,
    CentralUnavailable,
    ConfigError,
    DeviceRejected,
    DocumentError,
    GuichetError,
    ProtocolError,
    StoreError,
    UpdateRequired,
)
from guichet.i18n import _
from guichet.station import Link, Station

logger = logging.getLogger(__name__)

_PATIENCE = 12.0
"""Seconds to wait for the news of central before working with what is known here."""
_LEAVING = 3.0
"""Seconds for central to hear what was done; else it hears when the station is next open."""
_FAULTS: tuple[tuple[type[GuichetError], str], ...] = (
    (CentralUnavailable, "central_unavailable"),
    (DeviceRejected, "device_rejected"),
    (UpdateRequired, "update_required"),
    (CentralRefused, "central_refused"),
    (ProtocolError, "protocol"),
    (ConfigError, "station"),
    (StoreError, "database"),
    (DocumentError, "document"),
)


def at_station(
    asked: Asked, job: Callable[[Station], Answer | Refused], role: Role = Role.MEDIATOR
) -> int:
    """Open the station, sign the agent in, do the job, say what came out; the exit code.

    `role` is the one that may do it.
    """
    try:
        outcome = _outcome(asked, job, role)
    except GuichetError as error:
        logger.warning("the command ends", exc_info=error)
        kind = next((name for fault, name in _FAULTS if isinstance(error, fault)), "fault")
        return said.deny(Refused(kind), str(error), as_json=asked.as_json)
    if isinstance(outcome, Refused):
        return said.deny(outcome, _sentence(outcome), as_json=asked.as_json)
    return said.say(outcome, as_json=asked.as_json)


def refuse(asked: Asked, reason: str) -> int:
    """Refuse before anything is opened; the exit code."""
    refused = Refused(reason)
    return said.deny(refused, said.refusal(refused), as_json=asked.as_json)


def _sentence(refused: Refused) -> str:
    if refused.reason == "bad_reference":
        from guichet.screens.finding_words import REFERENCE_PROBLEMS  # all of Textual

        return REFERENCE_PROBLEMS[ReferenceProblem(refused.detail["problem"])]
    return said.refusal(refused)


def _outcome(
    asked: Asked, job: Callable[[Station], Answer | Refused], role: Role
) -> Answer | Refused:
    station = Station.open(station_folder(asked.folder), clock())
    if station.notice:
        click.echo(station.notice, err=True)
    try:
        pin = _pin(asked)
        if not pin:
            return Refused("pin_missing")
        _in_step(station)
        signed = station.session.sign_in(asked.agent, pin)
        if isinstance(signed, Refused):
            return signed
        if role not in signed.modes:
            return Refused("not_allowed")
        outcome = job(station)
        _sent(station)
        return outcome
    finally:
        station.close()


def _pin(asked: Asked) -> str:
    if asked.pin_stdin or not sys.stdin.isatty():
        return sys.stdin.readline().strip()
    typed: str = click.prompt(_("PIN"), hide_input=True, err=True, prompt_suffix="\u00a0: ")
    return typed.strip()


def _in_step(station: Station) -> None:
    """Wait until central has been heard, or is known not to answer."""
    _while(station, lambda: station.sync_state.link is Link.STARTING, _PATIENCE)


def _sent(station: Station) -> None:
    """Wait until what was done has left: other desks and the waiting room's screen need it now."""

    def leaving() -> bool:
        return station.sync_state.link is Link.ONLINE and station.sync_state.pending > 0

    _while(station, leaving, _LEAVING)


def _while(station: Station, true: Callable[[], bool], seconds: float) -> None:
    moved = threading.Event()
    end = station.subscribe(moved.set)
    until = time.monotonic() + seconds
    while true() and moved.wait(until - time.monotonic()):
        moved.clear()
    end()
