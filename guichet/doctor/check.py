from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Check:
    """One thing examined. `good` None: guichet works without it; `advice` says how to mend it."""

    name: str
    good: bool | None
    found: str
    advice: str = ""
