"""When a renewal is filed, and whether rights outlast the title: information, never a refusal."""

from collections.abc import Iterable
from datetime import date
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Input, Label, Select, Static

from guichet.domain.birth import LAST_YEAR, BirthDate, BirthProblem, parse
from guichet.domain.calendar_fr import long_date
from guichet.domain.continuation import Answer, Continuation, Verdict, continuation
from guichet.domain.filing import Filing, Title, filing
from guichet.i18n import _, mid_sentence
from guichet.screens.post import Post
from guichet.screens.rights_words import (
    ANSWERS,
    ARTICLES,
    CONTINUATION_DOUBTS,
    FILING_DOUBTS,
    GROUNDS,
    TIMINGS,
    TITLES,
    VERDICTS,
)
from guichet.screens.top import Top
from guichet.screens.typed import Typed
from guichet.widgets.field import IDLE, Field, FieldState
from guichet.widgets.foot import Foot
from guichet.widgets.level import SIGNS, Level
from guichet.widgets.said import Said

_DIGITS = 8
_FAR = 11
"""Years from today beyond which a typed year looks like a slip: titles last ten at most."""
_MONTHS = 12
_SEPARATORS = " ./-"

_PROBLEMS: dict[BirthProblem, FieldState] = {
    BirthProblem.EMPTY: IDLE,
    BirthProblem.FORM: FieldState("idle", _("À compléter\u00a0: JJ/MM/AAAA")),
    BirthProblem.SHORT_YEAR: FieldState("idle", _("Année en 4 chiffres")),
    BirthProblem.YEAR: FieldState("bad", _("Année avant 1900")),
    BirthProblem.CALENDAR: FieldState("bad", _("Ce jour n’existe pas")),
    BirthProblem.FUTURE: FieldState("bad", _("Année après 2100")),
}


