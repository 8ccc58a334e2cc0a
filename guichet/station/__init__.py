"""The station: the only object screens talk to."""

from collections.abc import Callable
from contextlib import ExitStack
from datetime import date, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Self

from guichet.config import load_enrolment
from guichet.domain.model import Site
from guichet.domain.operations import Refused
from guichet.domain.settling import How
from guichet.errors import CentralUnavailable, ProtocolError
from guichet.i18n import _
from guichet.station import opening
from guichet.station.calling import Calling
from guichet.station.core import Bar, Core
from guichet.station.drafts import Drafts, Found, Kept
from guichet.station.ending import Ending
from guichet.station.liaison import Liaison, clock_wrong
from guichet.station.reception import Reading, Reception
from guichet.station.retention import PAPERS, Retention
from guichet.station.session import Session, SignedIn
from guichet.station.unsettled import Settled, Settling, Unsettled
from guichet.station.watch import Watch
from guichet.store.engine import reading
from guichet.store.records import get
from guichet.sync.state import Link, SyncState

if TYPE_CHECKING:
    from guichet.station.assistance import Assistance
    from guichet.station.figures import Figures
    from guichet.station.identification import Identification
    from guichet.station.inviting import Inviting
    from guichet.station.mediation import Mediation
    from guichet.station.papers import Papers
    from guichet.station.steering import Steering

__all__ = [
    "Bar",
    "Found",
    "Kept",
    "Link",
    "Reading",
    "Settled",
    "SignedIn",
    "Station",
    "SyncState",
    "Unsettled",
]


class Station:
    """An agent's post: its session, its work, its link with central.

    Every method blocks (database, network): call them off the UI loop. Facts live in SQLite;
    `subscribe` tells when to read them again.
    """

    def __init__(self, core: Core, folder: Path, held: ExitStack, notice: str = "") -> None:
        self._core = core
        self._held = held
        self.folder = folder
        self.notice = notice
        """What the agent must be told of how the station opened; empty when all was well."""
        self.session = Session(core)
        self.drafts = Drafts(core)
        self.reception = Reception(core)
        self.calling = Calling(core)
        self.ending = Ending(core)
        self.watch = Watch(core)
        self.liaison = Liaison(core)
        self.settling = Settling(core)

    # What mediators need is imported when first asked for: counters and supervisors open sooner.

    @cached_property
    def mediation(self) -> "Mediation":
        """Booking for a person."""
        from guichet.station.mediation import Mediation

        return Mediation(self._core)

    @cached_property
    def assistance(self) -> "Assistance":
        """What surrounds a booking."""
        from guichet.station.assistance import Assistance

        return Assistance(self._core)

    @cached_property
    def figures(self) -> "Figures":
        """What periods were like, and exports."""
        from guichet.station.figures import Figures

        return Figures(self._core)

    @cached_property
    def identification(self) -> "Identification":
        """Checking identities, and reporting what does not fit."""
        from guichet.station.identification import Identification

        return Identification(self._core)

    @cached_property
    def papers(self) -> "Papers":
        """What is printed."""
        from guichet.station.papers import Papers

        return Papers(self._core, self.folder / PAPERS)

    @cached_property
    def steering(self) -> "Steering":
        """When the site receives."""
        from guichet.station.steering import Steering

        return Steering(self._core)

    @cached_property
    def inviting(self) -> "Inviting":
        """Whom the site invites."""
        from guichet.station.inviting import Inviting

        return Inviting(self._core)

    @classmethod
    def open(cls, folder: Path, clock: Callable[[], datetime], quiet: float = 0.0) -> Self:
        """Open the station of a folder: migrate, drop old days, start keeping in step.

        `clock` gives aware UTC moments; keeping in step starts after `quiet` seconds, so that an
        application may paint first. Raises ConfigError when the folder is not an enrolled
        station or another program uses it, StoreError when its database fails, and the faults of
        the network when the very first pull is impossible. Nothing stays open after a fault.
        """
        enrolment = load_enrolment(folder)
        if enrolment is None:
            raise opening.not_enrolled()
        with ExitStack() as held:
            held.enter_context(opening.locked(folder))
            core, notice = held.enter_context(opening.core(folder, enrolment, clock))
            retention = Retention(core, folder)
            core.site = _site(core)
            if core.site is None:
                _first_pull(core)
                core.site = _site(core)
            if core.site is None:
                raise ProtocolError(
                    _("La centrale n’a rien dit du site de ce poste. Prévenez le support.")
                )
            retention.purge()
            Drafts(core).purge()
            core.barred()  # read from the database now, for the screens ask in their own loop
            core.sync.upkeep = retention.upkeep
            core.sync.start(quiet)
            return cls(core, folder, held.pop_all(), notice)

    def close(self) -> None:
        """Close the desk, stop keeping in step and give everything back."""
        try:
            self.calling.leave()
        finally:
            self._held.close()

    @property
    def site(self) -> Site:
        """Where this station stands."""
        return self._core.known_site()

    @property
    def number(self) -> int:
        """This station's number among those of the site."""
        return self._core.enrolment.number

    @property
    def cut_off(self) -> bool:
        """Whether central does not answer just now."""
        return self._core.cut_off

    @property
    def sync_state(self) -> SyncState:
        """How the station stands with central."""
        return self._core.sync.state

    def barred(self) -> Bar | None:
        """Why nothing may be shown here now; asks no database."""
        return self._core.barred()

    def refused(self) -> list[Unsettled]:
        """What central refused, or recorded otherwise than it was meant, for a person to settle."""
        return self.settling.waiting()

    def settled(self, operation: str, how: How = How.ACCEPTED) -> Refused | None:
        """A person has dealt with it."""
        return self.settling.settle(operation, how)

    def subscribe(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Call `listener`, from any thread, when facts or the link change; gives its ending."""
        return self._core.subscribe(listener)

    def now(self) -> datetime:
        """The moment it is, UTC."""
        return self._core.clock()

    def local(self, moment: datetime) -> datetime:
        """A UTC moment as the site's clocks show it."""
        return self._core.local(moment)

    def shown(self, moment: datetime) -> datetime:
        """A moment of this computer's clock as screens show it: by central's, once that is known.

        What is recorded keeps this computer's time.
        """
        skew = self.sync_state.skew
        if clock_wrong(skew):
            moment -= timedelta(seconds=skew or 0.0)
        return self._core.local(moment)

    def today(self) -> date:
        """The day it is at the site."""
        return self._core.today()


def _first_pull(core: Core) -> None:
    """Read the site from central: without it this station can show nothing."""
    try:
        core.sync.once()
    except CentralUnavailable as error:
        waiting = core.sync.waiting()
        raise CentralUnavailable(
            _(
                "Ce poste n’a pas de copie de la journée et la centrale est injoignable\u00a0: il "
                "ne peut rien montrer avant de l’avoir jointe. Les opérations faites ici sont "
                "gardées ({waiting}) et partiront dès son retour. Recommencez alors."
            ).format(waiting=waiting),
            error.retry_after,
        ) from error


def _site(core: Core) -> Site | None:
    with reading(core.engine) as connection:
        return get(connection, Site, core.enrolment.site)
