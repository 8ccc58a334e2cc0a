"""What the walks do at the two desks: record, book, print, hold a paper before the camera."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pypdfium2
from sqlalchemy import select
from textual.app import App
from textual.events import Paste
from textual.widgets import Static

from guichet.config import Settings
from guichet.domain.model import (
    AccordMode,
    Appointment,
    AppointmentStatus,
    Person,
    Role,
    Slot,
    Visit,
)
from guichet.domain.reports import Report
from guichet.scanner.frames import Frame
from guichet.screens.counter import CounterScreen
from guichet.screens.identity import IdentityDialog
from guichet.screens.post import FactsChanged, Post
from guichet.screens.queue import QueueBox
from guichet.station import Station
from guichet.station.mediation import Booked, Held
from guichet.store.engine import reading
from guichet.store.records import TABLES, records
from guichet.theme import register_themes
from guichet.widgets.big import BigText
from guichet.widgets.field import Field
from guichet.widgets.said import Said
from guichet.widgets.verdict import VerdictView
from tests.convocation.outputs import pages
from tests.look import SHEETS
from tests.posts import World
from tests.scanner.samples import file_of
from tests.screens.counter_post import Counter
from tests.screens.mediation import Desk, plain
from tests.screens.waiting import wait_for

# At the mediator's desk -------------------------------------------------------------------------


async def paste(desk: Desk, text: str) -> None:
    """Put a text where the cursor is, all at once: a hundred keys cost seconds."""
    assert desk.app.focused is not None
    desk.app.focused.post_message(Paste(text))
    await desk.pilot.pause()


async def form(desk: Desk, family: str, given: str, birth: str, number: str = "") -> None:
    """A new person's form as far as the field after the number, by keyboard."""
    await desk.press("f6")
    await desk.on("PersonForm")
    await paste(desk, family)
    await desk.press("enter", "enter")
    await paste(desk, given)
    await desk.press("enter")
    await desk.type(birth)
    await desk.press("enter")
    await paste(desk, "Bobigny")
    await desk.press("enter")
    await paste(desk, number)
    await desk.press("enter")


async def choose(desk: Desk, selector: str, word: str) -> None:
    """Choose from the list under the focus by the letters of a word."""
    assert desk.app.focused is desk.find(selector), desk.app.focused
    await desk.press("enter")
    await desk.type(word)
    await desk.press("enter")


async def recorded(desk: Desk) -> None:
    """Send the form; the person's file is under the démarches."""
    await desk.press("f9")
    await desk.on("ProcedureChoice")
    await desk.press("escape")
    await desk.on("PersonFile")


async def confirm(desk: Desk) -> Appointment:
    """Book the seat that is held; the paper is written."""
    await desk.press("f9")
    await desk.on("BookedScreen")
    await desk.shows("✓ Rendez-vous confirmé", ".pdf")
    found = desk.station.mediation.appointment(desk.app.screen.query_one(BigText).text)
    assert found is not None
    return found


def paper_of(station: Station, appointment: Appointment) -> Path:
    """The convocation that a screen has written."""
    return station.folder / "convocations" / f"convocation-{appointment.reference}.pdf"


def only(station: Station, person: Person) -> Appointment:
    """The person's one appointment to come."""
    (found,) = (
        each
        for each in station.mediation.appointments_of(person)
        if each.status is AppointmentStatus.BOOKED
    )
    return found


def take(station: Station, person: Person, slot: Slot, procedure: str = "RENO") -> Appointment:
    """Book without the screens, for who is not the subject."""
    assert station.mediation.register(person) is None
    held = station.mediation.hold(slot)
    assert isinstance(held, Held)
    wanted = next(p for p in station.mediation.procedures() if p.code == procedure)
    accord = station.mediation.accord(AccordMode.READ_ALOUD, person.language)
    done = station.mediation.book(person, wanted, held, accord)
    assert isinstance(done, Booked)
    assert done.confirmed
    return done.appointment


def printed(station: Station, appointment: Appointment) -> Path:
    """The convocation, as the mediator hands it over."""
    return station.papers.convocation(appointment.id)


