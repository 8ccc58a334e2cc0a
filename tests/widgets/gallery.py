"""Pages that show every widget, to look at and to measure.

``python -m tests.widgets.gallery FOLDER`` writes their pictures (SVG) in every theme.
"""

import asyncio
import sys
from pathlib import Path
from typing import ClassVar

from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.screen import ModalScreen, Screen
from textual.widgets import (
    Button,
    Footer,
    Input,
    OptionList,
    RadioSet,
    Select,
    Static,
    TextArea,
)
from textual.widgets.option_list import Option

from guichet.theme import PALETTES, register_themes
from guichet.widgets.bar import StatusBar, Sync
from guichet.widgets.big import BigText
from guichet.widgets.choice import Pick, Tick
from guichet.widgets.field import Field, FieldState
from guichet.widgets.preview import CameraPreview
from guichet.widgets.rows import Column, Row, RowsView
from guichet.widgets.verdict import VerdictPanel, VerdictView
from tests.look import SHEETS

COLUMNS = (
    Column("time", "Heure", width=5),
    Column("name", "Usager", flex=3),
    Column("procedure", "Démarche", flex=2, min_terminal=100),
    Column("status", "État", width=10),
    Column("ticket", "Ticket", width=6, align="right", min_terminal=100),
)
_DAY = (
    ("09:00", "DIALLO Aïssatou", "Renouvellement de titre", "présente", "B201", "ok"),
    ("09:00", "NGUYỄN Thị Mai", "Remise de titre", "en retard", "", "warn"),
    ("09:15", "BEN SALAH Mohamed", "Duplicata", "attendu", "", ""),
    ("09:15", "KOVALENKO Oksana", "Protection temporaire", "annulé", "", "bad"),
    ("09:30", "RAKOTONDRAMANANTSOA-ANDRIAMBOLOLONA Hasinavalona", "Première demande", "", "", ""),
    ("09:30", "王 小明", "Changement d’adresse", "reçu", "A034", "info"),
)
OK = VerdictView(
    level="ok",
    sign="✓",
    word="Attendu",
    name="DIALLO Aïssatou",
    lines=("09:00 · Renouvellement de titre", "Besoins : interprète soninké", "Guichet 4, file B"),
    ticket="B201",
    next_action="Vérifier la pièce d’identité, puis remettre le ticket",
)
WARN = VerdictView(
    level="warn",
    sign="!",
    word="Trop tôt",
    name="NGUYỄN Thị Mai",
    lines=("11:30 · Remise de titre", "Il est 09:04 : 2 h 26 d’avance"),
    next_action="Proposer de revenir à 11:15",
)
BAD = VerdictView(
    level="bad",
    sign="✗",
    word="Annulé",
    name="KOVALENKO Oksana",
    lines=("Rendez-vous annulé le 3 mars par l’usager",),
    next_action="Orienter vers l’accueil",
)


def day_rows(count: int) -> list[Row]:
    rows = []
    for i in range(count):
        *cells, status = _DAY[i % len(_DAY)]
        rows.append(Row(f"r{i}", tuple(cells), status, dim=i % len(_DAY) == 3))
    return rows


def foreigner_number(text: str) -> FieldState:
    if not text.isdigit():
        return FieldState("bad", "Chiffres seulement, comme sur le titre")
    if len(text) < 10:
        return FieldState("idle")
    return FieldState("ok", "Numéro complet")


def bar() -> StatusBar:
    status = StatusBar()
    status.site, status.day, status.mode = "Bobigny", "mardi 3 mars", "Guichet"
    status.agent, status.clock = "Claire Martin", "09:04"
    status.sync = Sync("warn", "↑ 3 en attente")
    return status


