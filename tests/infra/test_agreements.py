"""Infra may not import the runtime, so some things are written twice: here they are held equal."""

import inspect
import re
from fnmatch import fnmatchcase
from types import ModuleType

import pytest

from functions.authorizer.policy import policy
from functions.catalogue.catalogue import Catalogue
from infra import families, gateway_responses, keys, spark, stages
from infra.families import Family
from infra.functions import FALLBACK, PYTHON, REFRESH_FAILED, serving_environment
from infra.local.arns import method_arn
from infra.local.policy import Policy
from infra.paths import GREEDY, resources_of
from infra.tree import ROOT
from warmstart import api, cors, live, manifest, registry, settings, tokens
from warmstart.settings import Settings

FAMILY = Family("vectors", ("als", "bpr"), preload=("als",), memory_mb=512, timeout_s=10, disk_mb=700, image_mb=1)
VERSION = "20260131T000000Z-0a1b2c3"
ALIAS = registry.alias_key("als", registry.CHAMPION)
MANIFEST = registry.manifest_key("als", VERSION)
FILE = f"{registry.version_prefix('als', VERSION)}/items.npy"
INTENT = f"{registry.intents_folder('als')}/x"


def covered(patterns: tuple[str, ...], key: str) -> bool:
    """Whether a policy that names these keys covers one; its * spans slashes, as fnmatch's does."""
    return any(fnmatchcase(key, pattern) for pattern in patterns)


def test_a_model_s_name_is_the_same_everywhere() -> None:
    """What family.toml may say is what a manifest may say."""
    assert families.MODEL_NAME.pattern == manifest.MODEL_NAME.pattern


def test_the_catalogue_has_one_name() -> None:
    """What is published, what its function is called, and what no model may be called."""
    assert families.CATALOGUE == manifest.CATALOGUE == Catalogue.name


@pytest.mark.parametrize("path", ["/items", "/users", "/users/1/history"])
def test_a_token_that_names_the_catalogue_opens_its_paths(path: str) -> None:
    """And none that names only models does."""
    arn = method_arn("GET", path)
    for models, allowed in ((["als", "catalogue"], True), (["als"], False), (["*"], True)):
        token = tokens.create("shop", models=models, plan="free", expires_at=None)[1]
        assert Policy(policy(token, arn)["policyDocument"]).allows(arn) is allowed


def test_an_origin_is_the_same_everywhere() -> None:
    """What cdk.json may say is what a function takes at its init."""
    assert settings.ORIGIN.pattern == stages.ORIGIN


def test_the_gateway_exposes_what_functions_expose() -> None:
    """A page may read the same headers of the gateway's own answers."""
    assert gateway_responses.EXPOSED_HEADERS == cors.EXPOSED_HEADERS


def test_the_authorizer_may_read_the_book() -> None:
    """The one object that its policy names is where the tokens lie, and nobody else may read or write it."""
    assert keys.TOKENS == tokens.TOKENS_KEY
    for others in (keys.CATALOGUE_READS, keys.TRAINED, keys.own_models(FAMILY)):
        assert not covered(others, tokens.TOKENS_KEY)


def test_the_catalogue_may_read_aliases_and_manifests() -> None:
    """It reads both of every model, and no other file but its own artifact's."""
    assert covered(keys.CATALOGUE_READS, FILE.replace("als", manifest.CATALOGUE))
    assert {key: covered(keys.CATALOGUE_READS, key) for key in (ALIAS, MANIFEST, FILE, INTENT)} == {
        ALIAS: True,
        MANIFEST: True,
        FILE: False,
        INTENT: False,
    }


@pytest.mark.parametrize("key", [ALIAS, MANIFEST, FILE])
def test_a_family_may_read_its_own_models(key: str) -> None:
    """All that it pulls, and nothing of a model whose name begins alike."""
    assert covered(keys.own_models(FAMILY), key)
    assert not covered(keys.own_models(FAMILY), key.replace("als", "als2"))


@pytest.mark.parametrize("key", [ALIAS, MANIFEST, FILE, INTENT])
def test_training_may_write_what_a_publication_writes(key: str) -> None:
    """Versions, aliases, and the intents between which a promotion and a sweep find each other."""
    assert covered(keys.TRAINED, key)


@pytest.mark.parametrize(("name", "module"), [(FALLBACK, api), (REFRESH_FAILED, live)])
def test_alarms_look_at_metrics_that_are_written(name: str, module: ModuleType) -> None:
    """The runtime writes each of them by the name that its alarm goes by."""
    assert name in re.findall(r'\bmetric\("(\w+)"', inspect.getsource(module))


