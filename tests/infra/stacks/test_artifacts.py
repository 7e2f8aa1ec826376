"""The store, alone in a bare app: what is kept, for how long, and from whom."""

import pytest

from infra.stacks.artifacts import NONCURRENT_DAYS, ArtifactsStack
from tests.infra.stacks.synthesis import an_app, template_of
from tests.infra.stacks.template import Template


@pytest.fixture(scope="module")
def artifacts() -> Template:
    """The stack."""
    return template_of(ArtifactsStack(an_app(), "Artifacts"))


def test_the_bucket_outlives_its_stack(artifacts: Template) -> None:
    """Taking everything down, or replacing it, leaves the models and the tokens where they are."""
    (bucket,) = [resource for resource in artifacts.resources.values() if resource["Type"] == "AWS::S3::Bucket"]
    assert (bucket["DeletionPolicy"], bucket["UpdateReplacePolicy"]) == ("Retain", "Retain")


def test_nothing_in_it_is_public_or_in_the_clear(artifacts: Template) -> None:
    """Encrypted, closed to the public in each of the four ways, and without access lists."""
    bucket = artifacts.one("S3::Bucket")
    (rule,) = bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    assert rule["ServerSideEncryptionByDefault"] == {"SSEAlgorithm": "AES256"}
    assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
    assert len(bucket["PublicAccessBlockConfiguration"]) == 4
    assert bucket["OwnershipControls"]["Rules"] == [{"ObjectOwnership": "BucketOwnerEnforced"}]


def test_only_tls_reaches_it(artifacts: Template) -> None:
    """Everybody is denied everything without TLS, and with one older than 1.2."""
    statements = artifacts.one("S3::BucketPolicy")["PolicyDocument"]["Statement"]
    denied = [statement for statement in statements if statement["Effect"] == "Deny"]
    assert [statement["Condition"] for statement in denied] == [
        {"Bool": {"aws:SecureTransport": "false"}},
        {"NumericLessThan": {"s3:TlsVersion": 1.2}},
    ]
    for statement in denied:
        assert (statement["Action"], statement["Principal"]) == ("s3:*", {"AWS": "*"})
        assert len(statement["Resource"]) == 2
    assert statements == denied


def test_what_is_overwritten_can_be_brought_back_for_a_while(artifacts: Template) -> None:
    """Old versions of objects, and what was never uploaded to the end, go by themselves; the newest never does."""
    bucket = artifacts.one("S3::Bucket")
    assert bucket["VersioningConfiguration"] == {"Status": "Enabled"}
    (rule,) = bucket["LifecycleConfiguration"]["Rules"]
    assert rule == {
        "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 1},
        "ExpiredObjectDeleteMarker": True,
        "NoncurrentVersionExpiration": {"NoncurrentDays": NONCURRENT_DAYS},
        "Status": "Enabled",
    }


def test_its_address_is_said(artifacts: Template) -> None:
    """The output is what `--store` takes."""
    assert artifacts.outputs.keys() == {"StoreUrl"}