def said_on(paper: Path) -> str:
    """What can be read on a convocation, spaces made plain."""
    return plain(" ".join(pages(paper.read_bytes())))


# At the counter ---------------------------------------------------------------------------------


class Reception(App[None]):
    """The counter's mode without the rest of the application, on the station's own clock."""

    CSS_PATH = SHEETS

    def __init__(self, station: Station, camera: Path) -> None:
        super().__init__()
        register_themes(self)
        settings = Settings(camera=str(camera), desk="40", bell=False)
        self.counter = CounterScreen(Post(station, settings))
        self.add_mode("counter", lambda: self.counter)
        self._tell = station.subscribe(self._changed)

    async def on_mount(self) -> None:
        await self.switch_mode("counter")

    def _changed(self) -> None:
        self.call_later(self.counter.post_message, FactsChanged())

    async def on_unmount(self) -> None:
        self._tell()


@asynccontextmanager
async def counter(world: World, *expected: Appointment) -> AsyncIterator[Counter]:
    """A counter of Bobigny, five minutes before the first of those who are expected."""
    if expected:
        world.clock.now = min(each.starts_at for each in expected) - timedelta(minutes=5)
    station = world.station("counter", Role.COUNTER)
    camera = world.folder / "camera"
    camera.mkdir()
    app = Reception(station, camera)
    async with app.run_test(size=(80, 24)) as pilot:
        desk = Counter(world, pilot, app.counter, camera)
        await wait_for(pilot, lambda: app.counter.query(QueueBox), what="the counter")
        ids = {each.id for each in expected}
        await desk.see(lambda: ids <= {row.appointment for row in desk.rows()}, "the day")
        yield desk


def hold(desk: Counter, picture: Frame) -> None:
    """Hold a picture before the camera, in place of the one there."""
    part = desk.camera / "part"
    part.write_bytes(file_of(picture))
    part.replace(desk.camera / "sheet.png")


def seen_of(paper: Path) -> Frame:
    """The page as a camera above it sees it, in grey."""
    document = pypdfium2.PdfDocument(paper)
    try:
        page: Frame = document[0].render(scale=110 / 72, grayscale=True).to_numpy().copy()
        return page
    finally:
        document.close()


def needs_shown(desk: Counter) -> str:
    """The needs under the verdict, nothing when there are none."""
    line = desk.screen.query_one("#needs", Static)
    return plain(str(line.content)) if line.display else ""


def words(view: VerdictView) -> str:
    """Everything the verdict says, spaces made plain."""
    return plain("\n".join((view.word, view.name, *view.lines, view.ticket, view.next_action)))


async def arrives(desk: Counter, paper: Path, word: str = "Attendu") -> VerdictView:
    """The paper held before the camera, and its verdict."""
    hold(desk, seen_of(paper))
    return await desk.sees(word)


def visits_at_central(world: World, appointment: Appointment) -> list[Visit]:
    """The visits central knows for an appointment."""
    table = TABLES["visit"]
    with reading(world.engine) as connection:
        return records(connection, Visit, select(table).filter_by(appointment=appointment.id))


async def checked(desk: Counter, number: str, name: str = "", year: str = "") -> None:
    """What is read on the ID, typed and compared with the convocation."""
    await desk.see(lambda: desk.screen.check_action("identity", ()), "somebody to compare with")
    await desk.pilot.press("ctrl+o")
    await desk.see(lambda: isinstance(desk.pilot.app.screen, IdentityDialog), "the dialog")
    for field, text in (("number", number), ("name", name), ("year", year)):
        desk.pilot.app.screen.query_one(f"#{field}", Field).value = text
    await desk.pilot.press("enter")


def said_in_dialog(desk: Counter) -> str:
    """What the dialog above the counter says, spaces made plain."""
    return " ".join(plain(said.text) for said in desk.pilot.app.screen.query(Said))


def reports_at_central(world: World) -> list[Report]:
    """What counters have reported."""
    with reading(world.engine) as connection:
        return records(connection, Report, select(TABLES["report"]))
