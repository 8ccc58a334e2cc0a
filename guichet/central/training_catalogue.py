"""The sites, démarches and openings that training starts from.

Durations, tolerances, lanes and openings are proposals for each préfecture to set. Documents are
the general list of CESEDA annexe 10; what a title asks for besides is local, and not invented here.
"""

from dataclasses import dataclass
from datetime import time

from guichet.domain.model import Procedure, Site

SITES = (
    Site(
        number=1,
        name="Préfecture de la Seine-Saint-Denis, Bobigny",
        address="1 esplanade Jean-Moulin\n93007 Bobigny Cedex",
        time_zone="Europe/Paris",
        early_minutes=30,
        late_minutes=15,
    ),
    Site(
        number=2,
        name="Sous-préfecture du Raincy",
        address="93344 Le Raincy Cedex",
        time_zone="Europe/Paris",
        early_minutes=30,
        late_minutes=15,
    ),
    Site(
        number=3,
        name="Sous-préfecture de Saint-Denis",
        address="2 rue Catulienne\n93200 Saint-Denis",
        time_zone="Europe/Paris",
        early_minutes=30,
        late_minutes=15,
    ),
)

_STATUS = "Acte de naissance intégral, sauf si vous avez déjà un titre de séjour"
_PASSPORT = "Passeport, ou autre preuve de nationalité"
_HOME = "Justificatif de domicile de moins de 6 mois"
_PHOTOS = "3 photos d’identité 35 × 45 mm"
_TITLE = "Titre de séjour actuel"
_SWORN = "Traduction par un traducteur assermenté des documents en langue étrangère"
_COPIES = "Originaux et copies A4, sans agrafes"
_SUMMONS = "Cette convocation"
_FILE = (_PASSPORT, _HOME, _PHOTOS, _SWORN, _COPIES)
_ANEF = "Peut se faire en ligne sur l’ANEF selon le titre : vérifiez avant de réserver."

PROCEDURES = (
    Procedure(
        code="PREM",
        label="Première demande de titre de séjour",
        family="sejour",
        minutes=40,
        lane="A",
        number_required=False,
        channel_note="Hors ANEF seulement.",
        documents=(_STATUS, *_FILE),
    ),
    Procedure(
        code="AES",
        label="Admission exceptionnelle au séjour",
        family="sejour",
        minutes=50,
        lane="A",
        number_required=False,
        channel_note="Sur rendez-vous ou par Démarches simplifiées selon la préfecture.",
        documents=(_STATUS, *_FILE),
    ),
    Procedure(
        code="CHST",
        label="Changement de statut",
        family="sejour",
        minutes=30,
        lane="A",
        number_required=True,
        channel_note=_ANEF,
        documents=(_TITLE, *_FILE),
    ),
    Procedure(
        code="RENO",
        label="Renouvellement de titre de séjour",
        family="sejour",
        minutes=20,
        lane="B",
        number_required=True,
        channel_note=_ANEF,
        documents=(_TITLE, *_FILE),
        renewal=True,
    ),
    Procedure(
        code="RENC",
        label="Renouvellement, circuit court",
        family="sejour",
        minutes=10,
        lane="B",
        number_required=True,
        channel_note="Situation inchangée seulement.",
        documents=(_TITLE, *_FILE),
        renewal=True,
    ),
    Procedure(
        code="R10A",
        label="Renouvellement de carte de résident (10 ans)",
        family="sejour",
        minutes=15,
        lane="B",
        number_required=True,
        channel_note=_ANEF,
        documents=(_TITLE, *_FILE),
        renewal=True,
    ),
    Procedure(
        code="REMI",
        label="Remise de titre",
        family="remise",
        minutes=10,
        lane="C",
        number_required=True,
        channel_note="Après le SMS annonçant que le titre est prêt.",
        documents=("Ancien titre", "Récépissé", "Timbre fiscal si une taxe est due", _SUMMONS),
    ),
    Procedure(
        code="RECP",
        label="Prolongation de récépissé",
        family="recepisse",
        minutes=5,
        lane="C",
        number_required=True,
        channel_note="Avant la fin du récépissé.",
        documents=("Récépissé actuel", _SUMMONS),
    ),
    Procedure(
        code="DUPL",
        label="Duplicata après perte ou vol",
        family="modification",
        minutes=15,
        lane="C",
        number_required=True,
        channel_note=_ANEF,
        documents=("Déclaration de vol à la police, en cas de vol", *_FILE),
    ),
    Procedure(
        code="CHAD",
        label="Changement d’adresse",
        family="modification",
        minutes=10,
        lane="C",
        number_required=True,
        channel_note=_ANEF,
        documents=(_TITLE, _HOME, _COPIES),
    ),
    Procedure(
        code="EMPR",
        label="Empreintes et photo",
        family="empreintes",
        minutes=5,
        lane="C",
        number_required=True,
        channel_note="Sur convocation.",
        documents=(_PASSPORT, _SUMMONS),
    ),
    Procedure(
        code="PAN1",
        label="Accompagnement au point d’accès numérique",
        family="pan",
        minutes=30,
        lane="D",
        number_required=False,
        channel_note="Aide à la démarche en ligne : l’agent n’instruit pas la demande.",
        documents=("Les documents que vous avez", "Téléphone portable, si vous en avez un"),
    ),
)
"""What is received by appointment, in the order of the lanes."""

WEIGHTS = dict(
    zip(
        (procedure.code for procedure in PROCEDURES),
        (5, 3, 2, 6, 2, 2, 6, 3, 2, 2, 3, 1),
        strict=True,
    )
)
"""How often each is asked for beside the others of its lane."""


@dataclass(frozen=True, slots=True)
class Lane:
    """A lane's openings: a start every `every` minutes, `seats` for sites 1, 2 and 3 each."""

    letter: str
    every: int
    seats: tuple[int, int, int]
    minutes: int

    def desks(self, site: int) -> int:
        """How many desks keep up with a full lane, `minutes` a person on average."""
        return max(1, round(self.seats[site - 1] * self.minutes / self.every))


LANES = (
    Lane("A", 20, (3, 1, 1), 40),
    Lane("B", 10, (4, 1, 2), 17),
    Lane("C", 10, (4, 1, 1), 9),
    Lane("D", 30, (2, 1, 1), 30),
)
PAN_FROM = 3
"""Starts with so many seats keep one for the points d'accès numérique."""
DAY = ((time(8, 30), time(12, 30)), (time(13, 30), time(16, 0)))
"""The local hours of an ordinary day."""
DEMO_DAY = ((time(8, 0), time(20, 0)),)
"""The demo day is long, so that somebody who tries guichet in the evening still finds seats."""
OCCUPANCY = (0.85, 0.8, 0.75, 0.4, 0.2, 0.1, 0.05, 0.05, 0.02)
"""The share of seats booked on each coming open day, the nearest first; the last for the rest."""
DEMO_BOOKED = (500, 150, 200)
"""Appointments of the demo day at sites 1, 2 and 3 for 2,000 persons."""
YESTERDAY_BOOKED = (90, 30, 40)
"""Those of the open day before."""
