"""The base images of training: pulled where that is possible, else a stand-in for both that is made here.

The stand-in is Debian 12 with its own Python 3.11 and compiler, as the public ones are Debian 12 with Python's. It is
tagged with the public names, so `training/sagemaker/Dockerfile` builds unchanged; it is for this machine alone.
"""

import shutil
import tempfile
from pathlib import Path

from tests.e2e.emulated.base_image import is_there, pulled
from tests.e2e.emulated.tools import Missing, docker, run

IMAGES = tuple(f"public.ecr.aws/docker/library/python:3.11-{kind}bookworm" for kind in ("", "slim-"))
PACKAGES = "ca-certificates g++ libpython3.11-dev python3 python3-pip"
DOCKERFILE = """\
FROM scratch
ADD rootfs.tar /
ENV LANG=C.UTF-8 PATH=/usr/local/bin:/usr/bin:/bin PIP_CERT=/etc/ssl/certs/ca-certificates.crt
COPY ca-certificates.crt /etc/ssl/certs/
RUN ln -s /usr/bin/python3 /usr/local/bin/python
LABEL stand-in="Debian 12"
"""


def provide() -> None:
    """See to it that both are there.

    Raises:
        Missing: they can be neither pulled nor made.
    """
    if not all(is_there(image) or pulled(image) for image in IMAGES):
        with tempfile.TemporaryDirectory() as folder:
            _make(Path(folder))


def _make(folder: Path) -> None:
    if shutil.which("mmdebstrap") is None:
        raise Missing(f"no {IMAGES[0]}, and without mmdebstrap none can be made: apt-get install mmdebstrap")
    quiet = ["--aptopt=Acquire::Languages none", "--dpkgopt=path-exclude=/usr/share/doc/*"]
    included = f"--include={','.join(PACKAGES.split())}"
    run("mmdebstrap", "--quiet", "--variant=essential", included, *quiet, "bookworm", folder / "rootfs.tar")
    shutil.copy("/etc/ssl/certs/ca-certificates.crt", folder)
    (folder / "Dockerfile").write_text(DOCKERFILE)
    docker("build", "--quiet", *(f"--tag={image}" for image in IMAGES), folder)
