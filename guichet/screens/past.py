"""What is known of a person's comings to this site, by central or without it."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Static

from guichet.domain.day import DayRow, DayState, state_of
from guichet.domain.desks import Ended
from guichet.domain.history import History
from guichet.domain.model import Visit
from guichet.domain.passage import waited as waited_in_all
from guichet.errors import GuichetError
from guichet.i18n import _
from guichet.screens.day_table import waited
from guichet.screens.desk import who
from guichet.screens.desk_words import UNSUCCESSFUL, WAITS_FOR
from guichet.screens.post import FactsChanged, Post, background
from guichet.screens.words import ANOMALIES, STATES
from guichet.station.watch import Past
from guichet.widgets.level import SIGNS
from guichet.widgets.said import Said

_MINUTE = timedelta(minutes=1)
_DAY = timedelta(days=1)
_LEFT = {
    Ended.REDIRECTED: _("renvoyé vers une autre file"),
    Ended.PARKED: _("mis de côté"),
    Ended.MISSED: _("pas venu à l’appel"),
}
Local = Callable[[datetime], datetime]


class PastDialog(ModalScreen[None]):
    """A person's appointments and visits at this site, the latest first."""

    CSS_PATH = "ending.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,enter", "dismiss", _("Retour"), tooltip=_("Revenir à la journée")),
    ]

    def __init__(self, post: Post, row: DayRow) -> None:
        super().__init__()
        self._post = post
        self._row = row
        self._remembered: History | None = None

    def compose(self) -> ComposeResult:
        """The list, empty until it is read."""
        with Vertical(classes="dialog"):
            yield Static(who(self._row) or _("(usager inconnu ici)"), classes="title", markup=False)
            yield Static(
                _("Ses rendez-vous et ses venues sur ce site."), classes="subtitle", id="since"
            )
            with VerticalScroll(id="past"):
                yield Static(_("Lecture…"), markup=False)
            yield Said()
            yield Static(_("Échap\u00a0: retour"), classes="hint")

    def on_mount(self) -> None:
        """Read them."""
        self.query_one("#past").focus()
        self._read()

    def on_facts_changed(self, _event: FactsChanged) -> None:
        """They are called, perhaps."""
        self._read()

    def _read(self) -> None:
        background(
            self,
            self._load,
            self._show,
            group="past",
            failed=self._not_read,
            exclusive=True,
        )

    def _load(self) -> list[Past]:
        """What is known by now; central is asked until it has answered once."""
        watch = self._post.station.watch
        if self._remembered is None:
            self._remembered = watch.remembered(self._row)
        return watch.person(self._row, self._remembered)

    def _show(self, found: list[Past]) -> None:
        self.query_one("#since", Static).update(self._since())
        local = self._post.station.local
        text = "\n\n".join("\n".join(_lines(each, local)) for each in found)
        self.query_one("#past > Static", Static).update(text or _("Rien n’est connu ici."))

    def _since(self) -> str:
        """Which days are shown."""
        if self._remembered is not None:
            return _("Ses rendez-vous et ses venues sur ce site.")
        return _("! Centrale injoignable\u00a0: seulement depuis le {day:%d/%m/%Y}.").format(
            day=self._post.station.today() - _DAY
        )

    def _not_read(self, error: GuichetError) -> None:
        self.query_one(Said).say(str(error), "bad")


def _lines(past: Past, local: Local) -> Iterator[str]:
    appointment, visit = past.appointment, past.visit
    level, word = STATES[
        state_of(
            appointment.status if appointment else None,
            visit.status if visit else None,
            visit.outcome if visit else None,
        )
    ]
    start = (
        _("RDV {time}").format(time=_at(appointment.starts_at, local))
        if appointment
        else _("sans RDV")
    )
    # The procedure last: it alone may be so long that it goes on below.
    head = (f"{past.day:%d/%m/%Y}", start, f"{SIGNS[level]} {word}".strip(), past.procedure)
    yield " · ".join(filter(None, head))
    if appointment is not None and appointment.absent_at is not None:
        yield "    " + _("noté absent à {time} par {agent}").format(
            time=_at(appointment.absent_at, local),
            agent=past.by if visit is None or not visit.settled_by else appointment.absent_by,
        )
    if visit is not None:
        yield from ("    " + each for each in _visit(visit, past.by, local))


def _visit(visit: Visit, by: str, local: Local) -> Iterator[str]:
    """Arrival, each desk, and how it ended."""
    arrived = [
        visit.ticket,
        _("arrivée {time}").format(time=_at(visit.arrived_at, local)),
        ANOMALIES.get(visit.anomaly, visit.anomaly) if visit.anomaly else "",
        _("attendu {wait} en tout").format(wait=waited(waited_in_all(visit) // _MINUTE))
        if visit.called_at is not None or visit.steps
        else "",
    ]
    yield " · ".join(filter(None, arrived))
    for step in visit.steps:
        reason = f" ({WAITS_FOR[step.reason]})" if step.reason else ""
        desk = _desk(step.desk, step.called_at, step.started_at, step.ended_at, local)
        yield f"{desk} · {_LEFT[step.how]}{reason}"
    if visit.called_at is not None:
        desk = _desk(visit.desk or "", visit.called_at, visit.started_at, visit.ended_at, local)
        yield " · ".join(filter(None, (desk, _outcome(visit))))
    elif visit.outcome:
        yield _outcome(visit)
    if visit.settled_at is not None:
        yield _("soldé à {time} par {agent}").format(time=_at(visit.settled_at, local), agent=by)


def _desk(
    desk: str, called: datetime, started: datetime | None, ended: datetime | None, local: Local
) -> str:
    times = [_("appelé {time}").format(time=_at(called, local))]
    if started is not None:
        times.append(_("reçu {time}").format(time=_at(started, local)))
    if ended is not None:
        times.append(_("fin {time}").format(time=_at(ended, local)))
    return _("guichet {desk}\u00a0: {times}").format(desk=desk, times=", ".join(times))


def _outcome(visit: Visit) -> str:
    if visit.outcome is None:
        return ""
    words = {
        "served": STATES[DayState.DONE][1],
        "left": STATES[DayState.LEFT][1],
        "unsuccessful": _("infructueux"),
    }
    why = UNSUCCESSFUL.get(visit.reason or "", ("", ""))[1]
    missing = ", ".join(visit.missing)
    return "\u00a0: ".join(filter(None, (words.get(visit.outcome, visit.outcome), why, missing)))


def _at(moment: datetime, local: Local) -> str:
    return f"{local(moment):%H:%M}"
