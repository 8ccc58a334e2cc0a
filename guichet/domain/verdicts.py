"""The table of verdicts: for every combination of facts exactly one finding, and what it means.

Facts are the seven axes below. The table is read from the top: the first row that fits decides.
"""

from dataclasses import dataclass, fields
from enum import StrEnum


class Proof(StrEnum):
    """What vouches for the paper: nothing but our records, or a signature and its key."""

    TYPED = "typed"  # a reference typed or a name chosen: no signature to judge
    VALID = "valid"
    ENDED_KEY = "ended_key"  # signed by a key whose time was over in the ordinary way
    FUTURE_KEY = "future_key"  # signed by a key not valid yet: the station's clock is wrong
    REVOKED_KEY = "revoked_key"
    BAD_SIGNATURE = "bad_signature"
    MALFORMED = "malformed"
    UNKNOWN_KEY = "unknown_key"
    NOT_OURS = "not_ours"


class Known(StrEnum):
    """What this station knows of the appointment."""

    UNKNOWN = "unknown"
    UNCONFIRMED = "unconfirmed"
    BOOKED = "booked"
    ARRIVED = "arrived"
    ABSENT = "absent"
    CANCELLED = "cancelled"


class Paper(StrEnum):
    """The revision the paper was printed at, against the one known here."""

    OLDER = "older"
    SAME = "same"
    NEWER = "newer"


class Place(StrEnum):
    """Where the person is expected."""

    HERE = "here"
    ELSEWHERE = "elsewhere"


class Day(StrEnum):
    """On which day the person is expected."""

    TODAY = "today"
    OTHER = "other"


class Time(StrEnum):
    """When the person comes, within the site's tolerances or not."""

    EARLY = "early"
    ON_TIME = "on_time"
    LATE = "late"


class Stay(StrEnum):
    """How far the person's visit here has come."""

    NONE = "none"
    WAITING = "waiting"
    CALLED = "called"
    SERVING = "serving"
    DONE = "done"


class Finding(StrEnum):
    """What is found about a convocation: the reason code. Its values are stored; they stay."""

    EXPECTED = "expected"
    EARLY = "early"
    LATE = "late"
    WRONG_DAY = "wrong_day"
    WRONG_SITE = "wrong_site"
    ALREADY_IN = "already_in"
    ALREADY_CALLED = "already_called"
    ALREADY_RECEIVED = "already_received"
    ALREADY_DONE = "already_done"
    CANCELLED = "cancelled"
    SUPERSEDED = "superseded"
    FORGED = "forged"
    UNKNOWN_KEY = "unknown_key"
    REVOKED_KEY = "revoked_key"
    REVOKED_UNKNOWN = "revoked_unknown"
    OLD_KEY = "old_key"
    KEY_NOT_YET = "key_not_yet"
    NOT_OURS = "not_ours"
    UNKNOWN_HERE = "unknown_here"
    UNCONFIRMED = "unconfirmed"
    NOT_FOUND = "not_found"


class Admit(StrEnum):
    """Whether the person is checked in: at once, once the agent has agreed, or not."""

    NOW = "now"
    ASK = "ask"
    NO = "no"


class Tone(StrEnum):
    """How a verdict looks and sounds; sign and colour follow from it."""

    OK = "ok"
    WARN = "warn"
    BAD = "bad"


class Next(StrEnum):
    """What the agent does next. Nobody is left without a way on."""

    TICKET = "ticket"  # give the ticket
    DECIDE = "decide"  # the agent decides whether to receive
    IDENTITY = "identity"  # check who the person is, then decide
    DIRECT = "direct"  # tell the date, the place, the desk or the ticket that holds
    PAN = "pan"  # help with another appointment
    LOOK_UP = "look_up"  # find the person by reference or name
    SUPERVISOR = "supervisor"  # call the supervisor


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a finding means: whether the person comes in, how it is shown, what to do."""

    admit: Admit
    tone: Tone
    next: Next


BELLS: dict[Tone, int] = {Tone.OK: 1, Tone.WARN: 2, Tone.BAD: 3}
"""How often the bell rings: once for yes, twice to ask or warn, three times for no."""

MEANINGS: dict[Finding, Meaning] = {
    Finding.EXPECTED: Meaning(Admit.NOW, Tone.OK, Next.TICKET),
    Finding.UNKNOWN_HERE: Meaning(Admit.NOW, Tone.WARN, Next.TICKET),
    Finding.EARLY: Meaning(Admit.ASK, Tone.WARN, Next.DECIDE),
    Finding.LATE: Meaning(Admit.ASK, Tone.WARN, Next.DECIDE),
    Finding.UNCONFIRMED: Meaning(Admit.ASK, Tone.WARN, Next.DECIDE),
    Finding.KEY_NOT_YET: Meaning(Admit.ASK, Tone.WARN, Next.DECIDE),
    Finding.OLD_KEY: Meaning(Admit.ASK, Tone.WARN, Next.IDENTITY),
    Finding.REVOKED_KEY: Meaning(Admit.ASK, Tone.WARN, Next.IDENTITY),
    Finding.ALREADY_IN: Meaning(Admit.NO, Tone.WARN, Next.DIRECT),
    Finding.ALREADY_CALLED: Meaning(Admit.NO, Tone.WARN, Next.DIRECT),
    Finding.ALREADY_RECEIVED: Meaning(Admit.NO, Tone.WARN, Next.IDENTITY),
    Finding.ALREADY_DONE: Meaning(Admit.NO, Tone.WARN, Next.SUPERVISOR),
    Finding.WRONG_DAY: Meaning(Admit.NO, Tone.BAD, Next.PAN),
    Finding.WRONG_SITE: Meaning(Admit.NO, Tone.BAD, Next.DIRECT),
    Finding.CANCELLED: Meaning(Admit.NO, Tone.BAD, Next.PAN),
    Finding.SUPERSEDED: Meaning(Admit.NO, Tone.BAD, Next.DIRECT),
    Finding.FORGED: Meaning(Admit.NO, Tone.BAD, Next.SUPERVISOR),
    Finding.REVOKED_UNKNOWN: Meaning(Admit.NO, Tone.BAD, Next.SUPERVISOR),
    Finding.UNKNOWN_KEY: Meaning(Admit.NO, Tone.BAD, Next.LOOK_UP),
    Finding.NOT_OURS: Meaning(Admit.NO, Tone.BAD, Next.LOOK_UP),
    Finding.NOT_FOUND: Meaning(Admit.NO, Tone.BAD, Next.LOOK_UP),
}
"""Nobody is turned away by the machine alone: a late person is asked, and each refusal names a
way out."""


@dataclass(frozen=True, slots=True)
class Facts:
    """One combination. Place, day and time are those of what counts: the record known here, or
    the paper where the station knows nothing or the paper is newer.
    """

    proof: Proof
    known: Known
    paper: Paper
    place: Place
    day: Day
    time: Time
    stay: Stay


AXES: dict[str, type[StrEnum]] = {
    "proof": Proof,
    "known": Known,
    "paper": Paper,
    "place": Place,
    "day": Day,
    "time": Time,
    "stay": Stay,
}
"""The facts a verdict depends on, in the order of `Facts`."""


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the table: on each axis the values it takes, all of them when empty."""

    finding: Finding
    proof: tuple[Proof, ...] = ()
    known: tuple[Known, ...] = ()
    paper: tuple[Paper, ...] = ()
    place: tuple[Place, ...] = ()
    day: tuple[Day, ...] = ()
    time: tuple[Time, ...] = ()
    stay: tuple[Stay, ...] = ()

    def fits(self, facts: Facts) -> bool:
        """Whether the row is for these facts."""
        return all(
            not (taken := getattr(self, axis.name)) or getattr(facts, axis.name) in taken
            for axis in fields(facts)
        )


