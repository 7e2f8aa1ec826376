"""What differs between stages: `stages.<name>` in cdk.json, read and checked."""

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from infra.families import LIMITS
from infra.spark import LEAST_VCPU

ORIGIN = r"https?://([a-z0-9.-]+|\[[0-9a-f:.]+\])(:[0-9]+)?"  # as the runtime reads them
DOMAIN = r"([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}"
TABLES = r"s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]/([^*?$\s]*/)?"  # a folder, with none of what policies read otherwise
EVERY = (
    r"rate\([1-9][0-9]{0,3} (minute|hour|day)s?\)|cron\([0-9A-Z*?/,# -]{11,100}\)"  # as EventBridge Scheduler has it
)
TAG = r"(?!aws:)[\w .:/=+@-]{1,128}"
NAME = re.compile(r"[a-z][a-z0-9]{0,15}")  # it stands in the names of stacks and in the API's URL
LOG_DAYS = (1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365)  # what CloudWatch can be told, up to a year


@dataclass(frozen=True, kw_only=True)
class Stage:
    """One deployment of everything; each field but the name is a key in cdk.json, with this default."""

    name: str
    memory_mb: Mapping[str, int] = field(default_factory=dict)  # by function, in place of what family.toml says
    timeout_s: Mapping[str, int] = field(default_factory=dict)  # as memory_mb
    provisioned_concurrency: Mapping[str, int] = field(default_factory=dict)  # by function; each costs by the hour
    snapstart: bool = False  # restores a snapshot in place of an init; /tmp is then at most 512 MB
    architecture: str = "x86_64"
    guarded: bool = False  # alarms, a dashboard, and code that goes live by canary
    alarm_email: str | None = None  # who hears of the alarms
    domain: str | None = None  # the API's own name, and its certificate
    certificate_arn: str | None = None
    cors_origins: tuple[str, ...] = ()  # of the pages that may call from a browser
    traced_percent: int | None = None  # of requests; None: as X-Ray has it, the first of each second and 5 %
    training_image: str | None = None  # what it holds: plain, or neural, with PyTorch; None: none is built
    training_instance: str = "ml.m5.xlarge"
    training_spot: bool = True  # may be taken away, and goes on when there is one again
    training_hours: int = 24  # after which a job is stopped; a spot job may wait for as long again
    training_disk_gb: int = 30
    spark: bool = False  # an application of EMR Serverless, for tables that outgrow one machine
    spark_max_vcpu: int = 64  # of all its jobs at a time
    spark_hours: int = 12  # after which a job is cancelled
    spark_disk_gb: int = 100  # of each of a job's workers
    spark_reads: tuple[str, ...] = ()  # s3://bucket/prefix of tables that its jobs may read where they lie
    retrain: str | None = None  # when all models are trained anew: rate(7 days), cron(0 3 ? * MON *); times are UTC
    refresh_trend: str | None = None  # when trends are counted anew, more often than that
    retrain_memory_mb: int = 3008  # of the function that checks tables and refreshes trends; more is for larger tables
    log_days: int = 30
    tags: Mapping[str, str] = field(default_factory=dict)


def read_stage(name: str, stages: object) -> Stage:
    """The stage of this name.

    Args:
        name: as in `--context stage=dev`.
        stages: cdk.json's `stages`.

    Raises:
        ValueError: there is none, or something in it is wrong; says what to write instead.
    """
    if not isinstance(stages, Mapping) or not stages:
        raise ValueError("cdk.json: context.stages: name at least one stage, such as dev")
    if name not in stages:
        raise ValueError(f"no stage {name!r}: cdk.json has {', '.join(sorted(stages))}; choose one with STAGE=...")
    if not NAME.fullmatch(name):
        raise ValueError(f"cdk.json: stages: {name!r} is not a stage's name: {NAME.pattern}")
    if not isinstance(stages[name], Mapping):
        raise ValueError(f"cdk.json: stages.{name}: not a table of settings")
    for key, value in stages[name].items():
        if key not in CHECKS:
            raise ValueError(f"cdk.json: stages.{name}.{key}: unknown; there are {', '.join(CHECKS)}")
        good, expected = CHECKS[key]
        if not good(value):
            raise ValueError(f"cdk.json: stages.{name}.{key}: expected {expected}")
    settings: dict[str, Any] = {
        key: tuple(value) if isinstance(value, list) else value for key, value in stages[name].items()
    }
    return _consistent(Stage(name=name, **settings))


