from collections.abc import Iterable

_GONE = 2.0  # seconds out of view after which the same code is another scan


class Sightings:
    """What is in view: the same code held in front of the camera is one scan.

    Times are seconds of any one clock that never goes back.
    """

    def __init__(self) -> None:
        self._last: dict[str, float] = {}

    def fresh(self, texts: Iterable[str], now: float) -> list[str]:
        """Those of the texts seen at `now` that had not been in view for 2 seconds."""
        self._last = {text: seen for text, seen in self._last.items() if now - seen < _GONE}
        fresh = [text for text in dict.fromkeys(texts) if text not in self._last]
        self._last.update(dict.fromkeys(texts, now))
        return fresh
