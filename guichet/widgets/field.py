"""One labelled line to fill in, with one line under it that says what is wrong or expected."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message
from textual.suggester import Suggester
from textual.widgets import Input, Label, Static

from guichet.i18n import _
from guichet.widgets.cells import printable
from guichet.widgets.level import SIGNS, Level


@dataclass(frozen=True)
class FieldState:
    """What is thought of a value: "idle" while it may still become right, "bad" to refuse it."""

    level: Level = "idle"
    message: str = ""


IDLE = FieldState()


class _Completion(Suggester):
    def __init__(self, completed: Callable[[str], str | None]) -> None:
        super().__init__(case_sensitive=True)
        self._completed = completed

    async def get_suggestion(self, value: str) -> str | None:
        return self._completed(value)


class Field(Vertical):
    """A label, an `Input`, and a message. No message ever changes or empties the value.

    `validate` is asked at each change; while it has nothing to say the hint is shown.
    With the class ``-beside`` the label stands on the left and the field takes two lines.
    """

    DEFAULT_CSS = """
    Field {
        height: auto; width: 1fr;
        & > .field--label { height: 1; text-style: bold; text-wrap: nowrap; }
        &:focus-within > .field--label { color: $primary; }
        & > .field--message {
            height: 1; padding: 0 0 0 2; color: $muted;
            text-wrap: nowrap; text-overflow: ellipsis;
        }
        &.-ok > .field--message { color: $ok; }
        &.-warn > .field--message { color: $warn; }
        &.-bad > .field--message { color: $bad; }
        &.-info > .field--message { color: $info; }
        &.-beside { layout: grid; grid-size: 2; grid-columns: 20 1fr; grid-rows: 1; }
        &.-beside > .field--message { column-span: 1; }
        &.-beside > .field--corner { display: block; }
        & > .field--corner { display: none; height: 1; }
    }
    """

    class Changed(Message):
        """The value changed; `state` is what is thought of it now."""

        def __init__(self, field: "Field", value: str, state: FieldState) -> None:
            super().__init__()
            self.field = field
            self.value = value
            self.state = state

        @property
        def control(self) -> "Field":
            """The field it comes from, for ``@on`` selectors."""
            return self.field

    class Submitted(Message):
        """Enter was pressed in the field."""

        def __init__(self, field: "Field", value: str, state: FieldState) -> None:
            super().__init__()
            self.field = field
            self.value = value
            self.state = state

        @property
        def control(self) -> "Field":
            """The field it comes from, for ``@on`` selectors."""
            return self.field

    def __init__(
        self,
        label: str,
        *,
        hint: str = "",
        value: str = "",
        placeholder: str = "",
        validate: Callable[[str], FieldState] | None = None,
        max_length: int = 0,
        id: str | None = None,  # noqa: A002 - Textual's own parameter name
        classes: str | None = None,
    ) -> None:
        super().__init__(id=id, classes=classes)
        self._label = label
        self._hint = hint
        self._validate = validate
        self._completed: Callable[[str], str | None] = lambda _text: None
        self._state = IDLE
        self._input = Input(
            value, placeholder=placeholder, max_length=max_length, select_on_focus=False
        )
        self._message = Static(markup=False, classes="field--message")

    def compose(self) -> ComposeResult:
        """The label, the input and the message."""
        yield Label(self._label, markup=False, classes="field--label")
        yield self._input
        yield Static(classes="field--corner")
        yield self._message

    def on_mount(self) -> None:
        """Show the hint, or what is thought of the value given at the start."""
        self.set_state(self._judge() if self.value else IDLE)

    @property
    def value(self) -> str:
        """What is typed."""
        return self._input.value

    @value.setter
    def value(self, text: str) -> None:
        self._input.value = text

    @property
    def state(self) -> FieldState:
        """What is thought of the value."""
        return self._state

    def set_state(self, state: FieldState) -> None:
        """Show `state` until the next change: for what only the station or central can tell."""
        self._state = state
        for level in ("ok", "warn", "bad", "info"):
            self.set_class(state.level == level, f"-{level}")
        self._input.set_class(state.level == "bad", "-invalid")
        message = printable(state.message) or self._hint
        sign = SIGNS[state.level] if state.message else " "
        self._message.update(f"{sign} {message}".strip())

    def focus(self, scroll_visible: bool = True) -> Self:  # noqa: FBT001, FBT002 - Widget's own
        """Put the caret into the input."""
        self._input.focus(scroll_visible)
        return self

    def complete(self, completed: Callable[[str], str | None]) -> None:
        """Show behind the caret how `completed` goes on with what is typed; → takes it.

        What is shown there looks as if it were typed already, so the message says that it is not.
        """
        self._completed = completed
        self._input.suggester = _Completion(completed)

    def _judge(self) -> FieldState:
        state = self._validate(self.value) if self._validate else IDLE
        whole = self._completed(self.value) if self.value and state == IDLE else None
        if whole is None or len(whole) == len(self.value):
            return state
        return FieldState("info", _("Inachevé\u202f? → écrit {whole}").format(whole=whole))

    @on(Input.Changed)
    def _changed(self, event: Input.Changed) -> None:
        event.stop()
        self.set_state(self._judge())
        self.post_message(self.Changed(self, self.value, self._state))

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.post_message(self.Submitted(self, self.value, self._state))
