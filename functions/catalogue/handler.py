"""The Lambda function that answers whatever belongs to no family."""

from functions.catalogue.catalogue import Catalogue
from functions.catalogue.directory import Directory
from functions.catalogue.items import CatalogueApi
from functions.catalogue.pages import paths
from warmstart.adapter import adapt
from warmstart.live import LiveModels
from warmstart.manifest import CATALOGUE
from warmstart.settings import Settings
from warmstart.store import WATCHFUL, open_store

_settings = Settings.from_env()
_store = open_store(_settings.store, endpoint=_settings.endpoint, patience=WATCHFUL)
_directory = Directory(_store, _settings)
_catalogues = LiveModels(_settings._replace(models=(CATALOGUE,), preload=()), Catalogue.open)
handler = adapt({**paths(_directory.cards), **CatalogueApi(_catalogues).paths()}, _settings.cors_origins)
