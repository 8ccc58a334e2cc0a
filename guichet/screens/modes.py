"""The screen of each mode: imported when it is first needed, for the start waits for none."""

from typing import TYPE_CHECKING

from textual.screen import Screen

from guichet.screens.post import Post

if TYPE_CHECKING:
    from guichet.domain.model import Role


def screen_of(role: "Role", post: Post) -> Screen[None]:
    """The screen of a mode."""
    match role:
        case "mediator":
            from guichet.screens.mediator import MediatorScreen  # noqa: PLC0415

            return MediatorScreen(post)
        case "counter":
            from guichet.screens.counter import CounterScreen  # noqa: PLC0415

            return CounterScreen(post)
        case _:
            from guichet.screens.supervisor import SupervisorScreen  # noqa: PLC0415

            return SupervisorScreen(post)