def refuse_unknown_functions(stage: Stage, functions: Collection[str]) -> None:
    """Raise ValueError for a setting of a function that there is not."""
    for key in ("memory_mb", "timeout_s", "provisioned_concurrency"):
        for name in getattr(stage, key):
            if name not in functions:
                there_are = ", ".join(sorted(functions))
                raise ValueError(f"cdk.json: stages.{stage.name}.{key}: no function {name!r}; there are {there_are}")


def _consistent(stage: Stage) -> Stage:
    if (stage.domain is None) != (stage.certificate_arn is None):
        raise ValueError(f"cdk.json: stages.{stage.name}: domain and certificate_arn come together")
    if stage.alarm_email and not (stage.guarded or stage.retrain):
        raise ValueError(f"cdk.json: stages.{stage.name}: alarm_email without guarded or retrain: there is no alarm")
    if stage.retrain and not stage.training_image:
        raise ValueError(f"cdk.json: stages.{stage.name}: retrain without training_image: there is nothing to run")
    if stage.refresh_trend and not stage.retrain:
        raise ValueError(f"cdk.json: stages.{stage.name}: refresh_trend without retrain: it is a part of retraining")
    if stage.snapstart and stage.provisioned_concurrency:
        raise ValueError(f"cdk.json: stages.{stage.name}: Lambda allows snapstart or provisioned_concurrency, not both")
    return stage


def _numbers(what: str, low: int, high: int) -> tuple[Callable[[Any], bool], str]:
    return _table(_whole(low, high)), f"a table of functions and {what}, {low} to {high}"


def _whole(low: int, high: int) -> Callable[[Any], bool]:
    return lambda number: type(number) is int and low <= number <= high


def _table(good: Callable[[Any], bool]) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, Mapping) and all(good(entry) for entry in value.values())


def _text(pattern: str) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, str) and re.fullmatch(pattern, value) is not None


def _list(good: Callable[[Any], bool]) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, list) and all(good(entry) for entry in value)


def _tags(value: Any) -> bool:
    return isinstance(value, Mapping) and all(map(_text(TAG), (*value, *value.values())))


def _flag(value: Any) -> bool:
    return isinstance(value, bool)


CHECKS: Mapping[str, tuple[Callable[[Any], bool], str]] = {
    "memory_mb": _numbers("MB", *LIMITS["memory_mb"]),
    "timeout_s": _numbers("seconds", *LIMITS["timeout_s"]),
    "provisioned_concurrency": _numbers("counts", 1, 1_000),
    "snapstart": (_flag, "true or false"),
    "architecture": (_text("x86_64|arm64"), "x86_64 or arm64"),
    "guarded": (_flag, "true or false"),
    "alarm_email": (_text(r"[^@\s]+@[^@\s]+"), "an e-mail address"),
    "domain": (_text(DOMAIN), "a domain name"),
    "certificate_arn": (_text(r"arn:aws[a-z-]*:acm:.+"), "the ARN of a certificate in ACM"),
    "cors_origins": (_list(_text(ORIGIN)), "a list of origins such as https://shop.example"),
    "traced_percent": (_whole(0, 100), "0 to 100 percent"),
    "training_image": (_text("plain|neural"), "plain or neural"),
    "training_instance": (_text(r"ml\.[a-z0-9-]+\.[a-z0-9]+"), "an instance of SageMaker such as ml.m5.xlarge"),
    "training_spot": (_flag, "true or false"),
    "training_hours": (_whole(1, 24 * 28), "1 to 672 hours"),
    "training_disk_gb": (_whole(1, 16_384), "1 to 16384 GB"),
    "spark": (_flag, "true or false"),
    "spark_max_vcpu": (_whole(LEAST_VCPU, 4_000), f"{LEAST_VCPU} to 4000 vCPU"),
    "spark_hours": (_whole(1, 24 * 28), "1 to 672 hours"),
    "spark_disk_gb": (_whole(20, 200), "20 to 200 GB"),
    "spark_reads": (_list(_text(TABLES)), "a list of prefixes such as s3://lake/orders/"),
    "retrain": (_text(EVERY), "a schedule such as rate(7 days) or cron(0 3 ? * MON *)"),
    "refresh_trend": (_text(EVERY), "a schedule such as rate(6 hours)"),
    "retrain_memory_mb": (_whole(1024, 10_240), "1024 to 10240 MB"),
    "log_days": (lambda days: type(days) is int and days in LOG_DAYS, f"one of {', '.join(map(str, LOG_DAYS))}"),
    "tags": (_tags, "a table of tags, whose names and values are AWS's letters and do not begin with aws:"),
}
