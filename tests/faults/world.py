"""Everything that the cases share: S3, the injector before it, trained models, and the API that reads through both."""

import itertools
import logging
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest.mock import patch

import boto3
from moto.server import ThreadedMotoServer

from infra.families import read_families
from infra.local.function import TASK_ROOT, Function
from infra.local.functions import local_functions
from tests.faults.ask import Answer, ask
from tests.faults.drafts import Drafts, Taste, opens
from tests.faults.injector import Injector, injecting
from tests.faults.log import Log
from tests.faults.twin import Twin
from training.token_book import add
from warmstart.publish import publish
from warmstart.registry import promote
from warmstart.store import Patience, Store, open_store
from warmstart.tokens import create

BUCKET = "stage"
FRONT = "front"  # the prefix of the store that the twin's own functions read
KEYS = {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing", "AWS_REGION": "us-east-1"}
QUICK = Patience(request=5, retries=1, retry_for=1)
ONE_SECOND = Patience(request=1, retries=0, retry_for=1)
WARMSTART = Path(sys.executable).with_name("warmstart")
SOON = 0.02  # seconds in which a function's last lines arrive
Headers = Sequence[tuple[str, str | bytes]]


@dataclass
class World:
    """Where all cases happen, one after another."""

    folder: Path
    s3: str  # the endpoint of S3 itself
    injector: Injector
    log: Log
    twin: Twin
    drafts: Drafts
    tokens: dict[str, str] = field(default_factory=dict)  # name -> secret
    standing: dict[str, Any] = field(default_factory=dict)  # model -> what stands for many cases
    open: ExitStack = field(default_factory=ExitStack)  # what ends with the world
    _numbers: Iterator[int] = field(default_factory=itertools.count)

    def fresh_name(self) -> str:
        """Return a name that no case has used, for a prefix or a folder."""
        return f"case-{next(self._numbers)}"

    def store(self, prefix: str) -> Store:
        """Open a store at S3 itself."""
        return open_store(f"s3://{BUCKET}/{prefix}", endpoint=self.s3, patience=QUICK)

    def faulty_store(self, prefix: str) -> Store:
        """Open a store through the injector."""
        return open_store(f"s3://{BUCKET}/{prefix}", endpoint=self.injector.url, patience=QUICK)

    def functions(self, prefix: str, cache: Path, environment: Mapping[str, str] = {}) -> dict[str, Function]:
        """Return all functions, as they would be deployed for a store that is reached through the injector."""
        extra = {**KEYS, "AWS_ENDPOINT_URL": self.injector.url, "WARMSTART_REFRESH_SECONDS": "0", **environment}
        made = local_functions(read_families(TASK_ROOT / "functions"), f"s3://{BUCKET}/{prefix}", cache, extra)
        return {function.name: function for function in made}

    def token(self, name: str, *, models: Sequence[str] = ("*",), plan: str = "internal") -> str:
        """Return the secret of a token of the front's, made at the first call."""
        if name not in self.tokens:
            self.tokens[name], made = create(name, models=models, plan=plan, expires_at=None)
            add(self.store(FRONT), made)
        return self.tokens[name]

    def ask(
        self, path: str, *, method: str = "GET", as_who: str = "all", headers: Headers = (), body: bytes | None = None
    ) -> Answer:
        """Ask the API with the token of this name."""
        sent = [("Authorization", f"Bearer {self.token(as_who)}"), *headers]
        answer = ask(self.twin.port, method, path, sent, body)
        time.sleep(SOON)
        return answer

    def post(self, path: str, body: bytes, content_type: str = "application/json") -> Answer:
        """Post a body with a good token."""
        return self.ask(path, method="POST", headers=[("Content-Type", content_type)], body=body)

    def command(self, *arguments: str, prefix: str, folder: Path | None = None) -> subprocess.Popen[str]:
        """Start the `warmstart` command on a store that it reaches through the injector."""
        environment = {
            **KEYS,
            "PATH": os.defpath,
            "HOME": str(self.folder),
            "TMPDIR": str(folder or self.folder),
            "AWS_ENDPOINT_URL": self.injector.url,
            "WARMSTART_STORE": f"s3://{BUCKET}/{prefix}",
        }
        return subprocess.Popen(
            [str(WARMSTART), *arguments],
            cwd=folder or self.folder,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def publish(self, prefix: str, model: str, taste: Taste = "even", *, strings: bool = False) -> str:
        """Publish and promote a version; return its name."""
        store = self.store(prefix)
        manifest = publish(store, self.drafts.draft(model, taste, strings=strings), opens)
        promote(store, model, manifest.version, reason="test")
        return manifest.version


@contextmanager
def running_world() -> Iterator[World]:
    """Start S3, the injector and the API, with models whose ids are integers and one whose ids are strings."""
    with (
        tempfile.TemporaryDirectory(prefix="warmstart-faults-") as name,
        patch.dict(os.environ, KEYS),
        _s3() as s3,
        injecting(s3) as injector,
    ):
        for variable in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3"):
            os.environ.pop(variable, None)
        folder, log = Path(name), Log()
        twin = Twin(read_families(TASK_ROOT / "functions"), log)
        world = World(folder, s3, injector, log, twin, Drafts(folder / "drafts"))
        for model in ("als", "popular_recent"):
            world.publish(FRONT, model)
        world.publish(FRONT, "popular", strings=True)
        world.token("all")
        world.token("als", models=["als"])
        with twin.serving([*world.functions(FRONT, folder / "front").values()]), world.open:
            yield world


@contextmanager
def _s3() -> Iterator[str]:
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    endpoint = f"http://{host}:{port}"
    boto3.client("s3", endpoint_url=endpoint, region_name="us-east-1").create_bucket(Bucket=BUCKET)
    try:
        yield endpoint
    finally:
        server.stop()
