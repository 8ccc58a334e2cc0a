"""The connector to a register that knows which numéros étrangers exist.

An interconnection is announced (domain dossier § 1.1, from the answer to the written question
n° 1166), and none is within reach today: the only connector here says so.
"""

import logging
from collections.abc import Callable

from guichet.domain.foreigner_number import Existence

log = logging.getLogger(__name__)

Connector = Callable[[str], Existence]
"""Answers for ten digits, within two seconds and from any thread; it may raise anything."""


def unavailable(_number: str) -> Existence:
    """The answer while no register is connected."""
    return Existence.UNAVAILABLE


def ask(connector: Connector, number: str) -> Existence:
    """What the connector says; a fault of its own never counts against the person."""
    try:
        return connector(number)
    except Exception as error:  # noqa: BLE001 - whatever a foreign system does, work goes on
        log.warning("register connector: %s", type(error).__name__)
        return Existence.UNAVAILABLE
