"""A handler on FastAPI and pydantic that answers a constant: what the web framework alone would cost."""

import numpy  # noqa: F401, ICN001 as every family does
import obstore  # noqa: F401 as every family does
from fastapi import FastAPI, Query
from mangum import Mangum
from pydantic import BaseModel

app = FastAPI()


class Answer(BaseModel):
    """Recommended items."""

    user_id: int
    items: list[int]
    model: str
    version: str
    source: str


@app.get("/reco/{model}/{user_id}")
async def read(model: str, user_id: int, k: int = Query(10, ge=1, le=100)) -> Answer:
    """Answer the same to everybody."""
    return Answer(user_id=user_id, items=list(range(k)), model=model, version="v", source="model")


handler = Mangum(app, lifespan="off")
