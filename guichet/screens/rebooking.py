"""The papers of people who were moved together: their convocations, and whom to call."""

from collections.abc import Sequence

from guichet.i18n import _
from guichet.screens import describe
from guichet.screens.languages import language
from guichet.screens.written import Written, written
from guichet.station import Station
from guichet.station.steering import Moved, ToMove


def rows_of(station: Station, items: Sequence[ToMove], moved: Sequence[Moved]) -> list[list[str]]:
    """Whom to call, a header first: who, phone, language, what for, when it was, when it is now.

    Before anybody is `moved` with what is proposed; after that with what became of each.
    """
    now = {each.item.appointment.id: each.appointment for each in moved}
    rows = [
        [
            _("Référence"), _("Usager"), _("Téléphone"), _("Langue"), _("Démarche"), _("Était le"),
            _("État"), _("Nouveau rendez-vous"), _("À vérifier"),
        ]
    ]  # fmt: skip
    for it in items:
        done = now.get(it.appointment.id)
        target = done or (None if moved else it.slot)
        state = _("déplacé") if done else _("proposé") if target else _("à recontacter")
        was = station.local(it.appointment.starts_at)
        person = it.person
        rows.append(
            [
                it.appointment.reference,
                describe.name(person) if person else "",
                describe.phone(person) if person else "",
                language(person.language) if person else "",
                it.procedure.label if it.procedure else it.appointment.procedure,
                f"{was:%d/%m/%Y %H:%M}",
                state,
                f"{station.local(target.starts_at):%d/%m/%Y %H:%M}" if target else "",
                # When it ends is recorded nowhere, and another day may be too late to file.
                _("fin du titre") if it.procedure and it.procedure.renewal else "",
            ]
        )
    return rows


def papers_of(station: Station, items: Sequence[ToMove], moved: Sequence[Moved]) -> Written:
    """The convocations of those moved and confirmed, in one file, and the list of whom to call.

    Raises DocumentError.
    """
    confirmed = [m.appointment.id for m in moved if m.appointment and m.confirmed]
    return written(station.papers, confirmed, rows_of(station, items, moved))
