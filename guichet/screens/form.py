"""A form: fields, what would follow from them, and the key that records it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar, Generic, TypeVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.screen import ModalScreen
from textual.widgets import Static

from guichet.domain.operations import Refused
from guichet.errors import GuichetError
from guichet.i18n import _
from guichet.screens.opening_words import field_of, sentence
from guichet.screens.post import background
from guichet.widgets.field import Field, FieldState
from guichet.widgets.said import Said

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Line:
    """One field: its name, its label, what it begins with, and an example."""

    name: str
    label: str
    value: str = ""
    example: str = ""


@dataclass(frozen=True, slots=True)
class Checked(Generic[T]):
    """What typed values come to: what is to be recorded and what follows; else what is wrong, by
    field, "" for none in particular.
    """

    made: T | None = None
    lines: Sequence[str] = ()
    wrong: Mapping[str, str] = field(default_factory=dict)


def refused_field(refused: Refused) -> Checked[T]:
    """A refusal at its field."""
    return Checked(wrong={field_of(refused) or "": sentence(refused)})


class FormDialog(ModalScreen[bool], Generic[T]):
    """Dismissed with True once recorded. Nothing typed is ever lost but by Escape.

    `check` and `save` are called off the loop; what was not shown to the agent is not recorded.
    """

    CSS_PATH = "openings.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "check", _("Aperçu"), priority=True, tooltip=_("Voir ce qui changerait")),
        Binding("f9", "save", _("Enregistrer"), priority=True, tooltip=_("Enregistrer")),
        Binding("down", "app.focus_next", show=False, tooltip=_("Champ suivant")),
        Binding("up", "app.focus_previous", show=False, tooltip=_("Champ précédent")),
        Binding("escape", "dismiss", _("Revenir"), tooltip=_("Ne rien changer")),
    ]

    def __init__(
        self,
        title: str,
        rows: Sequence[Sequence[Line]],
        check: Callable[[dict[str, str]], Checked[T]],
        save: Callable[[T], Refused | None],
    ) -> None:
        super().__init__()
        self._title = title
        self._rows = rows
        self._check = check
        self._save = save
        self._shown: dict[str, str] | None = None
        self._made: T | None = None
        self._saving = False

    def compose(self) -> ComposeResult:
        """The fields in rows, then what follows."""
        with Vertical(classes="dialog"):
            yield Static(self._title, classes="title", markup=False)
            for row in self._rows:
                with Horizontal(classes="fields"):
                    for line in row:
                        yield Field(
                            line.label, id=line.name, value=line.value, placeholder=line.example
                        )
            yield Static("", id="preview", markup=False)
            yield Said()
            yield Static(
                _("Entrée\u00a0: aperçu · F9\u00a0: enregistrer · Échap\u00a0: revenir"),
                classes="hint",
            )

    def on_mount(self) -> None:
        """Type at once."""
        self.query(Field).first().focus()

    @property
    def _values(self) -> dict[str, str]:
        return {str(each.id): each.value for each in self.query(Field)}

    @on(Field.Changed)
    def _changed(self) -> None:
        if self._shown is not None and self._values != self._shown:
            self._shown = self._made = None
            self.query_one("#preview", Static).update("")
            self.query_one(Said).say("")

    def action_check(self) -> None:
        """Show what the values come to."""
        values = self._values
        if not values:  # the form is still being made
            return
        background(
            self,
            lambda: self._check(values),
            lambda found: self._checked(values, found),
            group="form",
            failed=self._failed,
            exclusive=True,
        )

    def _checked(self, values: dict[str, str], found: Checked[T]) -> None:
        if values != self._values:
            return
        self._shown, self._made = values, found.made
        self.query_one("#preview", Static).update("\n".join(found.lines))
        self._tell(found.wrong)
        if found.made is not None:
            self.query_one(Said).say(_("F9\u00a0: enregistrer."), "info")

    def _tell(self, wrong: Mapping[str, str]) -> None:
        fields = {str(each.id): each for each in self.query(Field)}
        for name, each in fields.items():
            told = wrong.get(name)
            each.set_state(FieldState("bad", told) if told else FieldState())
        first = next((name for name in fields if name in wrong), None)
        if first is not None:
            fields[first].focus()
        self.query_one(Said).say(next(iter(wrong.values()), ""), "bad" if wrong else "idle")

    def action_save(self) -> None:
        """Record what was shown; first show it."""
        made = self._made
        if made is None or self._shown != self._values:
            self.action_check()
        elif not self._saving:
            self._saving = True
            background(
                self, lambda: self._save(made), self._saved, group="form", failed=self._failed
            )

    def _saved(self, refused: Refused | None) -> None:
        self._saving = False
        if refused is None:
            self.dismiss(True)
        else:
            self._made = None
            self._tell({field_of(refused) or "": sentence(refused)})

    def _failed(self, error: GuichetError) -> None:
        self._saving = False
        self.query_one(Said).say(str(error), "bad")
