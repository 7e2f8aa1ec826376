"""The Lambda function that answers whatever belongs to no family."""

from warmstart.init_times import init

with init() as times:
    from functions.catalogue.catalogue import Catalogue
    from functions.catalogue.directory import Directory
    from functions.catalogue.items import CatalogueApi
    from functions.catalogue.pages import paths
    from warmstart.adapter import adapt
    from warmstart.live import LiveModels
    from warmstart.manifest import CATALOGUE
    from warmstart.settings import Settings
    from warmstart.store import WATCHFUL, open_store

    times.imported()
    settings = Settings.from_env()
    with times.part("Store"):
        store = open_store(settings.store, endpoint=settings.endpoint, patience=WATCHFUL)
    directory = Directory(store, settings)
    catalogues = LiveModels(settings._replace(models=(CATALOGUE,), preload=()), Catalogue.open, times)
    handler = adapt({**paths(directory.cards), **CatalogueApi(catalogues).paths()}, settings.cors_origins)
