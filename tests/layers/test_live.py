"""The served version follows its alias, whole, without a deploy."""

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event

import pytest

from tests.layers.artifacts import DotScorer, OddScorer, Spec, liked, promote_new, publish_draft, user
from tests.layers.places import Place
from tests.layers.watched import Watched
from warmstart import pull as pull_module
from warmstart.errors import ModelNotFound, ModelUnavailable, StoreUnavailable
from warmstart.live import LiveModels, Served, loader
from warmstart.recommender import Ask
from warmstart.registry import promote, rollback
from warmstart.settings import Settings
from warmstart.store import Store, open_store

UP, DOWN = Spec(upward=True), Spec(upward=False)
LOAD = loader(DotScorer, OddScorer)


def soon() -> float:
    """A deadline that leaves time for everything."""
    return time.monotonic() + 60


def answer(served: Served, spec: Spec = UP) -> list[int | str]:
    """What the first user with a history gets, as far as the model likes it."""
    return served.loaded.recommend(Ask(user_id=user(spec, 0), k=4)).items


@pytest.fixture
def settings(place: Place, tmp_path: Path) -> Settings:
    """A function of one model that looks at its alias at each request."""
    return place.settings(tmp_path / "cache")


def test_a_model_is_loaded_and_answers(store: Store, settings: Settings, tmp_path: Path) -> None:
    """What was promoted is served, with its manifest and serial."""
    manifest = promote_new(store, tmp_path, UP)
    served = LiveModels(settings, LOAD).current("als", soon())
    assert (served.manifest, served.serial) == (manifest, 1)
    assert answer(served) == liked(UP, 0)


def test_an_unknown_model_is_not_looked_for(settings: Settings) -> None:
    """Only the names of the settings are models, whatever the store holds."""
    with pytest.raises(ModelNotFound):
        LiveModels(settings, LOAD).current("bpr", soon())


def test_a_promotion_is_served_without_a_deploy(store: Store, settings: Settings, tmp_path: Path) -> None:
    """The next request after a promotion gets the new version; the files of the old one go."""
    promote_new(store, tmp_path, UP)
    models = LiveModels(settings, LOAD)
    old = models.current("als", soon())
    promote_new(store, tmp_path, DOWN)
    new = models.current("als", soon())
    assert (answer(old), answer(new)) == (liked(UP, 0), liked(DOWN, 0))
    assert new.serial == 2
    assert list(settings.cache.iterdir()) == [new.folder]


def test_a_rollback_is_served_and_its_own_rollback_too(store: Store, settings: Settings, tmp_path: Path) -> None:
    """Back and forth, each at the next request."""
    versions = [promote_new(store, tmp_path, spec).version for spec in (UP, DOWN)]
    models = LiveModels(settings, LOAD)
    served = [models.current("als", soon()).manifest.version]
    for _ in range(2):
        rollback(store, "als", reason="test")
        served.append(models.current("als", soon()).manifest.version)
    assert served == [versions[1], versions[0], versions[1]]
    assert models.current("als", soon()).serial == 4


def test_the_alias_is_looked_at_once_in_a_while(place: Place, tmp_path: Path) -> None:
    """Between two looks nothing is read, and a promotion is not seen yet."""
    store = place.open()
    promote_new(store, tmp_path, UP)
    models = LiveModels(place.settings(tmp_path / "cache", refresh=3600), LOAD)
    models.store, models.hasty_store = (watched := Watched(models.store)), Watched(models.hasty_store)
    first = models.current("als", soon())
    calls = len(watched.calls)
    promote_new(store, tmp_path, DOWN)
    assert models.current("als", soon()) is first
    assert (len(watched.calls), models.hasty_store.calls) == (calls, [])


def test_an_unchanged_alias_costs_one_conditional_read(store: Store, settings: Settings, tmp_path: Path) -> None:
    """A look at an alias that did not change reads nothing else, and keeps the version as it is."""
    promote_new(store, tmp_path, UP)
    models = LiveModels(settings, LOAD)
    first = models.current("als", soon())
    models.hasty_store = watched = Watched(models.hasty_store)
    assert models.current("als", soon()) is first
    assert watched.calls == [("get_if_changed", "models/als/aliases/champion.json")]


