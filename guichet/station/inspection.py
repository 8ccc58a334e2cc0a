"""What a convocation is, told from the shell: nobody is checked in, nothing is written."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from guichet.config import load_enrolment
from guichet.domain.model import Site
from guichet.errors import ConfigError
from guichet.i18n import _
from guichet.station.core import Core
from guichet.station.reception import Reading, Reception
from guichet.station.retention import DATABASE
from guichet.store.engine import open_engine, reading, sqlite_url
from guichet.store.records import get


class Inspector:
    """Judges texts by the keys and the appointments of a station."""

    def __init__(self, core: Core) -> None:
        self._reception = Reception(core)
        self.local = core.local
        """A UTC moment as the site's clocks show it."""

    def read(self, text: str) -> Reading:
        """What a text is, now."""
        return self._reception.inspect(text)


@contextmanager
def inspecting(folder: Path, clock: Callable[[], datetime]) -> Iterator[Inspector]:
    """A station's inspector; the application may be open on the same folder.

    Raises ConfigError when the folder is no enrolled station, or has no data yet.
    """
    enrolment = load_enrolment(folder)
    path = folder / DATABASE
    if enrolment is None or not path.exists():
        raise ConfigError(
            _(
                "Ce poste n’est pas encore enrôlé\u00a0: lancez «\u00a0guichet enrol "
                "ADRESSE\u00a0», ou ajoutez --raw pour lire sans vérifier."
            )
        )
    engine = open_engine(sqlite_url(path), enrolment.key)
    try:
        core = Core(engine, enrolment, clock)
        with reading(engine) as connection:
            core.site = get(connection, Site, enrolment.site)
        yield Inspector(core)
    finally:
        engine.dispose()
