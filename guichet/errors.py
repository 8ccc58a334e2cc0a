"""The faults of guichet.

GuichetError
├── ConfigError          a setting, folder or file of the station is unusable
├── StoreError           the local database cannot be read or written (disk full, locked)
│   └── DamagedStore     its file is no sound database any more
├── CentralUnavailable   central did not answer, or answered what only a later try can mend
├── CentralRefused       central answered with a reasoned no to the whole request
│   ├── DeviceRejected   central does not, or no longer, accept this device
│   └── UpdateRequired   central no longer speaks this station's protocol
├── ProtocolError        central's answer is not guichet's protocol
├── CameraError          a picture source cannot be opened or stopped giving frames
└── DocumentError        a document cannot be made, written, opened or printed

A *refusal* (a rule says no) is not a fault: it is a value with a reason code.
"""


class GuichetError(Exception):
    """A fault. ``str()`` is one sentence in French for the agent: what happened, what to do."""


class ConfigError(GuichetError):
    """A setting, folder or file of the station is unusable."""


class StoreError(GuichetError):
    """The local database cannot be read or written."""


class DamagedStore(StoreError):
    """The database's file is no sound database any more: it is made anew at the next start."""


class CentralUnavailable(GuichetError):
    """Central did not answer, or said "later". ``retry_after`` is in seconds when it named one."""

    def __init__(self, message: str, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class CentralRefused(GuichetError):
    """Central said no to the whole request, with the reason code of its problem document."""

    def __init__(self, message: str, reason: str, status: int) -> None:
        super().__init__(message)
        self.reason = reason
        self.status = status


class DeviceRejected(CentralRefused):
    """Central does not accept this device (401 or 403)."""


class UpdateRequired(CentralRefused):
    """Central no longer speaks this station's protocol (426); work goes on here meanwhile."""


class ProtocolError(GuichetError):
    """Central's answer is not guichet's protocol."""


class CameraError(GuichetError):
    """A picture source cannot be opened, or stopped giving frames."""


class DocumentError(GuichetError):
    """A document cannot be made, written, opened or printed."""
