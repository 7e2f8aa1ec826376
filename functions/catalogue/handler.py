"""The Lambda function that answers whatever belongs to no family."""

from functions.catalogue.directory import Directory
from functions.catalogue.pages import paths
from warmstart.adapter import adapt
from warmstart.settings import Settings
from warmstart.store import open_store

_settings = Settings.from_env()
_directory = Directory(open_store(_settings.store, endpoint=_settings.endpoint), _settings)
handler = adapt(paths(_directory.manifests))
