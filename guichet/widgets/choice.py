"""Boxes and buttons that show whether they are chosen by their mark, not by its colour alone."""

from textual.widgets import Checkbox, RadioButton

_NONE = " "


class Tick(Checkbox):
    """A box that is empty until it is ticked."""

    BUTTON_INNER = _NONE

    def watch_value(self) -> None:
        """Change the mark with the value."""
        self.BUTTON_INNER = "✓" if self.value else _NONE
        super().watch_value()


class Pick(RadioButton):
    """One of several, marked when it is the one."""

    BUTTON_INNER = _NONE

    def watch_value(self) -> None:
        """Change the mark with the value."""
        self.BUTTON_INNER = "●" if self.value else _NONE
        super().watch_value()
