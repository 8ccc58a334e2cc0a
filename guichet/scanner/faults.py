from typing import Literal

Reason = Literal[
    "absent",  # no such device, address, file or folder
    "denied",  # it is there, this user may not open it
    "busy",  # it is there, another program holds it
    "lost",  # it gave pictures and stopped: unplugged, cut, deleted
    "unreadable",  # it answers, not with pictures
    "no_frames",  # it is open and gives nothing
    "black",  # it gives pictures, all black: a closed shutter
    "untrusted",  # its certificate is none this computer knows
    "unknown_source",  # the words naming it name no kind of source
]


class CameraFault(Exception):
    """A picture source cannot be opened or stopped giving pictures.

    ``reason`` is a code for the screens to translate; ``detail`` names the source and what the
    system said, for the log.
    """

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason: Reason = reason
        self.detail = detail
