"""Whether the ID somebody shows is of who was booked, and reporting what does not fit. Offline."""

import hmac
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Connection

from guichet.convocation.token import Verified, identity_digest, verify
from guichet.domain.day import DayRow
from guichet.domain.identity import Check, Shown, check
from guichet.domain.keys import PublicKey
from guichet.domain.operations import Applied, FileReport, NoteIdentity, Refused
from guichet.domain.reports import Report, Seen
from guichet.station.core import Core
from guichet.station.reception import Reading
from guichet.store import days, queries
from guichet.store.engine import reading, writing
from guichet.store.reports import reports_of


@dataclass(frozen=True, slots=True)
class Reported:
    """A report of the day, with the line of the day it is about, if any."""

    report: Report
    row: DayRow | None


class Identification:
    """What counters find out about who stands before them."""

    def __init__(self, core: Core) -> None:
        self._core = core

    def check(self, reading_: Reading, shown: Shown) -> Reading:
        """Compare the ID shown with the convocation; the reading with what it gave.

        With the visit, when there is one, only whether it matched is kept: what was typed is not.
        """
        with writing(self._core.engine) as connection:
            result = check(shown, self._bound(connection, reading_), reading_.person)
            checked = replace(reading_, identity=result)
            visit = reading_.visit
            if result is Check.NOT_BOUND or visit is None:
                return checked
            outcome = self._core.perform(
                connection, self._core.operation(NoteIdentity(visit.id, result))
            )
        if isinstance(outcome, Applied):
            self._core.left()
        return checked

    def _bound(
        self, connection: Connection, reading_: Reading
    ) -> Callable[[Sequence[str]], bool] | None:
        """Whether the convocation is bound to one of several identities; None without a token.

        The record's own token comes before the paper's, which a stolen key may have signed.
        """
        appointment, digest = reading_.appointment, None
        if appointment is not None and appointment.token is not None:
            keys = queries.everything(connection, PublicKey)
            ring = {key.kid: bytes.fromhex(key.public) for key in keys}
            known = verify(appointment.token, ring)
            digest = known.claims.digest if isinstance(known, Verified) else None
        if digest is None and reading_.claims is not None:
            digest = reading_.claims.digest
        named = appointment.id if appointment else ""
        if reading_.claims is not None:
            named = reading_.claims.appointment
        if digest is None:
            return None
        secret = bytes.fromhex(self._core.enrolment.identity_secret)
        expected = digest

        def bound(identities: Sequence[str]) -> bool:
            # Every one is compared, in constant time: how long it takes tells nothing.
            found = [identity_digest(secret, named, each) for each in identities]
            return sum(hmac.compare_digest(each, expected) for each in found) > 0

        return bound

    def report(self, reading_: Reading, seen: Sequence[Seen], note: str) -> Refused | None:
        """Report what did not fit about a reading. It changes nothing for the person."""
        appointment = reading_.appointment.id if reading_.appointment else None
        if appointment is None and reading_.claims is not None:
            appointment = reading_.claims.appointment
        action = FileReport(
            report=str(uuid.uuid4()),
            finding=reading_.decision.finding.value,
            appointment=appointment,
            visit=reading_.visit.id if reading_.visit else None,
            identity=reading_.identity.value if reading_.identity else None,
            seen=tuple(each.value for each in seen),
            note=note.strip(),
        )
        outcome = self._core.submit(action)
        return outcome if isinstance(outcome, Refused) else None

    def reports(self) -> list[Reported]:
        """What was reported at the site today, the latest first."""
        site, today = self._core.enrolment.site, self._core.today()
        with reading(self._core.engine) as connection:
            found = reports_of(connection, site, today)
            rows = days.day_rows(connection, site, today) if found else []
        by_key = {key: row for row in rows for key in (row.appointment, row.visit) if key}
        return [
            Reported(each, by_key.get(each.visit or "") or by_key.get(each.appointment or ""))
            for each in found
        ]
