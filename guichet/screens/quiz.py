"""The démarche found by a few questions, before a slot is spent on the wrong one."""

from collections.abc import Mapping
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Label, OptionList, Static
from textual.widgets.option_list import Option

from guichet.domain.model import Procedure
from guichet.domain.quiz import Advice, Question, Way, step
from guichet.i18n import _
from guichet.screens.post import Post
from guichet.screens.quiz_words import ANSWERS, NOTES, ONLINE, QUESTIONS, WAY_OUT, WAYS
from guichet.screens.top import Top
from guichet.widgets.foot import Foot
from guichet.widgets.level import SIGNS

_KEYS = ("1,&", "2,é", '3,"', "4,'", "5,(", "6,-", "7,è", "8,_", "9,ç")
"""The keys of the digits, with or without Shift on a French keyboard."""


class QuizScreen(Screen[str | None]):
    """One question a page, then the advice; dismissed with the code of a démarche, or None.

    `procedures` are those that can be booked here, by code.
    """

    CSS_PATH = "quiz.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        *(
            Binding(keys, f"answer({number})", show=False, tooltip=_("Cette réponse"))
            for number, keys in enumerate(_KEYS, 1)
        ),
        Binding(
            "enter", "take", _("Choisir cette démarche"), tooltip=_("La choisir dans la liste")
        ),
        Binding("escape", "back", _("Retour"), tooltip=_("Question précédente")),
    ]

    def __init__(self, post: Post, who: str, procedures: Mapping[str, Procedure]) -> None:
        super().__init__()
        self._post = post
        self._who = who
        self._procedures = procedures
        self._chosen: list[str] = []
        self._before: list[str] = []
        """The answers given until the agent came back: the cursor waits on them."""

    def compose(self) -> ComposeResult:
        """What was answered, the question, its answers; or the advice."""
        yield Top(self._post, _("Médiation"))
        yield Label(self._who, id="subject", markup=False)
        yield Static("", id="path", markup=False)
        yield Label("", id="question", markup=False)
        yield OptionList(markup=False)
        with VerticalScroll(id="advice", classes="panel", can_focus=False):
            yield Static("")
        yield Foot()

    def on_mount(self) -> None:
        """Ask the first question."""
        self._show()

    @property
    def _here(self) -> Question | Advice:
        return step(self._chosen)

    def _show(self) -> None:
        here = self._here
        asking = isinstance(here, Question)
        self.query_one(OptionList).display = asking
        self.query_one("#advice").display = not asking
        self.query_one("#path", Static).update(" · ".join(self._path()))
        title = self.query_one("#question", Label)
        if isinstance(here, Question):
            title.update(QUESTIONS[here.code])
            self._ask(here)
        else:
            title.update(_("Conseil"))
            self.query_one("#advice Static", Static).update(self._advice(here))
        self.refresh_bindings()

    def _path(self) -> list[str]:
        """The answers given so far, in words."""
        words: list[str] = []
        for depth, code in enumerate(self._chosen):
            question = step(self._chosen[:depth])
            if isinstance(question, Question):
                words.append(ANSWERS[question.code, code])
        return words

    def _ask(self, question: Question) -> None:
        options = self.query_one(OptionList)
        options.clear_options()
        options.add_options(
            Option(f" {key}   {ANSWERS[question.code, answer.code]}", id=str(key))
            for key, answer in enumerate(question.answers, 1)
        )
        depth = len(self._chosen)
        same = self._before[:depth] == self._chosen
        before = next(iter(self._before[depth:]), None) if same else None
        codes = [answer.code for answer in question.answers]
        options.highlighted = codes.index(before) if before in codes else 0
        options.focus()

    def _advice(self, advice: Advice) -> Content:
        """The way, the démarche, what to check, and who can help."""
        level, way, follows = WAYS[advice.way]
        lines = [Content.styled(f"{SIGNS[level]} {way}", f"bold ${level}")]
        lines += [Content(follows)] if follows else []
        procedure = self._procedures.get(advice.procedure)
        if advice.way in (Way.APPOINTMENT, Way.HELP):
            lines.append(self._booking(procedure))
        lines += [Content("")] * bool(advice.notes)
        lines += [Content.styled(f"? {NOTES[note]}", "$muted") for note in advice.notes]
        if advice.way in ONLINE:
            lines += [Content(""), *map(Content, WAY_OUT)]
        return Content("\n").join(lines)

    def _booking(self, procedure: Procedure | None) -> Content:
        if procedure is None:
            words = _("Cette démarche n’est pas dans la liste de ce site\u00a0: voyez ensemble.")
            return Content.styled(f"! {words}", "$warn")
        minutes = _("{n} min").format(n=procedure.minutes)
        return Content.assemble((procedure.label, "bold"), (f" · {minutes}", "$muted"))

    # Actions ------------------------------------------------------------------------------------

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """A démarche is taken at the end, when one of the list is advised."""
        del parameters
        if action != "take":
            return True
        here = self._here
        return isinstance(here, Advice) and here.procedure in self._procedures

    def action_answer(self, key: int) -> None:
        """Answer by the number before the answer."""
        here = self._here
        if isinstance(here, Question) and key <= len(here.answers):
            self._answer(here.answers[key - 1].code)

    @on(OptionList.OptionSelected)
    def _selected(self, event: OptionList.OptionSelected) -> None:
        # Of the question still on the screen: a second Enter must not answer the next one.
        if event.option_list.get_option_at_index(event.option_index) is event.option:
            self.action_answer(event.option_index + 1)

    def _answer(self, code: str) -> None:
        self._chosen.append(code)
        if self._before[: len(self._chosen)] != self._chosen:
            self._before = list(self._chosen)
        self._show()

    def action_take(self) -> None:
        """Back to the list, on the démarche that is advised."""
        here = self._here
        if isinstance(here, Advice):
            self.dismiss(here.procedure)

    def action_back(self) -> None:
        """The question before, the cursor on what was answered; from the first, out."""
        if not self._chosen:
            self.dismiss(None)
            return
        self._chosen.pop()
        self._show()
