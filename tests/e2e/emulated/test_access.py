"""What a function may do with its own credentials, with IAM enforced: read its own models, and nothing else."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.e2e.emulated.conftest import UNPUBLISHED, Deployed, containers_of
from tests.e2e.emulated.tools import run

pytestmark = pytest.mark.slow


def test_a_function_reads_its_own_models_alone(deployed: Deployed) -> None:
    """ALS's function reads its alias; lists' aliases, tokens, a listing and any write are denied."""
    bucket = deployed.outputs["StoreUrl"].removeprefix("s3://")
    s3 = deployed.client("s3", **_credentials(deployed, "factorization", "/reco/als/1"))
    assert s3.get_object(Bucket=bucket, Key="models/als/aliases/champion.json")["Body"].read()
    denied: list[Callable[[], Any]] = [
        lambda: s3.get_object(Bucket=bucket, Key="models/popular/aliases/champion.json"),
        lambda: s3.get_object(Bucket=bucket, Key="auth/tokens.json"),
        lambda: s3.list_objects_v2(Bucket=bucket),
        lambda: s3.list_objects_v2(Bucket=bucket, Prefix="models/als/"),
        lambda: s3.put_object(Bucket=bucket, Key="models/als/aliases/champion.json", Body=b"{}"),
        lambda: s3.delete_object(Bucket=bucket, Key="models/als/aliases/champion.json"),
    ]
    for attempt in denied:
        with pytest.raises(ClientError, match=r"AccessDenied|403"):
            attempt()


def test_the_catalogue_reads_cards_and_its_own_artifact(deployed: Deployed) -> None:
    """The catalogue reads every alias and manifest, its own arrays, no model's and no tokens."""
    bucket = deployed.outputs["StoreUrl"].removeprefix("s3://")
    s3 = deployed.client("s3", **_credentials(deployed, "catalogue", "/models"))
    alias = json.loads(s3.get_object(Bucket=bucket, Key="models/als/aliases/champion.json")["Body"].read())
    version = f"models/als/versions/{alias['version']}"
    assert s3.get_object(Bucket=bucket, Key=f"{version}/manifest.json")["Body"].read()
    own = json.loads(s3.get_object(Bucket=bucket, Key="models/catalogue/aliases/champion.json")["Body"].read())
    arrays = f"models/catalogue/versions/{own['version']}/arrays.safetensors"
    assert s3.get_object(Bucket=bucket, Key=arrays)["Body"].read()
    for key in (f"{version}/arrays.safetensors", "auth/tokens.json"):
        with pytest.raises(ClientError, match=r"AccessDenied|403"):
            s3.get_object(Bucket=bucket, Key=key)


def test_an_alias_that_may_not_be_read_is_an_unavailable_model(deployed: Deployed) -> None:
    """S3 says 403, as it also does for a missing key where nobody may list: 503, and the log names both causes."""
    bucket, s3 = deployed.outputs["StoreUrl"].removeprefix("s3://"), deployed.client("s3")
    before = s3.get_bucket_policy(Bucket=bucket)["Policy"]
    denied = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:GetObject",
        "Resource": f"arn:aws:s3:::{bucket}/models/{UNPUBLISHED}/*",
    }
    policy = json.loads(before)
    s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps({**policy, "Statement": [*policy["Statement"], denied]}))
    try:
        answer = deployed.ask("GET", f"/reco/{UNPUBLISHED}/1")
    finally:
        s3.put_bucket_policy(Bucket=bucket, Policy=before)
    assert (answer.status_code, answer.json()["errors"][0]["error_key"]) == (503, "model_unavailable")
    assert answer.headers["retry-after"]
    logged = "".join(run("docker", "logs", container, merged=True) for container in containers_of("lists"))
    assert "access denied, or absent without the right to list" in logged


def _credentials(deployed: Deployed, function: str, path: str) -> dict[str, str]:
    """Return those that Lambda gave to a function's container, which a call has started."""
    assert deployed.ask("GET", path).status_code == 200
    (entry,) = json.loads(run("docker", "inspect", containers_of(function)[0]))
    environment = dict(line.partition("=")[::2] for line in entry["Config"]["Env"])
    return {
        f"aws_{name}": environment[f"AWS_{name.upper()}"]
        for name in ("access_key_id", "secret_access_key", "session_token")
    }