def test_one_function_serves_several_models(store: Store, place: Place, tmp_path: Path) -> None:
    """Those to preload are there before the first request, the rest at theirs, each with its own scorer."""
    promote_new(store, tmp_path, UP)
    promote_new(store, tmp_path, Spec(model="odd", scorer="odd", strings=True))
    models = LiveModels(place.settings(tmp_path / "cache", "als", "odd", "knn", preload=("als", "knn")), LOAD)
    models.preload(soon())
    assert len(list((tmp_path / "cache").iterdir())) == 1
    assert answer(models.current("als", soon())) == liked(UP, 0)
    assert isinstance(models.current("odd", soon()).loaded.scorer, OddScorer)
    with pytest.raises(ModelUnavailable):
        models.current("knn", soon())


def test_another_alias_can_be_served(place: Place, tmp_path: Path) -> None:
    """A function may serve another alias than the champion."""
    store = place.open()
    promote_new(store, tmp_path, UP)
    challenger = publish_draft(store, tmp_path, DOWN)
    promote(store, "als", challenger.version, reason="try", alias="challenger")
    settings = place.settings(tmp_path / "cache")._replace(alias="challenger")
    assert LiveModels(settings, LOAD).current("als", soon()).manifest == challenger


def test_what_an_earlier_process_left_is_removed(store: Store, settings: Settings, tmp_path: Path) -> None:
    """A sandbox that is used again starts without old pulls; what is not a pull's is left alone."""
    (settings.cache / "warmstart-als-half").mkdir(parents=True)
    (settings.cache / "warmstart-als-half" / "arrays.safetensors.part").write_text("stale")
    (settings.cache / "mine").mkdir()
    promote_new(store, tmp_path, UP)
    served = LiveModels(settings, LOAD).current("als", soon())
    assert set(settings.cache.iterdir()) == {served.folder, settings.cache / "mine"}


