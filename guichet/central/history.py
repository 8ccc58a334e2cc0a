"""What became of a person's appointments, for the supervisor of the site."""

from dataclasses import replace
from typing import Annotated

import msgspec
from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field
from starlette.responses import Response

from guichet.central.api import Database, Searcher, Text, spoken
from guichet.central.schemas import HISTORY, SECURED
from guichet.store.engine import reading
from guichet.store.history import history as known

router = APIRouter()


class PersonBody(BaseModel):
    """A person, by their identifier."""

    person: Annotated[Text, Field(min_length=1, max_length=64)]


@router.post(
    "/v1/history",
    dependencies=[Depends(spoken)],
    responses=SECURED | HISTORY,
    response_class=Response,
)
def history(body: PersonBody, device: Searcher, engine: Database) -> Response:
    """A person's appointments and visits at the device's site; nothing of an unknown one.

    Appointments are told without what only whoever makes or checks them needs: the signed token,
    the accord, the documents shown. A POST, for addresses are logged on the way.
    """
    with reading(engine) as connection:
        found = known(connection, device.site, body.person)
    bare = [replace(each, token=None, accord=None, presented=()) for each in found.appointments]
    told = msgspec.json.encode({"history": replace(found, appointments=bare)})
    return Response(told, media_type="application/json")
