"""`make deploy-local` and `make destroy-local`: the deployed API on this machine, without AWS."""

import shlex
import sys

from tests.e2e.conftest import Commands
from tests.e2e.emulated import base_image
from tests.e2e.emulated.deployment import Deployment
from tests.e2e.emulated.emulator import Emulator, known, start, stop
from tests.e2e.emulated.tools import ROOT, Missing, why_not
from training.cli.demo import Calls

FOLDER = ROOT / "build" / "emulated"
PORT = 4566
STAGE = "dev"


def up() -> None:
    """Start everything, publish the demo's models, and say how to call them."""
    if reason := why_not():
        raise Missing(reason)
    _say(f"1. Lambda's base image: {base_image.provide()}")
    emulator = start(FOLDER, PORT)
    _say(f"2. ministack in AWS's place: {emulator.url}")
    deployment = Deployment(emulator, STAGE)
    deployment.bootstrap()
    outputs = deployment.deploy()
    _say(f"3. cdk bootstrap, cdk deploy: store {outputs['StoreUrl']}")
    _say("4. Publish the demo's models into the deployed bucket")
    _warmstart(emulator, "data", "fetch", "movielens-100k")
    _warmstart(emulator, "train", "--recipe", "movielens_100k", "--stage", STAGE, "--promote", allowed=(0, 3))
    _say("5. Call it")
    _warmstart(emulator, "token", "revoke", "demo", "--stage", STAGE, allowed=(0, 1), quiet=True)
    token = _warmstart(emulator, "token", "create", "demo", "--stage", STAGE, quiet=True).strip()
    url = emulator.api_url(outputs["ApiUrl"])
    print(f"{url}\n{url}/docs\n{url}/explore\n")
    _show(Calls(url, token))
    print("IAM is not enforced here; tests/e2e/emulated enforces it.")
    _say("In another terminal, for warmstart, aws or cdk (`warmstart url` says where AWS would answer):")
    for name, value in emulator.environment.items():
        if name.startswith("AWS_"):
            print(f"export {name}={shlex.quote(value)}")
    print("make destroy-local takes it down.")


def down() -> None:
    """Take it all down."""
    if reason := why_not():
        raise Missing(reason)
    if stop(known(FOLDER, PORT)):
        print("destroyed, the store included: it was never anywhere but in ministack's memory")
    else:
        print("nothing to destroy: it does not run")


def _warmstart(emulator: Emulator, *arguments: str, allowed: tuple[int, ...] = (0,), quiet: bool = False) -> str:
    """Run a command as a user would, and show it with what it prints."""
    if not quiet:
        print(f"$ warmstart {shlex.join(arguments)}", flush=True)
    done = Commands(ROOT).run(*arguments, **emulator.environment)
    if done.returncode not in allowed:
        raise RuntimeError(f"warmstart {arguments[0]} ended with {done.returncode}: {done.stderr[-2000:]}")
    if not quiet:
        print(done.stdout, end="", flush=True)
    return done.stdout


def _show(calls: Calls) -> None:
    print(f"TOKEN={calls.token}\n")
    for method, url, body in calls.all:
        print(f"{calls.curl(method, url, body)}\n{calls.make(method, url, body)}\n", flush=True)


def _say(text: str) -> None:
    print(f"\n{text}", flush=True)


if __name__ == "__main__":
    try:
        {"up": up, "down": down}[sys.argv[1]]()
    except (Missing, RuntimeError) as error:
        sys.exit(f"error: {error}")
