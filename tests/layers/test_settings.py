"""The environment is read once, strictly."""

from pathlib import Path

import pytest

from warmstart.errors import SettingsError
from warmstart.settings import Settings

STORE = {"WARMSTART_STORE": "s3://bucket/stage"}


def test_a_store_is_enough() -> None:
    """Everything else has a default."""
    settings = Settings.from_env(STORE)
    assert (settings.store, settings.endpoint, settings.models, settings.alias) == (
        "s3://bucket/stage",
        None,
        (),
        "champion",
    )
    assert (settings.memory_bytes, settings.disk_bytes) == (1024 * 2**20, 512 * 2**20)
    assert settings.cors_origins == ()


def test_everything_can_be_said() -> None:
    """Names by commas, sizes in MB; what to preload is only what is served."""
    settings = Settings.from_env(
        {
            **STORE,
            "AWS_ENDPOINT_URL": "http://other",
            "AWS_ENDPOINT_URL_S3": "http://127.0.0.1:9000",
            "WARMSTART_MODELS": " als, bpr ,,",
            "WARMSTART_PRELOAD": "bpr,knn",
            "WARMSTART_ALIAS": "challenger",
            "WARMSTART_CACHE": "/cache",
            "WARMSTART_REFRESH_SECONDS": "0.5",
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "1769",
            "WARMSTART_DISK_MB": "2048",
            "WARMSTART_CORS_ORIGINS": "https://shop.example, http://localhost:3000,http://[::1]:8080",
        }
    )
    assert (settings.models, settings.preload, settings.alias) == (("als", "bpr"), ("bpr",), "challenger")
    assert (settings.endpoint, settings.cache) == ("http://127.0.0.1:9000", Path("/cache"))
    assert (settings.refresh_seconds, settings.memory_bytes) == (0.5, 1769 * 2**20)
    assert settings.disk_bytes == 2**31
    assert settings.cors_origins == ("https://shop.example", "http://localhost:3000", "http://[::1]:8080")


@pytest.mark.parametrize("value", ["", "ten", "-1", "nan", "inf", "1e999"])
@pytest.mark.parametrize("name", ["WARMSTART_REFRESH_SECONDS", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "WARMSTART_DISK_MB"])
def test_what_is_no_number_is_named(name: str, value: str) -> None:
    """The variable is named."""
    with pytest.raises(SettingsError, match=name):
        Settings.from_env({**STORE, name: value})


@pytest.mark.parametrize(
    "origin", ["*", "null", "shop.example", "https://shop.example/", "https://Shop.example", "https://*.example", "'"]
)
def test_what_no_browser_sends_as_an_origin_is_refused(origin: str) -> None:
    """It would never be equal to one, or be equal to all."""
    with pytest.raises(SettingsError, match="WARMSTART_CORS_ORIGINS"):
        Settings.from_env({**STORE, "WARMSTART_CORS_ORIGINS": f"https://good.example,{origin}"})


@pytest.mark.parametrize("environment", [{}, {"WARMSTART_STORE": ""}])
def test_without_a_store_there_is_nothing_to_do(environment: dict[str, str]) -> None:
    """The one variable without a default is named."""
    with pytest.raises(SettingsError, match="WARMSTART_STORE"):
        Settings.from_env(environment)
