"""What a person shows of who they are: a closed list, and none of it is ever required."""

from enum import StrEnum


class Proof(StrEnum):
    """Nothing refuses a person for what they show: many cannot prove their identity yet.

    NOTHING is said by the person; a record without any proof means that nobody asked.
    """

    PASSPORT = "passport"
    RESIDENCE_PERMIT = "residence_permit"
    CONSULAR_CARD = "consular_card"
    FOREIGN_ID_CARD = "foreign_id_card"
    BIRTH_CERTIFICATE = "birth_certificate"
    OTHER = "other"
    NOTHING = "nothing"
