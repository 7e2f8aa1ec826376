"""The deployed state machine of a retraining, with IAM enforced: a run that promotes, and runs that leave the champion.

ministack runs the machine, its schedule and the function's image in Lambda's place; SageMaker is played by the training
image over a real /opt/ml (`sagemaker.py`).
"""

import json
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import polars as pl
import pytest

from tests.e2e.conftest import Commands
from tests.e2e.emulated.conftest import NIGHT, Deployed
from tests.e2e.emulated.deployment import Deployment
from tests.training.datasets import DAY, FASHIONS, START, fashions

pytestmark = pytest.mark.slow
WEEKS = 8
DAYS = 7 * WEEKS
SECONDS = 120
STACK = f"warmstart-{NIGHT}-training"
TAKES_ALARMS = json.dumps(
    {
        "Statement": {
            "Effect": "Allow",
            "Principal": {"Service": "sns.amazonaws.com"},
            "Action": "sqs:SendMessage",
            "Resource": "*",
        }
    }
)
RECIPE = FASHIONS.replace('"data"', '"export"')
NETWORK = "[models.autoencoder]\nepochs = 1\n"  # which the plain image cannot train


@dataclass
class Night(Deployed):
    """A stage that trains by a schedule, its export, and who hears of its alarms."""

    queue: str

    def warmstart(self, *arguments: str) -> Any:
        """Run a command for this stage and return what it prints with --json."""
        return self.commands.json(*arguments, "--stage", NIGHT, **self.emulator.environment)

    def fails(self, *arguments: str) -> str:
        """Run a command for this stage that must fail; return what it says."""
        done = self.commands.run(*arguments, "--stage", NIGHT, **self.emulator.environment)
        assert done.returncode == 1, done.stdout
        return done.stderr

    def export(self, day: int, models: str = "") -> None:
        """Put what had happened before a day, and a recipe of it."""
        folder = self.commands.folder / "export"
        folder.mkdir(exist_ok=True)
        table = fashions(weeks=WEEKS).interactions.filter(pl.col("timestamp") < START + day * DAY)
        table.write_csv(folder / "interactions.csv")
        (self.commands.folder / "recipe.toml").write_text(RECIPE + models)
        self.warmstart("retrain", "put", "--recipe", "recipe.toml")

    def served(self) -> dict[str, str]:
        """Return the versions that are served."""
        return {entry["model"]: entry["version"] for entry in self.warmstart("models")["models"] if entry["served"]}

    def alarm(self) -> str:
        """Return the next alarm's text."""
        sqs = self.client("sqs")
        (found,) = sqs.receive_message(QueueUrl=self.queue, WaitTimeSeconds=10)["Messages"]
        sqs.delete_message(QueueUrl=self.queue, ReceiptHandle=found["ReceiptHandle"])
        return str(json.loads(found["Body"])["Message"])

    def come_round(self, what: str) -> None:
        """Let a schedule come round now: another one, of this moment, starts what that starts."""
        client = self.client("scheduler")
        names = [one["Name"] for one in client.list_schedules()["Schedules"] if STACK in one["Name"]]
        (name,) = [name for name in names if f"Retraining{what}" in name]
        target, moment = client.get_schedule(Name=name)["Target"], f"at({datetime.now(UTC):%Y-%m-%dT%H:%M:%S})"
        client.create_schedule(Name="now", ScheduleExpression=moment, Target=target, FlexibleTimeWindow={"Mode": "OFF"})

    def ended(self, runs: int) -> dict[str, Any]:
        """Wait until so many runs have ended; return the newest."""
        until = time.monotonic() + SECONDS
        while True:
            found = self.warmstart("retrain", "status", "--last", "100")["runs"]
            if len(found) == runs and found[0]["ended"]:
                return dict(found[0])
            assert time.monotonic() < until, found
            time.sleep(1)


@pytest.fixture(scope="module")
def night(account: dict[str, Deployment], tmp_path_factory: pytest.TempPathFactory) -> Night:
    """Deploy the stage's store and training, give it an export, and run it once."""
    deployment = account[NIGHT]
    stage = Night(
        deployment, deployment.deploy("artifacts", "training"), Commands(tmp_path_factory.mktemp("night")), "", ""
    )
    stage.queue = stage.client("sqs").create_queue(QueueName="night", Attributes={"Policy": TAKES_ALARMS})["QueueUrl"]
    (topic,) = (one["TopicArn"] for one in stage.client("sns").list_topics()["Topics"] if STACK in one["TopicArn"])
    arn = stage.client("sqs").get_queue_attributes(QueueUrl=stage.queue, AttributeNames=["QueueArn"])["Attributes"]
    stage.client("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn["QueueArn"])
    stage.export(DAYS - 7)
    stage.warmstart("retrain", "start")
    return stage


def test_a_run_serves_what_it_has_trained(night: Night) -> None:
    """Checked, trained by a job, judged and promoted; nobody is woken."""
    (run,) = night.warmstart("retrain", "status")["runs"]
    assert (run["state"], run["what"], run["came"]["served"]) == ("succeeded", "models", night.served())
    assert night.served().keys() == {"popular", "item_knn", "catalogue"}
    assert "Messages" not in night.client("sqs").receive_message(QueueUrl=night.queue)


def test_bad_data_leaves_the_champion_and_wakes_somebody(night: Night) -> None:
    """The schedule comes round on a table that was cut off: the run fails, nothing moves, the alarm says what to do."""
    before, runs = night.served(), len(night.warmstart("retrain", "status", "--last", "100")["runs"])
    bucket = night.outputs["StoreUrl"].removeprefix("s3://")
    table = "user_id,item_id,weight,timestamp\n1,10,x,2021-05-01\n2,11,1,2021-05-02\n"
    night.client("s3").put_object(Bucket=bucket, Key="training/retraining/data/interactions.csv", Body=table.encode())
    night.come_round("Retrain")
    run = night.ended(runs + 1)
    assert (run["state"], run["what"]) == ("failed", "models")
    assert "1 bad rows; interactions.csv, line 2" in run["cause"]
    assert night.served() == before
    alarm = night.alarm()
    assert run["cause"] in alarm
    assert f"warmstart retrain start --stage {NIGHT}" in alarm


def test_a_training_that_fails_leaves_the_champion(night: Night) -> None:
    """A model that the image cannot train: the job fails, in its own words, and no other model is promoted."""
    before = night.served()
    night.export(DAYS - 3, NETWORK)
    said = night.fails("retrain", "start")
    assert "training failed in warmstart-night-fashions-" in said
    assert "autoencoder was not trained" in said
    assert night.served() == before
    assert "autoencoder was not trained" in night.alarm()


def test_trends_are_refreshed_between_trainings(night: Night) -> None:
    """The other schedule's run: the same weights with what is wanted now, out of no job."""
    before = night.served()
    night.export(DAYS)
    done = night.warmstart("retrain", "start", "--trend")
    assert done["came"]["served"].keys() == {"popular", "item_knn"}
    assert done["came"]["served"].items() <= night.served().items()
    assert night.served()["catalogue"] == before["catalogue"]
