"""The people of a list invited to an exceptional day: who can be is seen first, then asked once."""

import threading
from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import Screen
from textual.widgets import Static

from guichet.domain.calendar_fr import long_date
from guichet.domain.model import Role
from guichet.errors import GuichetError
from guichet.i18n import _, ngettext
from guichet.screens import describe
from guichet.screens.ask import AskScreen, Choices
from guichet.screens.invited import COLUMNS, left_out, occasion_lines, papers_of, state, why_not
from guichet.screens.post import Post, background
from guichet.screens.sure import SureDialog
from guichet.screens.top import Top
from guichet.screens.words import MODES
from guichet.screens.written import Written, ask_what_to_print, paper_keys
from guichet.station.inviting import Guest, Occasion, listed
from guichet.widgets.cells import printable
from guichet.widgets.field import Field
from guichet.widgets.foot import Foot
from guichet.widgets.level import Level
from guichet.widgets.rows import Row, RowsView, key_of
from guichet.widgets.said import Said


class InvitationScreen(Screen[None]):
    """Nothing is booked before F9 and its question; Escape stops after the one under way."""

    CSS_PATH = "openings.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "f9", "invite", _("Inviter"), id="invitation.invite",
            tooltip=_("Inviter tous ceux qui peuvent l’être, puis écrire leurs convocations"),
        ),
        *paper_keys("invitation"),
    ]  # fmt: skip

    def __init__(self, post: Post, occasion: Occasion) -> None:
        super().__init__()
        self._post = post
        self._occasion = occasion
        self._lines: dict[int, str] = {}
        self._guests: dict[int, Guest] = {}
        self._stop = threading.Event()
        self._inviting = 0
        self._tried = 0
        self._writing = False
        self._written: Written | None = None

    def compose(self) -> ComposeResult:
        """The day and its seats, the list's file, then what each of its lines comes to."""
        yield Top(self._post, MODES[Role.SUPERVISOR])
        title = _("Inviter au {day} · {procedure}")
        procedure = self._occasion.procedure.label
        yield Static(title.format(day=self._day, procedure=procedure), id="title", markup=False)
        yield Static("\n".join(occasion_lines(self._occasion)), id="occasion", markup=False)
        yield Field(
            _("Liste (CSV)"), value="~/", id="path", classes="-beside",
            hint=_("Par ligne, un numéro étranger ou une référence."),
        )  # fmt: skip
        yield RowsView(COLUMNS, empty=_("Entrée\u00a0: lire la liste."))
        yield Static("", id="detail", markup=False)
        yield Said()
        yield Foot()

    @property
    def _day(self) -> str:
        return long_date(self._occasion.rules[0].first)

    @property
    def _ready(self) -> list[Guest]:
        """Those who can be invited, and have not been."""
        return [e for e in self._guests.values() if not e.refused and e.appointment is None]

    def on_mount(self) -> None:
        """The file is typed at once."""
        self.query_one(Field).focus()

    def on_descendant_focus(self) -> None:
        """Letters are keys only outside the field."""
        self.refresh_bindings()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """What there is something to do with, and no letter that would be typed instead."""
        typing = not isinstance(self.focused, RowsView)
        if action == "invite":
            return not self._inviting and bool(self._ready)
        if action == "contacts":
            return not (typing or self._inviting) and any(
                not each.refused for each in self._guests.values()
            )
        if action in ("print", "open"):
            return not (typing or self._inviting) and self._written is not None
        return super().check_action(action, parameters)

    # The list -----------------------------------------------------------------------------------

    @on(Field.Changed)
    def _changed(self) -> None:
        if self._guests and not self._inviting:
            self._show([])
            self._say("")

    @on(Field.Submitted)
    def _submitted(self, event: Field.Submitted) -> None:
        path, inviting = Path(event.value.strip()).expanduser(), self._post.station.inviting
        if self._inviting:
            return

        def work() -> tuple[dict[int, str], list[Guest]]:
            lines = listed(path)
            return dict(lines), inviting.found(lines, self._occasion)

        def read(found: tuple[dict[int, str], list[Guest]]) -> None:
            if event.value == event.field.value:  # it is still the one named
                self._read(found)

        self._say(_("Lecture de la liste…"), "info")
        background(self, work, read, group="invited", failed=self._failed, exclusive=True)

    def _read(self, found: tuple[dict[int, str], list[Guest]]) -> None:
        self._lines, guests = found
        self._show(guests)
        view = self.query_one(RowsView)
        if not guests:
            self._say(_("Cette liste est vide."), "warn")
            return
        view.focus()
        ready = self._ready
        can = ngettext("{n} peut être invité", "{n} peuvent être invités", len(ready))
        told = [can.format(n=len(ready)), *left_out(guests)]
        self._say(" · ".join(told), "info" if ready else "warn")

    def _show(self, guests: list[Guest]) -> None:
        self._guests = {each.line: each for each in guests}
        self.query_one(RowsView).set_rows([self._row(each) for each in guests])
        self._show_detail()

    def _row(self, it: Guest) -> Row:
        level, told = state(it, self._post.station.local)
        who = describe.name(it.person) if it.person else printable(self._lines[it.line])
        phone = describe.phone(it.person) if it.person else ""
        return Row(str(it.line), (str(it.line), who, phone, told), level)

    @on(RowsView.Highlighted)
    def _show_detail(self) -> None:
        it = self._guests.get(int(key_of(self) or 0))
        told = ""
        if it is not None:
            who = describe.name(it.person) if it.person else printable(self._lines[it.line])
            told = f"{who} · {state(it, self._post.station.local)[1]}"
            if it.person:
                told += "\n" + describe.reach(it.person)
        self.query_one("#detail", Static).update(told)
        self.refresh_bindings()

    # Actions ------------------------------------------------------------------------------------

    def action_invite(self) -> None:
        """Ask once, for it cannot be taken back at one stroke."""
        ready, day = len(self._ready), self._day
        title = ngettext("Inviter {n} personne\u202f?", "Inviter {n} personnes\u202f?", ready)
        explained = [
            _(
                "Chacune reçoit un rendez-vous, dans l’ordre de la liste. Cela ne se reprend pas "
                "d’un coup\u00a0: il faudrait annuler ces rendez-vous un à un."
            ),
            *(f"{each}." for each in left_out(list(self._guests.values()))),
        ]
        self.app.push_screen(
            SureDialog(
                title.format(n=ready), f"{day} · {self._occasion.procedure.label}",
                "\n".join(explained), _("Inviter"),
            ),
            self._sure,
        )  # fmt: skip

    def _sure(self, yes: bool | None) -> None:  # noqa: FBT001 - the dialog's answer
        if not yes:
            return
        guests, inviting = list(self._guests.values()), self._post.station.inviting
        self._stop.clear()
        self._inviting, self._tried = len(self._ready), 0
        self._progress()
        told = lambda _guest: self.app.call_from_thread(self._one_more)  # noqa: E731 - said once
        background(
            self, lambda: inviting.invite(guests, self._occasion, told, self._stop), self._invited,
            group="inviting", failed=self._failed,
        )  # fmt: skip

    def _one_more(self) -> None:
        self._tried += 1
        self._progress()

    def _progress(self) -> None:
        told = _("{n} sur {all}… Échap\u00a0: arrêter.").format(n=self._tried, all=self._inviting)
        self._say(told, "info")
        self.refresh_bindings()

    def _invited(self, guests: list[Guest]) -> None:
        before, self._inviting = self._guests, 0
        self._show(guests)
        done = sum(each.appointment is not None for each in guests)
        told = ngettext("{n} invité", "{n} invités", done).format(n=done)
        if done < len(guests):
            told += _(", {n} non").format(n=len(guests) - done)
        why = next((e.refused for e in guests if e.refused and not before[e.line].refused), None)
        if why:
            told += f"\u00a0: {why_not(why)}"
        if done:
            self._write(told, "warn" if why else "ok")
        else:
            self._say(told, "warn")

    def action_contacts(self) -> None:
        """Whom to call, as a sheet and as a table."""
        self._write("", "ok")

    def _write(self, told: str, level: Level) -> None:
        """Write the papers of those invited, or of those who can be; `told` is said with that."""
        station, guests = self._post.station, list(self._guests.values())

        def done(papers: Written) -> None:
            self._written, self._writing = papers, False
            what = _("Liste d’appel écrite, en PDF et en CSV. P\u00a0: imprimer")
            if papers.convocations is not None:
                what = _("Convocations et liste d’appel écrites. P\u00a0: imprimer")
            self._say(f"{told}. {what}" if told else what, level)
            self.refresh_bindings()

        self._writing = True
        self._say(" ".join(filter(None, (told, _("Écriture…")))), "info")
        background(
            self, lambda: papers_of(station, guests, self._occasion), done, group="contacts",
            failed=self._failed,
        )  # fmt: skip

    def action_print(self) -> None:
        """Which paper first, and for whom it is."""
        if self._written is not None:
            papers = self._post.station.papers
            ask_what_to_print(self, papers, self._written, self._say, self._failed)

    def action_open(self) -> None:
        """Show the convocations, or whom to call when there are none."""
        written, papers = self._written, self._post.station.papers
        if written is not None:
            path = written.convocations or written.sheet
            background(self, lambda: papers.open(path), group="print", failed=self._failed)

    def action_back(self) -> None:
        """Stop after the one under way; else go back."""
        if self._inviting:
            self._stop.set()
            self._say(_("Arrêt après l’invitation en cours…"), "warn")
        elif not self._writing:  # pressed to stop a moment late, the key must not leave unread
            self.dismiss(None)

    def _failed(self, error: GuichetError) -> None:
        self._inviting, self._writing = 0, False
        self._say(str(error), "bad")
        self.refresh_bindings()

    def _say(self, text: str, level: Level = "idle") -> None:
        self.query_one(Said).say(text, level)


def ask_occasion(screen: Screen[None], post: Post, occasions: Sequence[Occasion]) -> None:
    """Invite: where the day is for several démarches, for which of them first."""

    def chosen(place: str | None) -> None:
        if place is not None:
            screen.app.push_screen(InvitationScreen(post, occasions[int(place) - 1]))

    choices: Choices = {
        str(place): (str(place), each.procedure.label) for place, each in enumerate(occasions, 1)
    }
    if len(choices) == 1:
        chosen(next(iter(choices)))
    else:
        title = _("Inviter pour quelle démarche\u202f?")
        screen.app.push_screen(AskScreen(title, "", choices), chosen)
