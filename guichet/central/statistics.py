"""What periods were like, for the stations of a site."""

from datetime import date
from typing import Annotated

import msgspec
from fastapi import APIRouter, Depends, Query
from starlette.responses import Response

from guichet.central.api import Database, Now, Searcher, spoken
from guichet.central.problems import Problem
from guichet.central.schemas import SECURED, STATISTICS
from guichet.domain.masking import masked as as_told
from guichet.domain.model import Site
from guichet.domain.statistics import By, nonsense
from guichet.store.engine import reading
from guichet.store.queries import everything
from guichet.store.statistics import statistics as counted

router = APIRouter()


@router.get(
    "/v1/statistics",
    dependencies=[Depends(spoken)],
    responses=SECURED | STATISTICS,
    response_class=Response,
)
def statistics(
    device: Searcher,
    engine: Database,
    now: Now,
    first: Annotated[date, Query(alias="from", description="First day.")],
    last: Annotated[date, Query(alias="to", description="Last day, included.")],
    by: Annotated[By, Query(description="What a line stands for.")] = By.MONTH,
    *,
    masked: Annotated[bool, Query(description="As it may be told outside the site.")] = False,
) -> Response:
    """What a period was like at the device's site.

    With `by` site, a line for every site, and small numbers masked whoever asks.
    """
    if nonsense(first, last, by):
        raise Problem(422, "bad_period")
    with reading(engine) as connection:
        sites = [
            s for s in everything(connection, Site) if by is By.SITE or s.number == device.site
        ]
        found = counted(connection, sites, first, last, by, now)
    if masked or by is By.SITE:
        found = as_told(found)
    return Response(msgspec.json.encode({"statistics": found}), media_type="application/json")
