"""Lambda's base image of Python 3.12: pulled where that is possible, else a stand-in that is made here.

The stand-in has Lambda's folders, entry point, runtime interface client and emulator, on Debian 12 in place of Amazon
Linux 2023. It is tagged with the public name, so `functions/Dockerfile` builds unchanged; it is for this machine alone.
"""

import os
import platform
import shutil
import subprocess
import tempfile
from pathlib import Path

from tests.e2e.emulated.tools import SAM, Missing, docker, run

IMAGE = "public.ecr.aws/lambda/python:3.12"
ALIASES = (f"{IMAGE}-x86_64",)  # what SAM asks for
PULL_SECONDS = 300
UNWANTED = {"test", "lib2to3", "__pycache__", "share", "idlelib", "tkinter", "ensurepip"}
LIBRARIES = (
    "ca-certificates libbz2-1.0 libcrypt1 libexpat1 libffi8 liblzma5 libncursesw6 libreadline8 libsqlite3-0 libssl3 "
    "libstdc++6 libuuid1 zlib1g"
)
DOCKERFILE = """\
FROM scratch
ADD rootfs.tar /
COPY added/ /
ENV LANG=C.UTF-8 PATH=/var/lang/bin:/usr/local/bin:/usr/bin:/bin:/opt/bin \\
    LD_LIBRARY_PATH=/var/lang/lib:/var/runtime:/var/runtime/lib:/var/task:/var/task/lib:/opt/lib \\
    LAMBDA_TASK_ROOT=/var/task LAMBDA_RUNTIME_DIR=/var/runtime PIP_CERT=/etc/ssl/certs/ca-certificates.crt
WORKDIR /var/task
ENTRYPOINT ["/lambda-entrypoint.sh"]
LABEL stand-in="Debian 12"
"""
ENTRY_POINT = """\
#!/bin/sh
# Inside Lambda the Runtime API is there; elsewhere the emulator is it.
[ $# -eq 1 ] || { echo "the one argument is the handler" >&2; exit 142; }
export _HANDLER="$1"
[ -n "$AWS_LAMBDA_RUNTIME_API" ] && exec /var/runtime/bootstrap
exec /usr/local/bin/aws-lambda-rie /var/runtime/bootstrap
"""
BOOTSTRAP = """\
#!/bin/sh
export PYTHONPATH="/var/task:/opt/python:/var/runtime${PYTHONPATH:+:$PYTHONPATH}"
exec /var/lang/bin/python3 -m awslambdaric "$_HANDLER"
"""


def provide() -> str:
    """See to it that the image is there; return what it is.

    Raises:
        Missing: it can be neither pulled nor made.
    """
    if not is_there(IMAGE) and not pulled(IMAGE):
        with tempfile.TemporaryDirectory() as folder:
            _make(Path(folder))
    stand_in = docker("image", "inspect", "--format", '{{index .Config.Labels "stand-in"}}', IMAGE).strip()
    return f"a stand-in on {stand_in}" if stand_in else "AWS's own"


def is_there(image: str) -> bool:
    """Tell whether Docker has an image."""
    try:
        docker("image", "inspect", image)
    except RuntimeError:
        return False
    return True


def pulled(image: str) -> bool:
    """Pull an image; return whether that is possible here."""
    pull = ["docker", "pull", "--quiet", image]
    try:
        return subprocess.run(pull, capture_output=True, timeout=PULL_SECONDS, check=False).returncode == 0
    except subprocess.TimeoutExpired:
        return False


def _make(folder: Path) -> None:
    if shutil.which("mmdebstrap") is None:
        raise Missing(f"{IMAGE} cannot be pulled, and without mmdebstrap none can be made: apt-get install mmdebstrap")
    emulator = lambda_emulator()
    if platform.machine() != "x86_64":
        raise Missing(f"{IMAGE} cannot be pulled, and the stand-in is made on x86_64 alone")
    python = _python()
    quiet = ["--aptopt=Acquire::Languages none", "--dpkgopt=path-exclude=/usr/share/doc/*"]
    packages = ",".join(LIBRARIES.split())
    rootfs = folder / "rootfs.tar"
    run("mmdebstrap", "--quiet", "--variant=essential", f"--include={packages}", *quiet, "bookworm", rootfs)
    added = folder / "added"
    _copy_python(python, added / "var" / "lang")
    for empty in ("var/task", "opt"):
        (added / empty).mkdir(parents=True, exist_ok=True)
    run(
        python / "bin/python3", "-m", "pip", "install", "-q", "--target", added / "var/runtime", "awslambdaric", "boto3"
    )
    compiled = ["-m", "compileall", "-q", "-s", added, "-p", "/", "--invalidation-mode", "unchecked-hash"]
    run(python / "bin/python3", *compiled, added / "var/lang/lib", added / "var/runtime")
    _write_program(added / "lambda-entrypoint.sh", ENTRY_POINT)
    _write_program(added / "var/runtime/bootstrap", BOOTSTRAP)
    _copy(emulator, added / "usr/local/bin/aws-lambda-rie")
    _copy(Path("/etc/ssl/certs/ca-certificates.crt"), added / "etc/ssl/certs/ca-certificates.crt")
    (folder / "Dockerfile").write_text(DOCKERFILE)
    docker("build", "--quiet", *(f"--tag={name}" for name in (IMAGE, *ALIASES)), folder)


def lambda_emulator() -> Path:
    """Return Lambda's runtime interface emulator; Missing where SAM, which brings it, is not installed."""
    emulator = next(SAM.glob("lib/python3.*/site-packages/samcli/local/rapid/aws-lambda-rie-x86_64"), None)
    if emulator is None:
        raise Missing("no Lambda emulator: make setup-sam")
    return emulator


def _python() -> Path:
    """Where a CPython 3.12 lies that can be copied as it is."""
    named = shutil.which("python3.12")
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    for candidate in (*sorted(pyenv.glob("3.12.*/bin/python3.12")), *([Path(named)] if named else [])):
        try:
            return Path(run(candidate, "-c", "import sys; print(sys.base_prefix)").strip())
        except RuntimeError:
            continue
    raise Missing(f"{IMAGE} cannot be pulled, and without a Python 3.12 none can be made: pyenv install 3.12")


def _copy_python(source: Path, target: Path) -> None:
    """The interpreter and its library, without what no function needs; of installed packages only pip."""

    def unwanted(folder: str, names: list[str]) -> set[str]:
        if Path(folder).name == "site-packages":
            return {name for name in names if not name.startswith("pip")}
        return {name for name in names if name in UNWANTED or name.endswith(".a")}

    shutil.copytree(source, target, symlinks=True, ignore=unwanted)
    for pip in (target / "bin").glob("pip*"):
        lines = pip.read_text().splitlines(keepends=True)
        pip.write_text("".join(["#!/var/lang/bin/python3\n", *lines[1:]]))


def _write_program(path: Path, text: str) -> None:
    path.write_text(text)
    path.chmod(0o755)


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy2(source, target)
