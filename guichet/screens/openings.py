"""When the site receives: its rules on the left, its coming days on the right."""

from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.events import ScreenResume
from textual.screen import Screen
from textual.widgets import Static

from guichet.domain.agenda import Day
from guichet.domain.calibration import Calibration
from guichet.domain.model import Role
from guichet.domain.opening_text import as_model, ended
from guichet.domain.openings import Opening
from guichet.domain.operations import Refused
from guichet.errors import GuichetError
from guichet.i18n import _, ngettext
from guichet.screens.ask import AskScreen, Choices
from guichet.screens.calibrate import CalibrateDialog
from guichet.screens.invitation import ask_occasion
from guichet.screens.opening_forms import (
    ask_closure,
    ask_exceptional,
    first_values,
    next_values,
    opening_form,
)
from guichet.screens.opening_words import (
    DAYS,
    RULES,
    closure_line,
    day_detail,
    day_row,
    rule_detail,
    rule_row,
    sentence,
)
from guichet.screens.openings_keys import KEYS
from guichet.screens.post import FactsChanged, Post, background
from guichet.screens.sure import SureDialog
from guichet.screens.to_move import ToMoveScreen
from guichet.screens.top import Top
from guichet.screens.words import MODES, refusal
from guichet.station.inviting import Occasion
from guichet.station.steering import Overview
from guichet.widgets.foot import TwoRows
from guichet.widgets.level import Level
from guichet.widgets.rows import RowsView
from guichet.widgets.said import Said

_TOMORROW = timedelta(days=1)


