"""What is handed over on paper, or as a file.

What composes a document is imported when the first one is asked for: no start waits for it.
"""

import csv
import io
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict

from guichet.domain.model import Appointment, Demand, Person, Procedure, Site, Visit
from guichet.domain.names import display_name
from guichet.errors import DocumentError
from guichet.i18n import _
from guichet.station.assistance import SEARCHED
from guichet.station.core import Core
from guichet.station.tables import harmless
from guichet.store.engine import reading
from guichet.store.records import get

if TYPE_CHECKING:
    from guichet.convocation.document import Convocation


class Issued(TypedDict):
    """Of every slip: when, where and by whom it was written."""

    at: datetime
    place: str
    agent: str


class Papers:
    """Writes documents in the station's own folder, shows and prints them.

    Every method but `bilingual` and `printer_available` raises DocumentError.
    """

    def __init__(self, core: Core, folder: Path) -> None:
        self._core = core
        self._folder = self.folder = folder
        self.practice: Path | None = None
        """Where pictures of what is printed go, for the demo's practice camera."""

    def convocation(self, appointment: str, *, large: bool = False) -> Path:
        """The convocation of a confirmed appointment, as it is known now; `large`: large type."""
        from guichet.convocation import document

        printed = self._convocation(appointment)
        path = document.write(printed, self._folder, large=large)
        if self.practice is not None:
            document.write_picture(printed, self.practice)
        return path

    def convocations(self, appointments: Sequence[str]) -> Path:
        """The convocations of several confirmed appointments in one file, for the printer."""
        from guichet.convocation import bundle, document, press

        pages = []
        for each in appointments:
            printed = self._convocation(each)
            pages.append(document.render(printed))
            if self.practice is not None:
                document.write_picture(printed, self.practice)
        name = f"convocations-{self._core.local(self._core.clock()):%Y%m%d-%H%M%S}.pdf"
        return press.put(self._folder, name, bundle.joined(pages))

    def contacts(self, rows: Sequence[Sequence[str]]) -> Path:
        """Whom to call, as a table for a spreadsheet (CSV in UTF-8, semicolons); a header first."""
        from guichet.convocation import press

        text = io.StringIO(newline="")
        csv.writer(text, delimiter=";").writerows(map(harmless, row) for row in rows)
        name = f"a-prevenir-{self._core.local(self._core.clock()):%Y%m%d-%H%M%S}.csv"
        return press.put(self._folder, name, text.getvalue().encode("utf-8-sig"))

    def contact_sheet(self, rows: Sequence[Sequence[str]]) -> Path:
        """The same on paper, with boxes to tick, for those who call."""
        from guichet.convocation import contacts

        return contacts.write(contacts.Contacts(**self._issued(), rows=rows), self._folder)

    def bilingual(self, language: str) -> bool:
        """Whether a convocation says anything in that language (ISO 639 code) beside the French."""
        from guichet.convocation import document

        return document.bilingual(language)

    def calendar(self, appointment: str) -> Path:
        """A confirmed appointment for a phone's calendar; nothing in it says who or what for."""
        from guichet.convocation import catalogue, ics

        found, person, _procedure, site = self._facts(appointment)
        words = catalogue.second(person.language)
        return ics.write(found, site, self._core.clock(), self._folder, words)

    def attestation(
        self,
        demand: Demand,
        procedure: Procedure,
        person: Person,
        sites: tuple[str, ...],
        *,
        named: bool,
    ) -> Path:
        """The dated proof that nothing was free; the name only when the person wants it there."""
        from guichet.convocation import attestation, catalogue

        today = self._core.today()
        return attestation.write(
            attestation.Attempt(
                searched_at=self._core.local(demand.at),
                place=self._core.known_site().name,
                sites=sites,
                procedure=procedure.label,
                first_day=today,
                last_day=today + timedelta(days=SEARCHED.days),
                agent=demand.agent,
                person_name=display_name(person.family_name, person.given_names) if named else None,
                second=catalogue.second(person.language),
            ),
            self._folder,
        )

    def unconfirmed(self, appointment: str) -> Path:
        """What is handed over for an appointment that central has still to confirm."""
        from guichet.convocation import catalogue, slip

        found, person, procedure, site = self._known(appointment)
        return slip.write(
            slip.Unconfirmed(
                **self._issued(),
                reachable=person.phone is not None,
                second=catalogue.second(person.language),
                reference=found.reference,
                procedure=procedure.label,
                starts_at=self._core.local(found.starts_at),
                where=f"{site.name}, {', '.join(site.address.splitlines())}",
            ),
            self._folder,
        )

    def wish(self, demand: Demand, procedure: Procedure, person: Person) -> Path:
        """What is handed over for a wish: that it is noted, and that nothing is booked."""
        from guichet.convocation import catalogue, slip

        return slip.write(
            slip.Wish(
                **self._issued(),
                reachable=person.phone is not None,
                second=catalogue.second(person.language),
                procedure=procedure.label,
                first_day=demand.first_day,
                last_day=demand.last_day,
            ),
            self._folder,
        )

    def note(self, what: tuple[str, ...], advice: tuple[str, ...]) -> Path:
        """What a person is told on paper, in French; it names nobody."""
        from guichet.convocation import slip

        return slip.write(slip.Note(**self._issued(), what=what, advice=advice), self._folder)

    def to_bring(self, visit: str, missing: tuple[str, ...]) -> Path:
        """What somebody has to bring who was received in vain, by what was missing."""
        from guichet.convocation import catalogue, slip

        with reading(self._core.engine) as connection:
            found = get(connection, Visit, visit)
            appointment = get(connection, Appointment, (found and found.appointment) or "")
            person = get(connection, Person, (found and found.person) or "")
            code = appointment.procedure if appointment else found and found.procedure
            procedure = get(connection, Procedure, code or "")
        return slip.write(
            slip.Bring(
                **self._issued(),
                second=catalogue.second(person.language) if person else None,
                reference=appointment.reference if appointment else "",
                procedure=procedure.label if procedure else "",
                missing=missing,
            ),
            self._folder,
        )

    def _issued(self) -> Issued:
        agent = self._core.agent
        return {
            "at": self._core.local(self._core.clock()),
            "place": self._core.known_site().name,
            "agent": agent.code if agent else "",
        }

    def accord_sheet(self, spoken: str, language: str, persons: int = 1) -> Path:
        """The accord to be read; `spoken` is the French name of the language (ISO 639 code).

        `persons` is for how many it is asked, of those who come together.
        """
        from guichet.convocation import accord, catalogue

        agent = self._core.agent
        return accord.write(
            accord.AccordSheet(
                at=self._core.local(self._core.clock()),
                place=self._core.known_site().name,
                agent=agent.code if agent else "",
                spoken=spoken,
                second=catalogue.second(language),
                persons=persons,
            ),
            self._folder,
        )

    def open(self, path: Path) -> None:
        """Show a document in the system's viewer."""
        from guichet.convocation import press

        press.open_document(path)

    def print(self, path: Path) -> None:
        """Send a document to the printer."""
        from guichet.convocation import press

        press.print_document(path)

    def printer_available(self) -> bool:
        """Whether this machine can print."""
        from guichet.convocation import press

        return press.printer_available()

    def _convocation(self, appointment: str) -> "Convocation":
        from guichet.convocation import document

        found, person, procedure, site = self._facts(appointment)
        return document.convocation_of(
            found,
            person,
            procedure,
            site,
            self._core.today(),
            # The list of the démarche may have changed since they were shown.
            presented=tuple(name for name in procedure.documents if name in found.presented),
        )

    def _facts(self, appointment: str) -> tuple[Appointment, Person, Procedure, Site]:
        """What is known here of an appointment that central has confirmed."""
        facts = self._known(appointment)
        if facts[0].token is None:
            raise DocumentError(
                _(
                    "La centrale n’a pas encore confirmé ce rendez-vous\u00a0: "
                    "la convocation s’imprimera dès sa réponse."
                )
            )
        return facts

    def _known(self, appointment: str) -> tuple[Appointment, Person, Procedure, Site]:
        """What is known here of an appointment. Raises DocumentError without."""
        with reading(self._core.engine) as connection:
            found = get(connection, Appointment, appointment)
            person = get(connection, Person, found.person if found else "")
            procedure = get(connection, Procedure, found.procedure if found else "")
            site = get(connection, Site, found.site if found else 0)
        if found is None or person is None or procedure is None or site is None:
            raise DocumentError(
                _("Ce rendez-vous n’est plus sur ce poste\u00a0: recherchez la personne.")
            )
        return found, person, procedure, site
