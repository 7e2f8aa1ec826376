"""A service as courses on recommender systems have it: FastAPI that unpickles a RecTools model with its data set.

A peer to measure, never to serve: who may write a pickle may run anything here.
"""

import os
import pickle
from pathlib import Path
from secrets import compare_digest
from typing import Annotated

from fastapi import Depends, FastAPI, HTTPException
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import BaseModel

K = 10
TOKEN = os.environ["BENCH_TOKEN"]
MODEL, DATASET = pickle.loads(Path(os.environ["BENCH_PICKLE"]).read_bytes())  # noqa: S301 that is what is measured

app = FastAPI()
Bearer = Annotated[HTTPAuthorizationCredentials, Depends(HTTPBearer())]


class Answer(BaseModel):
    """Recommended items."""

    user_id: int
    items: list[int]


@app.get("/health")
async def health() -> str:
    """Answer a constant."""
    return "I am alive"


@app.get("/reco/{model}/{user_id}")
async def read(model: str, user_id: int, bearer: Bearer) -> Answer:
    """Ask the model for one user."""
    if not compare_digest(bearer.credentials, TOKEN):
        raise HTTPException(401)
    if model != "als" or user_id not in DATASET.user_id_map.external_ids:
        raise HTTPException(404)
    found = MODEL.recommend([user_id], DATASET, k=K, filter_viewed=True)
    return Answer(user_id=user_id, items=found["item_id"].tolist())
