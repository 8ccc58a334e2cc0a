"""What a convocation's signed token says."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Claims:
    """The content of a token: no name, no number, no status.

    `appointment` is the appointment's id (16 hexadecimal digits), `revision` its revision when the
    convocation was printed, `site` the site's number, `starts_at` the start in UTC to the second,
    `digest` the 4 bytes that bind the token to the person (see guichet.convocation.token).
    """

    appointment: str
    revision: int
    site: int
    starts_at: datetime
    digest: bytes