_FORGED = (Proof.BAD_SIGNATURE, Proof.MALFORMED)
_BY_RECORD = (Proof.TYPED, Proof.REVOKED_KEY)
"""Only our records count: there is no paper, or it is not to be believed."""
_NOT_NEWER = (Paper.OLDER, Paper.SAME)
_STANDING = (Known.UNCONFIRMED, Known.BOOKED, Known.ARRIVED, Known.ABSENT)

TABLE: tuple[Row, ...] = (
    # The text says nothing that could be believed.
    Row(Finding.NOT_OURS, proof=(Proof.NOT_OURS,)),
    Row(Finding.UNKNOWN_KEY, proof=(Proof.UNKNOWN_KEY,)),
    Row(Finding.FORGED, proof=_FORGED),
    # An old paper, even of somebody who is here: another person may have come with it.
    Row(Finding.SUPERSEDED, known=_STANDING, paper=(Paper.OLDER,)),
    # The person is here already, whatever the appointment has become since.
    Row(Finding.ALREADY_IN, stay=(Stay.WAITING,)),
    Row(Finding.ALREADY_CALLED, stay=(Stay.CALLED,)),
    Row(Finding.ALREADY_RECEIVED, stay=(Stay.SERVING,)),
    Row(Finding.ALREADY_DONE, stay=(Stay.DONE,)),
    # Nothing is known here, and nothing vouches for the paper.
    Row(Finding.NOT_FOUND, proof=(Proof.TYPED,), known=(Known.UNKNOWN,)),
    Row(Finding.REVOKED_UNKNOWN, proof=(Proof.REVOKED_KEY,), known=(Known.UNKNOWN,)),
    # The record speaks against it, unless the paper is newer: then the news is on its way.
    Row(Finding.CANCELLED, known=(Known.CANCELLED,), paper=_NOT_NEWER),
    Row(Finding.CANCELLED, known=(Known.CANCELLED,), proof=_BY_RECORD),
    Row(Finding.WRONG_SITE, place=(Place.ELSEWHERE,)),
    Row(Finding.ALREADY_IN, known=(Known.ARRIVED,), paper=_NOT_NEWER),
    Row(Finding.ALREADY_IN, known=(Known.ARRIVED,), proof=_BY_RECORD),
    # The key first, for a clock that is wrong tells neither the day nor the time.
    Row(Finding.KEY_NOT_YET, proof=(Proof.FUTURE_KEY,)),
    Row(Finding.WRONG_DAY, day=(Day.OTHER,)),
    Row(Finding.REVOKED_KEY, proof=(Proof.REVOKED_KEY,)),
    Row(Finding.EARLY, time=(Time.EARLY,)),
    Row(Finding.LATE, time=(Time.LATE,)),
    # On time. A paper that speaks for itself, then the record.
    Row(Finding.OLD_KEY, proof=(Proof.ENDED_KEY,), known=(Known.UNKNOWN,)),
    Row(Finding.OLD_KEY, proof=(Proof.ENDED_KEY,), paper=(Paper.NEWER,)),
    Row(Finding.UNKNOWN_HERE, proof=(Proof.VALID,), known=(Known.UNKNOWN,)),
    Row(Finding.UNKNOWN_HERE, proof=(Proof.VALID,), paper=(Paper.NEWER,)),
    Row(Finding.UNCONFIRMED, known=(Known.UNCONFIRMED,)),
    Row(Finding.EXPECTED, known=(Known.BOOKED, Known.ABSENT)),
)
"""The first row that fits decides. A page of docs/ shows it; a test keeps that page true."""


def finding_of(facts: Facts) -> Finding:
    """The one finding for these facts."""
    return next(row.finding for row in TABLE if row.fits(facts))
