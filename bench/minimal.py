"""The least Textual application, for comparison."""

from textual.app import App, ComposeResult
from textual.widgets import Footer, Header, Static


class Minimal(App[None]):
    """A header, a line and a footer."""

    def compose(self) -> ComposeResult:
        """Three widgets."""
        yield Header()
        yield Static("Code agent")
        yield Footer()


if __name__ == "__main__":
    Minimal().run()
