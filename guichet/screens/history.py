"""A person's appointments at this site, as rows and in words."""

from guichet.domain.model import Appointment, AppointmentStatus, Procedure, Site
from guichet.i18n import _
from guichet.screens import describe
from guichet.screens.booked_words import place
from guichet.screens.documents import presented
from guichet.screens.post import Post
from guichet.screens.withdrawal import accord_said
from guichet.widgets.rows import Column, Row

COLUMNS = (
    Column("when", _("Rendez-vous"), width=16),
    Column("procedure", _("Démarche"), flex=1),
    Column("reference", _("Référence"), width=11),
    Column("state", _("État"), width=12),
)
_UNCONFIRMED = _("en attente")


def row(post: Post, appointment: Appointment, procedure: Procedure | None) -> Row:
    """The appointment as a line of the table."""
    local = post.station.local(appointment.starts_at)
    level, word = describe.APPOINTMENTS[appointment.status]
    if appointment.status is AppointmentStatus.BOOKED and appointment.token is None:
        level, word = "warn", _UNCONFIRMED
    cells = (
        f"{local:%d/%m/%Y %H:%M}",
        procedure.label if procedure else appointment.procedure,
        appointment.reference,
        word,
    )
    return Row(appointment.id, cells, level, dim=level == "bad")


def detail(
    post: Post, appointment: Appointment, procedure: Procedure | None, sites: dict[int, Site]
) -> str:
    """What goes with the appointment: its site if another, its accord, the documents to bring."""
    lines = [accord_said(post, appointment.accord)]
    if appointment.site != post.station.site.number:
        lines.insert(0, place(post, appointment.site, sites))
    if appointment.status is AppointmentStatus.BOOKED and procedure and procedure.documents:
        lines.append(f"{presented(appointment, procedure)}.")
    return "\n".join(lines)
