"""What a mediator has under way for one person; it lives as long as the mode does."""

from collections.abc import Callable
from dataclasses import dataclass, field

from guichet.domain.model import AccordMode, Appointment, Person, Procedure, Slot
from guichet.domain.provenance import Provenance, Through
from guichet.screens.typed import Typed, begun, typed_of
from guichet.station import Found, Kept
from guichet.station.mediation import Booked


@dataclass
class Draft:
    """The choices made so far, so that going back and forth loses none.

    `moving` is the appointment to be moved; otherwise a new one is booked. `done`: it is booked,
    and the next person may come. `rights`: what is typed in the calculator. `family` are those who
    come along; who has no démarche of their own there comes for the same. `then` is called, if
    there is one, with the appointment once there is one, instead of its being shown. `week`: slots
    are seen as a week; `site`: of which site, None for one's own.
    """

    person: Person
    filter: str = ""
    procedure: Procedure | None = None
    slot: Slot | None = None
    mode: AccordMode = AccordMode.READ_ALOUD
    language: str = ""
    provenance: Provenance = (Through.PERSON, None)
    moving: Appointment | None = None
    done: bool = False
    rights: dict[str, str] = field(default_factory=dict)
    week: bool = False
    site: int | None = None
    family: list["Draft"] = field(default_factory=list)
    then: Callable[[Booked], None] | None = None


@dataclass
class Work:
    """All that a mediator has under way: choices and forms by person, and one for someone new.

    `current` is the person last opened, whose draft outlives the program.
    """

    drafts: dict[str, Draft] = field(default_factory=dict)
    forms: dict[str, Typed] = field(default_factory=dict)
    new: Typed | None = None
    current: str | None = None

    def open(self, person: Person) -> Draft:
        """The draft of a person, begun or taken up again."""
        draft = self.drafts.setdefault(person.id, Draft(person, language=person.language))
        draft.person = person
        self.forms.setdefault(person.id, typed_of(person))
        self.current = person.id
        return draft

    def restore(self, found: Found) -> None:
        """Take over what was under way when the program ended."""
        if found.person is None:
            self.new = dict(found.typed)
            return
        draft = self.open(found.person)
        self.forms[found.person.id] = found.typed or typed_of(found.person)
        draft.procedure, draft.slot = found.procedure, found.slot
        draft.family = [Draft(person, procedure=own) for person, own in found.family]

    def finished(self) -> bool:
        """Forget those who have their appointment; whether there were any."""
        done = [key for key, draft in self.drafts.items() if draft.done]
        for key in done:
            del self.drafts[key]
            self.forms.pop(key, None)
        return bool(done)

    def left(self) -> None:
        """The file was closed: with nothing chosen nor changed, nothing is under way."""
        draft = self.drafts.get(self.current or "")
        if draft is None or (
            draft.procedure is None and self.forms.get(draft.person.id) == typed_of(draft.person)
        ):
            self.current = None

    def kept(self, query: str) -> Kept | None:
        """What must outlive the program; None: nothing."""
        draft = self.drafts.get(self.current or "")
        if draft is not None and not draft.done:
            return Kept(
                query=query,
                typed=dict(self.forms.get(draft.person.id, {})),
                person=draft.person.id,
                procedure=draft.procedure.code if draft.procedure else None,
                slot=draft.slot.id if draft.slot else None,
                family=tuple(
                    (each.person.id, each.procedure.code if each.procedure else None)
                    for each in draft.family
                ),
            )
        if self.new is not None and begun(self.new):
            return Kept(query=query, typed=dict(self.new))
        return Kept(query=query) if query else None
