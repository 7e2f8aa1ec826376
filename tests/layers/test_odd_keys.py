"""Objects that others have put into the bucket under keys that no path can have."""

from urllib.parse import urlsplit

import boto3
import pytest

from tests.layers.places import Place
from warmstart.errors import StoreError, StoreUnavailable


@pytest.mark.parametrize("odd", ["training/data//a.csv", "training/../a.csv", "training/data/a\x01.csv"])
def test_a_listing_names_the_key_it_cannot_read(bucket: Place, odd: str) -> None:
    """It is an error to mend, not one that may go by itself."""
    where = urlsplit(bucket.url)
    key = f"{where.path[1:]}/{odd}"
    client = boto3.client("s3", endpoint_url=bucket.endpoint, region_name="us-east-1")
    client.put_object(Bucket=where.netloc, Key=key, Body=b"")
    try:
        with pytest.raises(StoreError) as caught:
            bucket.open().keys("training")
    finally:
        client.delete_object(Bucket=where.netloc, Key=key)
    assert str(caught.value) == f"training: {key!r} cannot be a key here: remove it"
    assert not isinstance(caught.value, StoreUnavailable)
