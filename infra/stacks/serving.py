"""All that answers: a function per family, the catalogue, the authorizer, and the API before them."""

from collections.abc import Sequence
from typing import Any

from aws_cdk import CfnOutput, Stack
from aws_cdk import aws_s3 as s3
from constructs import Construct

from infra.constructs.alarms import Alarms
from infra.constructs.api import Api
from infra.constructs.authorizer_function import AuthorizerFunction
from infra.constructs.canary import Canary
from infra.constructs.recommender_function import RecommenderFunction
from infra.families import Family
from infra.functions import AUTHORIZER, catalogue, metrics_namespace
from infra.stages import Stage

ROLLS_BACK = ("Errors", "ServerErrors", "Latency")  # alarms that take a canary back
CARDS = ["models/*/aliases/*", "models/*/versions/*/manifest.json"]  # what the catalogue reads


class ServingStack(Stack):
    """Nothing here is kept: it can be taken down and deployed again."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        stage: Stage,
        families: Sequence[Family],
        bucket: s3.IBucket,
        **options: Any,
    ) -> None:
        super().__init__(scope, construct_id, **options)
        functions = {
            family.name: RecommenderFunction(
                self, _title(family.name), family=family, stage=stage, bucket=bucket, reads=reads
            )
            for family, reads in (*((family, _own(family)) for family in families), (catalogue(families), CARDS))
        }
        authorizer = AuthorizerFunction(self, "Authorizer", stage=stage, bucket=bucket)
        self.api = Api(
            self,
            "Api",
            stage=stage,
            families=families,
            functions={name: function.live for name, function in functions.items()},
            authorizer=authorizer.live,
        )
        self.functions: dict[str, RecommenderFunction | AuthorizerFunction] = {**functions, AUTHORIZER: authorizer}
        self.alarms: Alarms | None = None
        self.canary: Canary | None = None
        if stage.guarded:
            self.alarms = Alarms(
                self,
                "Alarms",
                api=self.api.dimensions,
                functions={name: function.function for name, function in self.functions.items()},
                log_groups=[function.log_group for function in self.functions.values()],
                namespace=metrics_namespace(stage.name),
                email=stage.alarm_email,
            )
            self.canary = Canary(
                self,
                "Canary",
                aliases={name: function.live for name, function in self.functions.items()},
                alarms=[self.alarms.by_name[name] for name in ROLLS_BACK],
            )
        CfnOutput(self, "ApiUrl", value=self.api.url)
        for name, plan in self.api.plans.items():
            CfnOutput(self, f"Plan{_title(name)}", value=plan.usage_plan_id)
        for name, function in self.functions.items():
            CfnOutput(self, f"LogGroup{_title(name)}", value=function.log_group.log_group_name)


def _own(family: Family) -> list[str]:
    return [f"models/{model}/*" for model in family.models]


def _title(name: str) -> str:
    return name.title().replace("_", "").replace("-", "")
