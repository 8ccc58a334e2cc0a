"""How long people are really received, beside how long slots are."""

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Static

from guichet.domain.calibration import Calibration
from guichet.errors import GuichetError
from guichet.i18n import _
from guichet.screens.opening_words import hours
from guichet.screens.post import Post, background
from guichet.widgets.columns import Column, Row
from guichet.widgets.rows import RowsView
from guichet.widgets.said import Said

_COLUMNS = (
    Column("name", _("Ouverture"), flex=1),
    Column("measured", _("Mesures"), width=7, align="right"),
    Column("p50", _("p50"), width=4, align="right"),
    Column("p80", _("p80"), width=4, align="right"),
    Column("now", _("Durée"), width=5, align="right"),
    Column("then", _("Proposée"), width=22),
)


class CalibrateDialog(ModalScreen[Calibration]):
    """Dismissed with what the supervisor would have, to be seen in a form before it is recorded."""

    CSS_PATH = "openings.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss", _("Revenir"), tooltip=_("Ne rien changer")),
    ]

    def __init__(self, post: Post) -> None:
        super().__init__()
        self._post = post
        self._found: dict[str, Calibration] = {}

    def compose(self) -> ComposeResult:
        """A row for each rule."""
        with Vertical(classes="dialog"):
            yield Static(_("Durées mesurées ces 90 jours (minutes)"), classes="title")
            yield RowsView(_COLUMNS, empty=_("Lecture…"))
            yield Said()
            yield Static(
                _("Entrée\u00a0: préparer le changement proposé · Échap\u00a0: revenir"),
                classes="hint",
            )

    def on_mount(self) -> None:
        """Central has what was measured."""
        self.query_one(RowsView).focus()
        background(
            self, self._post.station.steering.calibration, self._read, group="calibrate",
            failed=self._failed,
        )  # fmt: skip

    def _read(self, found: list[Calibration]) -> None:
        self._found = {each.opening.rule: each for each in found}
        view = self.query_one(RowsView)
        view.empty = _("Aucune ouverture à calibrer.")
        view.set_rows([_row(each) for each in found])

    def _failed(self, error: GuichetError) -> None:
        self.query_one(RowsView).empty = _("Rien n’a pu être lu.")
        self.query_one(Said).say(str(error), "bad")

    @on(RowsView.Selected)
    def _chosen(self, event: RowsView.Selected) -> None:
        found = self._found[event.key]
        if found.minutes is not None:
            self.dismiss(found)
        elif found.missing:
            missing = _("Il manque encore {n} durées mesurées pour proposer quelque chose.")
            self.query_one(Said).say(missing.format(n=found.missing), "warn")
        else:
            self.query_one(Said).say(_("La durée actuelle convient."), "ok")


def _row(it: Calibration) -> Row:
    if it.missing:
        then = _("il en manque {n}").format(n=it.missing)
    elif it.minutes is None:
        then = _("convient")
    else:
        then = _("{minutes} min ({slots}/jour)").format(
            minutes=it.minutes, slots=f"{it.slots:+}".replace("-", "−")  # noqa: RUF001 - the minus sign
        )  # fmt: skip
    cells = (
        f"{it.opening.name} {hours(it.opening)}",
        str(it.measured),
        str(it.p50 or "–"),
        str(it.p80 or "–"),
        str(it.opening.minutes),
        then,
    )
    return Row(it.opening.rule, cells, "info" if it.minutes else "", dim=bool(it.missing))
