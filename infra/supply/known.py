"""What is known against pinned packages: pip-audit and npm are asked, and what they could not ask is told apart."""

import json
import shutil
import subprocess
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import zip_longest
from pathlib import Path
from typing import Any, NamedTuple

from infra.supply.pins import Pin
from infra.tree import ROOT

PIP_AUDIT = ROOT / ".venv-audit" / "bin" / "pip-audit"
ANSWER_SECONDS = 120  # that pip-audit or npm may take


class Package(NamedTuple):
    """One version of a package."""

    name: str
    version: str


class Vulnerability(NamedTuple):
    """One that is known of a package."""

    package: Package
    names: tuple[str, ...]  # PYSEC, GHSA, CVE: whoever found it calls it so
    remedy: str


class Answer(NamedTuple):
    """What the databases said of some packages."""

    known: tuple[Vulnerability, ...]
    unasked: dict[Package, str]  # why each was not asked about


def ask_pypi(pins: Iterable[Pin], *options: str) -> Answer:
    """Ask pip-audit about distributions of PyPI.

    Args:
        pins: each version once or more often.
        options: of pip-audit, to ask another service than PyPI's own.
    """
    known, unasked = list[Vulnerability](), dict[Package, str]()
    for packages in _one_version_each(pins):
        some = _ask_pip_audit(packages, options)
        known += some.known
        unasked |= some.unasked
    return Answer(tuple(known), unasked)


def ask_npm(packages: Iterable[Package]) -> Answer:
    """Ask npm about packages of its registry."""
    wanted = sorted(set(packages))
    if (npm := shutil.which("npm")) is None:
        return Answer((), dict.fromkeys(wanted, "here is no npm: apt-get install nodejs npm"))
    with tempfile.TemporaryDirectory() as folder:
        nodes = _write_lock(Path(folder), wanted)
        told, error = _json_of([npm, "audit", "--package-lock-only", "--json"], Path(folder))
    if told is None or "vulnerabilities" not in told:
        return Answer((), dict.fromkeys(wanted, str((told or {}).get("message", error))))
    return Answer(tuple(_of_npm(told["vulnerabilities"], nodes)), {})


def _one_version_each(pins: Iterable[Pin]) -> Iterator[list[Package]]:
    """Lists of packages without two versions of one: pip-audit refuses these."""
    versions = defaultdict[str, list[Package]](list)
    for name, version in sorted({(pin.name, pin.version) for pin in pins}):
        versions[name].append(Package(name, version))
    for row in zip_longest(*versions.values()):
        yield [package for package in row if package is not None]


def _ask_pip_audit(packages: list[Package], options: tuple[str, ...]) -> Answer:
    with tempfile.TemporaryDirectory() as folder:
        listed = Path(folder) / "pins.txt"
        listed.write_text("".join(f"{name}=={version}\n" for name, version in packages), encoding="utf-8")
        pinned = ["--disable-pip", "--no-deps", f"--requirement={listed}"]
        command = [str(PIP_AUDIT), "--format=json", "--progress-spinner=off", *pinned, *options]
        told, error = _json_of(command, Path(folder))
    if told is None:
        return Answer((), dict.fromkeys(packages, error))
    answered = {one["name"]: one for one in told["dependencies"]}
    known, unasked = list[Vulnerability](), dict[Package, str]()
    for package in packages:
        one = answered.get(package.name, {"skip_reason": "pip-audit says nothing of it"})
        if why := one.get("skip_reason"):
            unasked[package] = why.partition(":")[0]
        for each in one.get("vulns", ()):
            fixed = " or ".join(each["fix_versions"])
            names = (each["id"], *each["aliases"])
            known.append(Vulnerability(package, names, f"mended in {fixed}" if fixed else "not mended yet"))
    return Answer(tuple(known), unasked)


def _of_npm(vulnerabilities: dict[str, Any], nodes: dict[str, Package]) -> Iterator[Vulnerability]:
    for _, entry in sorted(vulnerabilities.items()):
        for via in entry["via"]:
            if isinstance(via, dict):  # a name is that of another entry
                names = (via["url"].rpartition("/")[2],)
                for node in entry["nodes"]:
                    yield Vulnerability(nodes[node], names, f"{via['title']}, in {via['range']}")


def _write_lock(folder: Path, packages: list[Package]) -> dict[str, Package]:
    """A project that has installed them, the second version of a name beneath the first; return what lies where."""
    nodes, seen = dict[str, Package](), defaultdict[str, int](int)
    for package in packages:
        nodes["/".join([f"node_modules/{package.name}"] * (1 + seen[package.name]))] = package
        seen[package.name] += 1
    wanted = {"name": "audited", "version": "1.0.0", "dependencies": {name: "*" for name, _ in packages}}
    (folder / "package.json").write_text(json.dumps(wanted), encoding="utf-8")
    held = {node: {"version": package.version} for node, package in nodes.items()}
    lock = {**wanted, "lockfileVersion": 3, "requires": True, "packages": {"": wanted, **held}}
    (folder / "package-lock.json").write_text(json.dumps(lock), encoding="utf-8")
    return nodes


def _json_of(command: list[str], folder: Path) -> tuple[dict[str, Any] | None, str]:
    """What a program printed; None and why where that is no JSON. Its exit code says what the JSON says, or less."""
    try:
        done = subprocess.run(  # noqa: S603 names and versions of committed files are all that is in it
            command, cwd=folder, capture_output=True, text=True, timeout=ANSWER_SECONDS, check=False
        )
        return dict(json.loads(done.stdout)), ""
    except subprocess.TimeoutExpired:
        return None, f"no answer within {ANSWER_SECONDS} s"
    except FileNotFoundError:
        return None, f"no {command[0]}: make setup-audit"
    except ValueError:
        return None, (done.stderr.strip().splitlines() or ["it printed nothing"])[-1][:200]
