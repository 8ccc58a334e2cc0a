"""What central tells its stations of: every type of record, and the change of one."""

from dataclasses import dataclass

from guichet.domain.desks import Desk
from guichet.domain.keys import PublicKey
from guichet.domain.model import (
    Agent,
    Appointment,
    Competence,
    Demand,
    Person,
    Procedure,
    Site,
    Slot,
    Visit,
)
from guichet.domain.openings import Closure, Opening
from guichet.domain.reports import Report
from guichet.domain.settling import Settlement

Record = (
    Site | Procedure | Slot | Person | Appointment | Visit | Agent | PublicKey | Competence
    | Demand | Report | Settlement | Desk | Opening | Closure
)  # fmt: skip
"""A replicated record."""

RECORDS: dict[str, type[Record]] = {
    "site": Site,
    "procedure": Procedure,
    "slot": Slot,
    "person": Person,
    "appointment": Appointment,
    "visit": Visit,
    "agent": Agent,
    "key": PublicKey,
    "competence": Competence,
    "demand": Demand,
    "report": Report,
    "settlement": Settlement,
    "desk": Desk,
    "opening": Opening,
    "closure": Closure,
}
"""Every replicated type by its name on the wire."""


@dataclass(frozen=True, slots=True)
class Change:
    """The newest state of one record; `record` None: it exists no more.

    `sequence` is the place of that state in the site's feed: of two states of one record the
    higher is the newer.
    """

    kind: str
    key: str
    sequence: int
    record: Record | None
