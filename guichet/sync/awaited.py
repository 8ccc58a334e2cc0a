"""Central's verdicts that somebody at this station waits for."""

import threading
from collections.abc import Iterable

from guichet.domain.operations import Verdict


class Awaited:
    """Hands verdicts to those who wait for them. Safe to share between threads."""

    def __init__(self) -> None:
        self._operations: set[str] = set()
        self._verdicts: dict[str, Verdict] = {}
        self._judged = threading.Condition()

    def expect(self, operation: str) -> None:
        """Announce, before queueing it, that `verdict` will be asked about this operation."""
        with self._judged:
            self._operations.add(operation)

    def verdict(self, operation: str, timeout: float) -> Verdict | None:
        """Central's verdict on an expected operation, or None if none came within `timeout` s."""
        with self._judged:
            self._judged.wait_for(lambda: operation in self._verdicts, timeout)
            self._operations.discard(operation)
            return self._verdicts.pop(operation, None)

    def tell(self, verdicts: Iterable[Verdict]) -> None:
        """These have come; those that nobody waits for are not kept."""
        with self._judged:
            for verdict in verdicts:
                if verdict.operation in self._operations:
                    self._verdicts[verdict.operation] = verdict
            self._judged.notify_all()