class OpeningsScreen(Screen[None]):
    """What is decided here is central's at once: each form shows first what it would change."""

    CSS_PATH = "openings.tcss"
    BINDINGS: ClassVar[list[BindingType]] = KEYS

    def __init__(self, post: Post) -> None:
        super().__init__()
        self._post = post
        self._steering = post.station.steering
        self._overview: Overview | None = None
        self._labels: dict[str, str] = {}

    def compose(self) -> ComposeResult:
        """Two lists over the line chosen in full."""
        yield Top(self._post, MODES[Role.SUPERVISOR])
        yield Static("", id="title", markup=False)
        with Horizontal(id="lists"):
            yield RowsView(
                RULES, empty=_("Aucune règle d’ouverture. N\u00a0: nouvelle."), id="rules"
            )
            yield RowsView(DAYS, empty=_("Aucun créneau à venir."), id="days")
        yield Static("", id="detail", markup=False)
        yield Said()
        yield TwoRows()

    def on_mount(self) -> None:
        """The rules first; Tab goes to the days."""
        self.set_class(self.app.size.width >= 100, "-wide")  # noqa: PLR2004 - as the columns do
        self.query_one("#rules", RowsView).focus()

    @on(FactsChanged)
    @on(ScreenResume)
    def _reload(self) -> None:
        background(self, self._load, self._loaded, group="openings", exclusive=True)

    def _load(self) -> tuple[Overview, dict[str, str]]:
        labels = {each.code: each.label for each in self._steering.procedures()}
        return self._steering.overview(), labels

    def _loaded(self, found: tuple[Overview, dict[str, str]]) -> None:
        overview, self._labels = found
        self._overview = overview
        self.query_one("#rules", RowsView).set_rows([rule_row(each) for each in overview.rules])
        self.query_one("#days", RowsView).set_rows([day_row(each) for each in overview.days])
        count = ngettext("{n} ouverture", "{n} ouvertures", len(overview.rules))
        told = count.format(n=len(overview.rules))
        if overview.to_move:
            people = _("! {n} rendez-vous à déplacer\u00a0: D")
            told = f"{told} · {people.format(n=overview.to_move)}"
        title = self.query_one("#title", Static)
        title.update(_("Ouvertures du site · {told}").format(told=told))
        title.set_class(bool(overview.to_move), "-warn")
        self._show_detail()

    @on(RowsView.Highlighted)
    def _show_detail(self) -> None:
        rule, day = self._rule, self._day
        told = ""
        if self._on_days and day is not None:
            told = day_detail(day)
        elif rule is not None:
            told = rule_detail(rule, self._labels)
        self.query_one("#detail", Static).update(told)
        self.refresh_bindings()

    def on_descendant_focus(self) -> None:
        """The detail is of the list that has the cursor."""
        self._show_detail()

    # What is under the cursors ------------------------------------------------------------------

    @property
    def _on_days(self) -> bool:
        view = self.query_one_optional("#days", RowsView)
        return view is not None and view.has_focus

    @property
    def _rule(self) -> Opening | None:
        view, overview = self.query_one_optional("#rules", RowsView), self._overview
        rules = overview.rules if overview else ()
        return next((each for each in rules if view and each.rule == view.key), None)

    @property
    def _day(self) -> Day | None:
        view, overview = self.query_one_optional("#days", RowsView), self._overview
        days = overview.days if overview else ()
        return next((each for each in days if view and each.day.isoformat() == view.key), None)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """A rule is changed from the rules, a closure lifted from its day."""
        if action in ("version", "end", "model"):
            rule = self._rule
            if rule is None or self._on_days:
                return False
            return action == "end" or not rule.exceptional
        if action == "lift":
            return self._on_days and self._day is not None and bool(self._day.closures)
        if action == "invite":
            return self._on_days and self._day is not None and self._day.exceptional
        return super().check_action(action, parameters)

    def _first(self) -> date:
        """The day that a change is proposed from."""
        day, tomorrow = self._day, self._post.station.today() + _TOMORROW
        return max(day.day, tomorrow) if self._on_days and day is not None else tomorrow

    # Actions ------------------------------------------------------------------------------------

    def action_new(self) -> None:
        """A rule of its own."""
        self._form(None, first_values(self._first()))

    @on(RowsView.Selected, "#rules")
    def action_version(self) -> None:
        """The same rule, otherwise from some day on."""
        rule = self._rule
        if rule is not None and not rule.exceptional:
            self._form(rule, next_values(rule, max(self._first(), rule.first)))

    def _form(self, known: Opening | None, values: dict[str, str]) -> None:
        form = opening_form(self._steering, self._post.station.site.number, known, values)
        self.app.push_screen(
            form, partial(self._recorded, _("Enregistré\u00a0: les créneaux suivent."))
        )

    def _recorded(self, told: str, done: bool | None) -> None:  # noqa: FBT001 - the dialog's answer
        if done:
            self._say(told, "ok")
            self._reload()

    def action_end(self) -> None:
        """The rule makes no slots any more; who is booked stays so."""
        rule = self._rule
        if rule is None:
            return
        first = rule.first if rule.exceptional else max(self._first(), rule.first)
        last = ended(rule, first)

        def sure(yes: bool | None) -> None:  # noqa: FBT001 - the dialog's answer
            if yes:
                self._steer(lambda: self._steering.open([last]))

        explained = _(
            "À partir du {day}, elle n’ouvre plus de créneau. Les rendez-vous pris restent."
        )
        self.app.push_screen(
            SureDialog(
                _("Finir cette ouverture\u202f?"), rule.name,
                explained.format(day=f"{first:%d/%m/%Y}"), _("La finir"),
            ),
            sure,
        )  # fmt: skip

    def action_close(self) -> None:
        """Why first, then when."""
        told = _("Fermé\u00a0: plus rien n’y est proposé. D\u00a0: déplacer les rendez-vous.")
        done = partial(self._recorded, told)
        ask_closure(self, self._steering, self._post.station.site, self._first(), done)

    def action_lift(self) -> None:
        """Take a closure back: its slots are offered again."""
        day = self._day
        closures = {each.id: each for each in (day.closures if day else ())}
        choices: Choices = {
            key: (str(place), closure_line(each))
            for place, (key, each) in enumerate(closures.items(), 1)
        }

        def chosen(key: str | None) -> None:
            if key is not None:
                self._steer(lambda: self._steering.lift(closures[key]))

        if choices:
            note = _("Les créneaux libres reviennent. Les rendez-vous déjà déplacés le restent.")
            self.app.push_screen(
                AskScreen(_("Lever quelle fermeture\u202f?"), "", choices, note), chosen
            )

    def action_exceptional(self) -> None:
        """Which model first, then which day."""
        models = self._overview.templates if self._overview else ()
        if models:
            done = partial(self._recorded, _("Journée ouverte."))
            ask_exceptional(self, self._steering, models, self._first(), done)
        else:
            self._say(_("Aucun modèle\u00a0: M fait un modèle d’une ouverture."), "warn")

    def action_invite(self) -> None:
        """For which démarche first, where the day is for several."""
        day = self._day
        if day is not None:
            inviting = self._post.station.inviting
            background(self, lambda: inviting.occasions(day.day), self._invite, group="occasions")

    def _invite(self, occasions: list[Occasion]) -> None:
        if occasions:
            ask_occasion(self, self._post, occasions)
        else:
            self._say(refusal(Refused("no_exceptional_day")), "warn")

    def action_model(self) -> None:
        """The rule as a model under its own name."""
        rule = self._rule
        if rule is not None:
            model = as_model(rule, self._steering.new_rule())
            self._steer(lambda: self._steering.open([model]))

    def action_calibrate(self) -> None:
        """What was measured; what is approved becomes a new version."""

        def approved(found: Calibration | None) -> None:
            if found is not None and found.minutes is not None:
                values = next_values(found.opening, max(self._first(), found.opening.first))
                self._form(found.opening, values | {"minutes": str(found.minutes)})

        self.app.push_screen(CalibrateDialog(self._post), approved)

    def action_move(self) -> None:
        """Whom the closures hit."""
        self.app.push_screen(ToMoveScreen(self._post))

    def _steer(self, call: Callable[[], Refused | None]) -> None:
        background(self, call, self._done, group="steer", failed=self._failed)

    def _done(self, refused: Refused | None) -> None:
        if refused is not None:
            self._say(sentence(refused), "bad")
        else:
            self._say(_("Enregistré."), "ok")
            self._reload()

    def _failed(self, error: GuichetError) -> None:
        self._say(str(error), "bad")

    def _say(self, text: str, level: Level = "idle") -> None:
        self.query_one(Said).say(text, level)
