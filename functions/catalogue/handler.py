"""The Lambda function that answers whatever belongs to no family."""

from functions.catalogue.directory import Directory
from functions.catalogue.pages import paths
from warmstart.adapter import adapt
from warmstart.settings import Settings
from warmstart.store import WATCHFUL, open_store

_settings = Settings.from_env()
_store = open_store(_settings.store, endpoint=_settings.endpoint, patience=WATCHFUL)
_directory = Directory(_store, _settings)
handler = adapt(paths(_directory.cards), _settings.cors_origins)
