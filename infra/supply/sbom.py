"""A list of an image's components as CycloneDX 1.6: https://cyclonedx.org/docs/1.6/json."""

import tomllib
from typing import Any

from infra.supply.components import Component, components
from infra.tree import ROOT

LICENCE = "Apache-2.0"


def sbom(image: str) -> dict[str, Any]:
    """The document for one image: the same from the same pins, so without a time and a serial number."""
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    held = {"type": "container", "bom-ref": image, "name": f"warmstart-{image}", "version": version}
    return {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": {**held, "licenses": [{"license": {"id": LICENCE}}]}},
        "components": [_written(component) for component in components(image)],
    }


def _written(component: Component) -> dict[str, Any]:
    return {
        "type": "library",
        "bom-ref": component.purl,
        "name": component.name,
        "version": component.version,
        "purl": component.purl,
        "hashes": [{"alg": algorithm, "content": digest} for algorithm, digest in component.hashes],
        **({"licenses": [{"license": {"name": component.licence}}]} if component.licence else {}),
    }
