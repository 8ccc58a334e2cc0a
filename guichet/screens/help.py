"""The keys of a screen, read from its bindings, and the palette of commands."""

from collections.abc import Iterator, Sequence
from functools import partial
from typing import ClassVar, NamedTuple

from textual.app import App, ComposeResult, SystemCommand
from textual.binding import Binding, BindingType
from textual.command import CommandPalette
from textual.containers import Grid, Vertical, VerticalScroll
from textual.screen import ModalScreen, Screen
from textual.widgets import Label, Static

from guichet.i18n import _
from guichet.widgets.foot import Foot


class Key(NamedTuple):
    """A key as it is written on the keyboard, what it does, and a few words more."""

    key: str
    name: str
    tooltip: str


def keys_of(screen: Screen[object]) -> list[Key]:
    """The keys that work on a screen now, those of the footer first.

    Textual's own, such as the arrows in a field, are what every keyboard does: left out.
    """
    found: dict[str, tuple[bool, Key]] = {}
    for node, binding, enabled, tooltip in screen.active_bindings.values():
        if enabled and binding.description and binding.description not in _usual(type(node)):
            shown = screen.app.get_key_display(binding)
            known = found.get(binding.action)
            if known is not None:
                shown = f"{known[1].key} {shown}"
            found[binding.action] = (binding.show, Key(shown, binding.description, tooltip))
    return [key for show, key in sorted(found.values(), key=lambda pair: not pair[0])]


def _usual(node: type) -> set[str]:
    """What Textual's own bindings of a kind of widget, and of those it comes from, are called."""
    return {
        binding.description
        for kind in node.__mro__
        if kind.__module__.startswith("textual.")
        for binding in vars(kind).get("BINDINGS", ())
        if isinstance(binding, Binding)
    }


class HelpScreen(ModalScreen[None]):
    """A list of keys over the screen they belong to."""

    CSS_PATH = "help.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,f1,enter", "dismiss", _("Fermer"), tooltip=_("Revenir à l’écran")),
        Binding("up", "scroll(-1)", _("Ligne précédente"), show=False),
        Binding("down", "scroll(1)", _("Ligne suivante"), show=False),
    ]

    def __init__(self, keys: Sequence[Key]) -> None:
        super().__init__()
        self._keys = keys

    def compose(self) -> ComposeResult:
        """One line a key."""
        with Vertical(classes="dialog"):
            yield Label(_("Les touches de cet écran"), classes="title")
            with VerticalScroll(can_focus=False), Grid():
                for key in self._keys:
                    yield Static(key.key, classes="key", markup=False)
                    yield Static(key.name, markup=False)
                    yield Static(key.tooltip, classes="muted", markup=False)
            yield Label(_("Tab passe au champ suivant, Maj+Tab revient."), classes="hint gap")
        yield Foot()

    def action_scroll(self, step: int) -> None:
        """Show the lines before or after."""
        self.query_one(VerticalScroll).scroll_relative(y=step, animate=False)


def commands(app: App[None], screen: Screen[object]) -> Iterator[SystemCommand]:
    """The commands of the palette: the screen's own, the application's, then the themes."""
    for node, binding, enabled, _tooltip in screen.active_bindings.values():
        if enabled and binding.show:
            run = partial(app.run_action, binding.action, node)
            yield SystemCommand(binding.description, binding.tooltip, run)
    others = {
        "liaison": (_("Liaison"), _("Où en sont les échanges avec la centrale")),
        "ending": (
            _("Fin de journée"), _("Solder ce qui reste d’aujourd’hui et des jours d’avant")
        ),
        "quit": (_("Quitter"), _("Fermer guichet")),
    }  # fmt: skip
    for action, (name, told) in others.items():
        if app.check_action(action, ()):
            yield SystemCommand(name, told, partial(app.run_action, action))
    for theme in app.available_themes:
        yield SystemCommand(
            _("Thème {name}").format(name=theme),
            _("Changer les couleurs jusqu’à la fermeture"),
            partial(setattr, app, "theme", theme),
        )


class Palette(CommandPalette):
    """Textual's palette without its English sentence for a search that finds nothing."""

    def _start_no_matches_countdown(self, search_value: str) -> None:
        self._stop_no_matches_countdown()
        self._list_visible = bool(search_value) and self._list_visible

    async def _message_loop_exit(self) -> None:
        # Textual ends a search once the list is gone: one that finds just then is a fault.
        self.workers.cancel_node(self)
        await super()._message_loop_exit()