@pytest.mark.parametrize("origins", [(), ("https://shop.example", "http://localhost:3000")])
def test_a_function_reads_what_it_is_told(origins: tuple[str, ...]) -> None:
    """The environment arrives as settings; no origin is none."""
    read = Settings.from_env(serving_environment(FAMILY, "s3://store", origins=origins))
    assert (read.store, read.models, read.preload) == ("s3://store", FAMILY.models, FAMILY.preload)
    assert (read.disk_bytes, read.cors_origins) == (FAMILY.disk_mb * 2**20, origins)


@pytest.mark.parametrize("resource", resources_of("als"))
def test_a_token_opens_every_path_of_its_model(resource: str) -> None:
    """The policy of a token covers what the gateway gives to the model's family, and nothing of another model."""
    arn = method_arn("GET", resource.replace(GREEDY, "/1"))
    for model, allowed in (("als", True), ("als2", False)):
        token = tokens.create("shop", models=[model], plan="free", expires_at=None)[1]
        assert Policy(policy(token, arn)["policyDocument"]).allows(arn) is allowed


def test_every_image_has_the_python_of_the_layer() -> None:
    """The Dockerfile starts from it, and `make requirements` pins wheels for it."""
    dockerfile, makefile = ((ROOT / name).read_text() for name in ("functions/Dockerfile", "Makefile"))
    bases = re.findall(r"^FROM public\.ecr\.aws/lambda/python:(\S+)", dockerfile, re.MULTILINE)
    assert (set(bases), re.findall(r"--python-version (\S+)", makefile)[:1]) == ({PYTHON}, [PYTHON])


def test_the_training_image_has_the_python_of_training() -> None:
    """That of `make setup`, for which its wheels are pinned, compiled for the same CPUs."""
    dockerfile, makefile = ((ROOT / name).read_text() for name in ("training/sagemaker/Dockerfile", "Makefile"))
    bases = re.findall(r"^FROM \S+/python:([\d.]+)-(?:slim-)?bookworm", dockerfile, re.MULTILINE)
    (own,) = re.findall(r"^PYTHON \?= python(\S+)", makefile, re.MULTILINE)
    assert bases == [own, own]
    assert set(re.findall(r"--python-version (\S+)", makefile)[1:]) == {own}
    flags = [re.findall(r"-m\w+", line) for line in _lines("HNSWLIB_NO_NATIVE", "Makefile")]
    assert flags == [
        re.findall(r"-m\w+", line) for line in _lines("HNSWLIB_NO_NATIVE", "training/sagemaker/Dockerfile")
    ]


def test_the_spark_image_is_of_the_release() -> None:
    """It starts from what the application runs, with the Python of training and what that compiles."""
    dockerfiles = {name: (ROOT / "training" / name / "Dockerfile").read_text() for name in ("sagemaker", "spark")}
    bases = re.findall(r"^FROM public\.ecr\.aws/emr-serverless/spark/(\S+):", dockerfiles["spark"], re.MULTILINE)
    assert bases == [spark.RELEASE, spark.RELEASE]
    (own,) = re.findall(r"^PYTHON \?= (\S+)", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert set(re.findall(r"python3\.\d+", dockerfiles["spark"])) == {own}
    compiling = [re.findall(r"^ ?(?:RUN|&&) export (.*) \\$", text, re.MULTILINE) for text in dockerfiles.values()]
    assert compiling[0] == compiling[1] != []


def test_an_image_and_a_laptop_compile_for_the_same_cpu() -> None:
    """What training builds an index with has the instructions of what searches it, not of one machine."""
    flags = [re.findall(r"-m\w+", line) for line in _lines("HNSWLIB_NO_NATIVE", "Makefile")]
    assert flags == [re.findall(r"-m\w+", line) for line in _lines('cpu="', "functions/Dockerfile")] != [[]]


def test_what_is_compiled_is_pinned_beside_its_compiler() -> None:
    """A family has a build.txt where it pins what the Dockerfile takes as source, and nowhere else."""
    source = re.findall(r"--no-binary (\w+)", (ROOT / "functions" / "Dockerfile").read_text())
    pins = {path.parent: path.read_text() for path in (ROOT / "functions").glob("*/requirements.txt")}
    compiled = {folder for folder, text in pins.items() if any(f"\n{name}==" in text for name in source)}
    assert compiled == {path.parent for path in (ROOT / "functions").glob("*/build.txt")} != set()


def _lines(word: str, path: str) -> list[str]:
    return [line for line in (ROOT / path).read_text().splitlines() if word in line and not line.startswith("#")]