class DayPage(Screen[None]):
    CSS = """
    DayPage VerdictPanel { width: 38; margin-left: 1; }
    DayPage #work { margin: 1 1 0 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f2", "app.bell", "Chercher", key_display="F2"),
        Binding("f3", "app.refresh_css", "Arrivée"),
        Binding("f5", "nothing", "Annuler"),
    ]

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        del parameters
        return None if action == "nothing" else True

    def __init__(self, verdict: VerdictView = OK) -> None:
        super().__init__()
        self._verdict = verdict

    def compose(self) -> ComposeResult:
        yield bar()
        with Horizontal(id="work"):
            yield RowsView(COLUMNS, empty="Aucun rendez-vous : F2 pour chercher.")
            yield VerdictPanel(self._verdict)
        yield Footer(show_command_palette=False)

    def on_mount(self) -> None:
        self.query_one(RowsView).set_rows(day_rows(40))


class FormPage(Screen[None]):
    CSS = """
    FormPage #left { width: 1fr; margin: 1 2; }
    FormPage #right { width: 1fr; margin: 1 2 0 0; }
    FormPage Field { margin-bottom: 0; }
    FormPage TextArea { height: 2; margin-bottom: 1; }
    FormPage OptionList { height: 4; margin-bottom: 1; }
    FormPage .buttons { align-horizontal: left; margin-top: 0; }
    FormPage .buttons Button { margin: 0 1 0 0; min-width: 10; }
    """

    def compose(self) -> ComposeResult:
        yield bar()
        with Horizontal():
            yield from self._left()
            yield from self._right()
        yield Footer(show_command_palette=False)

    def _left(self) -> ComposeResult:
        with Vertical(id="left"):
            yield Static("Nouvel usager", classes="title")
            yield Field("Nom", hint="Comme sur la pièce d’identité", value="Diallo", id="name")
            yield Field(
                "Numéro étranger", validate=foreigner_number, value="77030x", classes="-beside"
            )
            yield Field("Téléphone", placeholder="06 12 34 56 78", hint="Pour les rappels")
            yield Input("inchangeable", disabled=True)
            yield Input(placeholder="grisé", disabled=True)
            with Horizontal(classes="buttons"):
                yield Button("Réserver", variant="primary")
                yield Button("Revenir")
                yield Button("Annuler", variant="error")
            with Horizontal(classes="buttons"):
                yield Button("Reçu", variant="success", compact=True)
                yield Button("Attente", variant="warning", compact=True)
                yield Button("Grisé", disabled=True, compact=True)

    def _right(self) -> ComposeResult:
        with Vertical(id="right"):
            yield BigText("B201", classes="key")
            for level, word in (
                ("ok", "✓ à jour"),
                ("warn", "! en retard"),
                ("bad", "✗ refusé"),
                ("info", "i reporté"),
                ("muted", "sans objet"),
            ):
                yield Static(word, classes=level)
            yield Tick("Consent à l’aide", value=True)
            yield Tick("SMS")
            with RadioSet():
                yield Pick("Sur place", value=True)
                yield Pick("Par courrier")
            yield Select([("Bobigny", 1), ("Le Raincy", 2)], prompt="Choisir un site")
            yield Select([("Bobigny", 1)], value=1, allow_blank=False, disabled=True)
            yield TextArea(placeholder="Remarque pour le guichet")
            yield OptionList("Français", "Soninké", Option("Tamoul", disabled=True))


class BigPage(Screen[None]):
    CSS = """
    BigPage BigText { margin: 1 2; }
    BigPage CameraPreview { margin: 0 2; height: 1fr; }
    """

    def compose(self) -> ComposeResult:
        yield bar()
        yield BigText("7K4Q-92XD-3")
        with Horizontal():
            yield CameraPreview(id="picture")
            yield CameraPreview("Caméra fermée", id="closed")
        yield Footer(show_command_palette=False)

    def on_screen_resume(self) -> None:
        self.call_after_refresh(self._paint)

    def _paint(self) -> None:
        preview = self.query_one("#picture", CameraPreview)
        width, height = preview.picture_size
        preview.show(
            width, height, bytes((x * 4 + y * 5) % 256 for y in range(height) for x in range(width))
        )


class Dialog(ModalScreen[None]):
    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Static("Annuler le rendez-vous ?", classes="title")
            yield Static("DIALLO Aïssatou, mardi 3 mars à 09:00. La place sera rendue.")
            yield Static("L’usager recevra un message.", classes="hint")
            with Horizontal(classes="buttons"):
                yield Button("Garder")
                yield Button("Annuler le rendez-vous", variant="error")


class Gallery(App[None]):
    CSS_PATH = SHEETS

    def __init__(self, page: str = "day", theme: str = "sombre") -> None:
        super().__init__()
        register_themes(self, theme)
        self._page = page

    def on_mount(self) -> None:
        self.animation_level = "none"
        pages: dict[str, type[Screen[None]]] = {"form": FormPage, "big": BigPage}
        verdicts = {"warn": WARN, "bad": BAD}
        page = pages.get(self._page)
        self.push_screen(page() if page else DayPage(verdicts.get(self._page, OK)))
        if self._page == "dialog":
            self.push_screen(Dialog())
        if self._page == "palette":
            self.action_command_palette()
        if self._page == "toast":
            self.call_after_refresh(self._toasts)

    def _toasts(self) -> None:
        self.notify("Convocation imprimée.", title="Imprimé")
        self.notify("Central ne répond pas.", title="Hors ligne", severity="warning")
        self.notify("Place déjà prise.", title="Refusé", severity="error")


async def take(folder: Path) -> None:
    for size in ((80, 24), (120, 40)):
        for palette in PALETTES:
            for page in ("day", "warn", "bad", "form", "big", "dialog", "toast", "palette"):
                app = Gallery(page, palette.name)
                async with app.run_test(size=size, notifications=True) as pilot:
                    await pilot.pause()
                    picture = app.export_screenshot()
                name = f"{page}-{palette.name}-{size[0]}.svg"
                (folder / name).write_text(picture)


if __name__ == "__main__":
    asyncio.run(take(Path(sys.argv[1])))
