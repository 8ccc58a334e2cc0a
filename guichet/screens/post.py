"""What every screen is given, and how it works with the station off the UI loop."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from textual.dom import DOMNode
from textual.message import Message
from textual.worker import get_current_worker

from guichet.config import Settings
from guichet.errors import GuichetError
from guichet.i18n import _

if TYPE_CHECKING:
    from guichet.station import Station

logger = logging.getLogger(__name__)

T = TypeVar("T")

_PRACTICE_CAMERA = "camera"
"""Where the demo puts what is held before its practice camera, in the station's folder."""


@dataclass(eq=False)
class Post:
    """The agent's post: the station, this post's settings, and the demo's practice folder."""

    station: "Station"
    settings: Settings
    """Replaced when the agent changes one from the application."""
    practice: Path | None = None
    """A folder with pictures of printed convocations, to be shown to the practice camera."""
    practice_camera: str | None = field(init=False)
    """The source that films those."""

    def __post_init__(self) -> None:
        if self.practice is None:
            self.practice_camera = None
        elif Path(self.settings.camera).is_dir():
            self.practice_camera = self.settings.camera
        else:  # the demo with a real camera: the practice one is still to be chosen
            self.practice_camera = str(self.station.folder / _PRACTICE_CAMERA)


class FactsChanged(Message, bubble=False):
    """What the station knows has changed: read again what is shown. At most four a second."""

    def can_replace(self, message: Message) -> bool:
        """One is as good as many."""
        return isinstance(message, FactsChanged)


class PersonWanted(Message):
    """Somebody is to be helped to an appointment: by the mediator's mode, which the application
    opens. `person` is the id of their record, None when nobody knows it yet.
    """

    def __init__(self, person: str | None) -> None:
        super().__init__()
        self.person = person


class Fault(Message):
    """Something failed; the application says it in one sentence."""

    def __init__(self, sentence: str) -> None:
        super().__init__()
        self.sentence = sentence


def background(
    node: DOMNode,
    call: Callable[[], T],
    done: Callable[[T], object] | None = None,
    *,
    group: str,
    failed: Callable[[GuichetError], None] | None = None,
    exclusive: bool = False,
) -> None:
    """Run `call` in a thread; `done` gets its result on the UI loop while `node` is mounted.

    A fault, foreseen or not, goes to `failed`, or to the application, which shows it.
    `exclusive`: the results of earlier calls of the same group are dropped, not the calls.
    """

    def told(error: GuichetError) -> None:
        if failed is None:
            node.post_message(Fault(str(error)))
        else:
            node.call_later(failed, error)

    def work() -> None:
        worker = get_current_worker()
        try:
            result = call()
        except GuichetError as error:
            logger.warning("%s: %s", group, type(error).__name__)
            told(error)
        except Exception:  # whatever it is, the agent goes on working and the log has the detail
            logger.exception("unexpected fault in %s", group)
            told(GuichetError(unexpected()))
        else:
            if done is not None and not worker.is_cancelled:
                node.call_later(done, result)

    node.run_worker(work, thread=True, group=group, exclusive=exclusive, exit_on_error=False)


def unexpected() -> str:
    """The sentence for a fault nobody foresaw."""
    return _(
        "Erreur inattendue. Votre travail est conservé\u202f; recommencez. "
        "Si cela se répète, envoyez le journal guichet.log au support."
    )