class RightsScreen(Screen[None]):
    """What is known of the title on the left, what the law gives on the right, as one types.

    `typed` is kept true at each key. `appointment`, the day of the one chosen in the file, takes
    the place of what was typed there.
    """

    CSS_PATH = "rights.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        # Before the input hears of it: what is typed right after goes into the next field.
        Binding("enter", "next_field", show=False, priority=True, tooltip=_("Champ suivant")),
        Binding("pagedown", "scroll(1)", show=False, tooltip=_("Suite des résultats")),
        Binding("pageup", "scroll(-1)", show=False, tooltip=_("Début des résultats")),
        Binding("escape", "back", _("Retour"), tooltip=_("Revenir à la fiche, saisie gardée")),
    ]

    def __init__(self, post: Post, typed: Typed, appointment: date | None = None) -> None:
        super().__init__()
        self._post = post
        self._typed = typed
        self._today = post.station.today()
        if appointment is not None:
            typed["appointment"] = f"{appointment:%d/%m/%Y}"

    def compose(self) -> ComposeResult:
        """The fields; beside them, what follows."""
        yield Top(self._post, _("Médiation"))
        with Horizontal():
            with VerticalScroll(id="known", can_focus=False):
                yield from self._choice(
                    "title", _("Titre"), TITLES.items(), prompt=_("Choisir le titre")
                )
                yield self._day("expiry", _("Date d’expiration"), _("JJ/MM/AAAA"))
                yield from self._answer("listed", _("Département listé (L.\u00a0433-3)"))
                yield from self._answer("online", _("Titre sur l’ANEF (téléservice)"))
                yield from self._answer("filed", _("Déposée avant l’expiration"))
                yield self._day("appointment", _("Rendez-vous"), _("JJ/MM/AAAA, s’il y en a un"))
            with VerticalScroll(classes="panel", can_focus=False):
                yield Static("", id="filing")
                yield Static("", id="continuation")
        yield Said()
        yield Foot()

    def _day(self, key: str, label: str, hint: str) -> Field:
        return Field(
            label,
            hint=hint,
            value=self._typed.get(key, ""),
            validate=lambda text: read_day(text, self._today)[1],
            max_length=14,
            id=key,
        )

    def _answer(self, key: str, label: str) -> ComposeResult:
        self._typed.setdefault(key, Answer.UNKNOWN)
        return self._choice(key, label, ANSWERS.items())

    def _choice(
        self, key: str, label: str, words: Iterable[tuple[str, str]], prompt: str = ""
    ) -> ComposeResult:
        """A list to choose from; with a prompt nothing is chosen at first."""
        known = self._typed.get(key, "")
        with Vertical(classes="choice"):
            yield Label(label)
            yield Select(
                [(text, str(code)) for code, text in words],
                prompt=prompt,
                value=known or Select.NULL,
                allow_blank=bool(prompt),
                id=key,
            )

    def on_mount(self) -> None:
        """Start with the title."""
        self.query_one("#title", Select).focus()
        self.query_one(Said).say(
            _("Information, jamais un refus. Une personne décide\u202f; relire sur Légifrance."),
            "info",
        )
        self._tell()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Enter goes on from an input only; a list opens with it."""
        del parameters
        return isinstance(self.focused, Input) if action == "next_field" else True

    # Typing -------------------------------------------------------------------------------------

    @on(Field.Changed)
    def _changed(self, event: Field.Changed) -> None:
        self._typed[event.field.id or ""] = event.value
        self._tell()

    @on(Select.Changed)
    def _chosen(self, event: Select.Changed) -> None:
        value = event.value
        self._typed[event.select.id or ""] = value if isinstance(value, str) else ""
        self._tell()

    def action_next_field(self) -> None:
        """From one input to the next field."""
        self.focus_next()

    def action_scroll(self, step: int) -> None:
        """Show the results before or after."""
        self.query_one(".panel", VerticalScroll).scroll_relative(y=step * 5, animate=False)

    def action_back(self) -> None:
        """Back to the file."""
        self.dismiss(None)

    # Results ------------------------------------------------------------------------------------

    def _tell(self) -> None:
        expiry, state = read_day(self._typed.get("expiry", ""), self._today)
        title = self._typed.get("title", "")
        if expiry is None or not title:
            problem = _problem(_("Date d’expiration"), state)
            asked = Content(_("Choisissez le titre et tapez sa date d’expiration."))
            self._show(problem or asked, Content(""))
            return
        filed, listed = Answer(self._typed["filed"]), Answer(self._typed["listed"])
        kept = continuation(Title(title), expiry, listed=listed, filed=filed, today=self._today)
        self._show(self._filing(Title(title), expiry), _continuation(kept))

    def _show(self, filing_lines: Content, continuation_lines: Content) -> None:
        self.query_one("#filing", Static).update(filing_lines)
        self.query_one("#continuation", Static).update(continuation_lines)

    def _filing(self, title: Title, expiry: date) -> Content:
        """The window of each list the title may be on."""
        appointment, state = read_day(self._typed.get("appointment", ""), self._today)
        online = Answer(self._typed["online"])
        lists = [True, False] if online is Answer.UNKNOWN else [online is Answer.YES]
        found = [filing(title, expiry, online=each, appointment=appointment) for each in lists]
        if found[0].opens is None:
            del lists[1:], found[1:]
        lines = [_heading(_("Dépôt du renouvellement"), ARTICLES[found[0].article])]
        for each, result in zip(lists, found, strict=True):
            lines += _window(result, _("Sur l’ANEF") if each else _("Hors ANEF"))
        if online is Answer.YES and found[0].opens is not None:
            lines.append(_line("info", _("Cette démarche se fait sur l’ANEF.")))
        problem = _problem(_("Rendez-vous"), state)
        if appointment is None and problem is not None:
            lines.append(problem)
        doubts = dict.fromkeys(FILING_DOUBTS[doubt] for one in found for doubt in one.doubts)
        return Content("\n").join([*lines, *map(_doubt, doubts)])


def read_day(text: str, today: date) -> tuple[date | None, FieldState]:
    """The day typed, None unless it is one, and what the field says of it."""
    if any(not char.isdecimal() and char not in _SEPARATORS for char in text):
        return None, FieldState("bad", _("Des chiffres seulement"))
    if sum(char.isdecimal() for char in text) > _DIGITS:
        return None, FieldState("bad", _("Trop de chiffres"))
    if text.strip().isdecimal() and len(text.strip()) < _DIGITS:
        return None, _PROBLEMS[BirthProblem.FORM]  # 3011 may go on as 30112025
    parsed = parse(text, date(LAST_YEAR, _MONTHS, 31))
    if isinstance(parsed, BirthProblem):
        return None, _PROBLEMS[parsed]
    day = _whole(parsed)
    if day is None:
        return None, FieldState("bad", _("Il faut le jour et le mois"))
    if abs(day.year - today.year) >= _FAR:
        return day, FieldState("warn", _("Année lointaine\u00a0: vérifiez"))
    return day, FieldState("ok", long_date(day))


def _whole(parsed: BirthDate) -> date | None:
    if parsed.month is None or parsed.day is None:
        return None
    return date(parsed.year, parsed.month, parsed.day)


def _window(found: Filing, label: str) -> list[Content]:
    """The window and where the appointment falls."""
    level, words = TIMINGS[found.timing]
    told = [_line(level, words)] if words else []
    if found.opens is None or found.closes is None:
        return told
    days = _("{label}\u00a0: du {opens} au {closes}").format(
        label=label, opens=f"{found.opens:%d/%m/%Y}", closes=f"{found.closes:%d/%m/%Y}"
    )
    return [Content(days), *told]


def _continuation(found: Continuation) -> Content:
    level, word = VERDICTS[found.verdict]
    lines = [_heading(_("Droits gardés"), ARTICLES[found.article]), _line(level, word, "bold")]
    if found.until is not None:
        now = _("Travail et droits sociaux\u00a0: jusqu’au {day} au plus tard.")
        past = _("C’était jusqu’au {day}.")
        words = past if found.verdict is Verdict.NONE else now
        lines.append(Content(words.format(day=f"{found.until:%d/%m/%Y}")))
    lines += [Content(GROUNDS[ground]) for ground in found.grounds]
    lines += [_doubt(CONTINUATION_DOUBTS[doubt]) for doubt in found.doubts]
    return Content("\n").join(lines)


def _heading(words: str, article: str) -> Content:
    return Content.assemble((words, "bold $primary"), (f" · {article}", "$muted"))


def _line(level: Level, words: str, style: str = "") -> Content:
    colour = f"${level}" if level != "idle" else "$foreground"
    return Content.styled(f"{SIGNS[level]} {words}", f"{style} {colour}".strip())


def _doubt(words: str) -> Content:
    return Content.styled(f"? {words}", "$muted")


def _problem(label: str, state: FieldState) -> Content | None:
    """What is wrong with a field, in one sentence."""
    if not state.message or state.level not in ("bad", "idle"):
        return None
    sentence = _("{field}\u00a0: {what}.").format(field=label, what=mid_sentence(state.message))
    return _line("bad" if state.level == "bad" else "idle", sentence)
