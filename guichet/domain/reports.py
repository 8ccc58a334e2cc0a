"""What a counter agent reports: something did not fit. It refuses nobody and accuses nobody."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class Seen(StrEnum):
    """What was seen, from a closed list."""

    NAME = "name"  # the name on the ID is another one
    NUMBER = "number"  # the numéro étranger is another one
    PHOTO = "photo"  # the photo on the ID is not of the person
    ALTERED = "altered"  # the paper was changed
    COPY = "copy"  # somebody else has come with the same paper
    PAID = "paid"  # the person says the appointment was paid for
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Report:
    """A report of a counter, for the site's supervisors. It asks for nobody's identity.

    `finding` is the verdict that stood on the screen, `identity` what checking it gave
    (guichet.domain.identity.Check) if it was checked; `appointment` and `visit` what it is about,
    when known; `seen` values of Seen; `note` free words. `at` is UTC, `day` the site's.
    """

    id: str
    site: int
    day: date
    at: datetime
    agent: str
    finding: str
    appointment: str | None
    visit: str | None
    identity: str | None
    seen: tuple[str, ...]
    note: str
