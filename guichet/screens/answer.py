"""The verdict's side of the counter: the panel, the person's needs, who still waits for a word."""

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Static

from guichet.i18n import _, ngettext
from guichet.screens import verdicts
from guichet.widgets.verdict import VerdictPanel, VerdictView


class AnswerBox(Vertical):
    """What was found, about whom, and that others wait for the agent's word."""

    def compose(self) -> ComposeResult:
        """The panel, and the two lines under it when they have something to say."""
        yield VerdictPanel(verdicts.READY)
        yield Static(id="needs", markup=False)
        yield Static(id="open", markup=False)

    def show(self, view: VerdictView, needs: tuple[str, ...] = ()) -> None:
        """Show a verdict and the needs of whom it is about."""
        self.query_one(VerdictPanel).show(view)
        line = self.query_one("#needs", Static)
        line.display = bool(needs)
        if needs:
            line.update(_("Besoins\u00a0: {needs}").format(needs=verdicts.needs_of(needs)))

    def say_waiting(self, others: int) -> None:
        """Say how many others wait for the agent's word."""
        line = self.query_one("#open", Static)
        line.display = bool(others)
        if others:
            line.update(
                ngettext(
                    "! {n} personne attend votre réponse. Ctrl+L\u00a0: la voir.",
                    "! {n} personnes attendent votre réponse. Ctrl+L\u00a0: les voir.",
                    others,
                ).format(n=others)
            )
