"""The mediator's steps in one line, and which of them this screen is."""

from textual.content import Content
from textual.widgets import Static

from guichet.i18n import _

STEPS = (_("Usager"), _("Démarche"), _("Créneau"), _("Accord"), _("Convocation"))


class Trail(Static):
    """Where the mediator stands between the person and the convocation; `step` counts from 0."""

    DEFAULT_CSS = """
    Trail { height: 1; color: $muted; margin: 0 2 1 2; text-wrap: nowrap; }
    """

    def __init__(self, step: int) -> None:
        parts: list[Content] = []
        for index, word in enumerate(STEPS):
            if index == step:
                parts.append(Content.styled(f"● {word}", "bold $primary"))
            else:
                parts.append(Content(f"✓ {word}" if index < step else f"○ {word}"))
        super().__init__(Content("  ").join(parts))