class TestSlowPull:
    """A version that does not fit the time of one request."""

    @pytest.fixture(autouse=True)
    def _small_ranges(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(pull_module, "RANGE", 512)
        monkeypatch.setattr(pull_module, "PARALLEL", 1)

    def test_it_goes_on_in_later_requests(self, store: Store, settings: Settings, tmp_path: Path) -> None:
        """Requests that have no time get the old version, and bring the new one nearer by a window each."""
        promote_new(store, tmp_path, UP)
        models = LiveModels(settings, LOAD)
        models.current("als", soon())
        new = promote_new(store, tmp_path, DOWN)
        models.store = watched = Watched(models.store)
        served: list[list[int | str]] = []
        while not served or served[-1] != liked(DOWN, 0):
            served.append(answer(models.current("als", time.monotonic())))
            assert len(served) < 50
        windows = -(-new.total_bytes // 512)
        assert served[:-1] == [liked(UP, 0)] * (len(served) - 1)
        assert len(watched.reads()) == windows
        assert len(served) >= windows

    def test_it_is_dropped_when_the_alias_moves_on(self, store: Store, settings: Settings, tmp_path: Path) -> None:
        """What nobody wants any more is not pulled to its end, and leaves no files."""
        promote_new(store, tmp_path, UP)
        models = LiveModels(settings, LOAD)
        models.current("als", soon())
        promote_new(store, tmp_path, DOWN)
        models.current("als", time.monotonic())
        third = promote_new(store, tmp_path, Spec(times=False))
        served = models.current("als", soon())
        assert served.manifest == third
        assert list(settings.cache.iterdir()) == [served.folder]

    def test_it_is_dropped_by_a_rollback(self, store: Store, settings: Settings, tmp_path: Path) -> None:
        """Back to the version that is served: nothing is left to pull, and the serial is the new one."""
        first = promote_new(store, tmp_path, UP)
        models = LiveModels(settings, LOAD)
        models.current("als", soon())
        promote_new(store, tmp_path, DOWN)
        models.current("als", time.monotonic())
        assert len(list(settings.cache.iterdir())) == 2
        rollback(store, "als", reason="no")
        served = models.current("als", soon())
        assert (served.manifest, served.serial) == (first, 3)
        assert list(settings.cache.iterdir()) == [served.folder]

    def test_it_survives_a_look_that_fails(self, store: Store, settings: Settings, tmp_path: Path) -> None:
        """A store that hesitates once does not cost what was already pulled."""
        promote_new(store, tmp_path, UP)
        models = LiveModels(settings, LOAD)
        models.current("als", soon())
        new = promote_new(store, tmp_path, DOWN)
        models.store = watched = Watched(models.store)
        models.current("als", time.monotonic())
        hasty, models.hasty_store = models.hasty_store, Watched(models.hasty_store, before=_unavailable)
        models.current("als", time.monotonic())
        models.hasty_store = hasty
        assert models.current("als", soon()).manifest == new
        assert len(watched.reads()) == -(-new.total_bytes // 512)

    def test_a_cold_start_without_time_is_unavailable_first(
        self, store: Store, settings: Settings, tmp_path: Path
    ) -> None:
        """Without an old version to answer with, requests are refused until the pull has ended."""
        promote_new(store, tmp_path, UP)
        models = LiveModels(settings, LOAD)
        refused = 0
        while True:
            try:
                served = models.current("als", time.monotonic())
            except ModelUnavailable:
                refused += 1
                assert refused < 50
            else:
                break
        assert refused > 1
        assert answer(served) == liked(UP, 0)


def _unavailable(operation: str, key: str) -> None:
    raise StoreUnavailable("not now")


def test_readers_get_whole_versions_while_others_are_promoted(place: Place, tmp_path: Path) -> None:
    """Of 32 threads each answer is wholly the old version's or wholly the new one's, and serials never go back."""
    store = open_store(place.url, endpoint=place.endpoint)  # 32 readers keep a server of the same process waiting
    good: dict[str, list[int | str]] = {}
    for spec in (UP, DOWN):
        good[promote_new(store, tmp_path, spec).version] = liked(spec, 0)
    models = LiveModels(place.settings(tmp_path / "cache"), LOAD)
    stop = Event()

    def read(_: int) -> list[tuple[int, bool]]:
        seen = []
        while not stop.is_set():
            served = models.current("als", soon())
            seen.append((served.serial, answer(served) == good[served.manifest.version]))
            time.sleep(0.001)
        return seen

    with ThreadPoolExecutor(32) as pool:
        readers = [pool.submit(read, number) for number in range(32)]
        try:
            for _ in range(6):
                time.sleep(0.1)
                rollback(store, "als", reason="back and forth")
        finally:
            time.sleep(0.1)
            stop.set()
        for reader in readers:
            found = reader.result()
            assert found
            assert all(whole for _, whole in found)
            assert [serial for serial, _ in found] == sorted(serial for serial, _ in found)
    assert models.current("als", soon()).serial > 3


def test_requests_beside_a_refresh_do_not_wait(store: Store, settings: Settings, tmp_path: Path) -> None:
    """While one request looks at the alias, others answer with what is there."""
    promote_new(store, tmp_path, UP)
    models = LiveModels(settings, LOAD)
    first = models.current("als", soon())
    looking, go_on = Event(), Event()

    def wait(operation: str, key: str) -> None:
        looking.set()
        assert go_on.wait(30)

    models.hasty_store = Watched(models.hasty_store, before=wait)
    with ThreadPoolExecutor(1) as pool:
        slow = pool.submit(models.current, "als", soon())
        assert looking.wait(30)
        assert models.current("als", soon()) is first
        go_on.set()
        assert slow.result() is first


def test_answers_stay_while_the_old_files_go(store: Store, settings: Settings, tmp_path: Path) -> None:
    """A request that holds the old version can end after its files were removed."""
    promote_new(store, tmp_path, UP)
    models = LiveModels(settings, LOAD)
    held = models.current("als", soon())
    promote_new(store, tmp_path, DOWN)
    models.current("als", soon())
    assert not held.folder.exists()
    assert answer(held) == liked(UP, 0)
