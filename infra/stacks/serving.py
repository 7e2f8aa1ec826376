"""All that answers: a function per family, the catalogue, the authorizer, and the API before them."""

from collections.abc import Sequence
from typing import Any

from aws_cdk import CfnOutput, Stack
from aws_cdk import aws_s3 as s3
from constructs import Construct

from infra import outputs
from infra.constructs.alarms import Alarms
from infra.constructs.api import Api
from infra.constructs.authorizer_function import AuthorizerFunction
from infra.constructs.canary import Canary
from infra.constructs.recommender_function import RecommenderFunction
from infra.families import Family
from infra.functions import AUTHORIZER, catalogue, metrics_namespace
from infra.keys import CATALOGUE_READS, own_models
from infra.stages import Stage

ROLLS_BACK = ("Errors", "ServerErrors", "Latency")  # alarms that take a canary back


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
        self._stage = stage
        recommenders = self._recommenders(families, bucket)
        authorizer = AuthorizerFunction(self, "Authorizer", stage=stage, bucket=bucket)
        self.api = Api(
            self,
            "Api",
            stage=stage,
            families=families,
            functions={name: function.live for name, function in recommenders.items()},
            authorizer=authorizer.live,
        )
        self.functions: dict[str, RecommenderFunction | AuthorizerFunction] = {**recommenders, AUTHORIZER: authorizer}
        self.alarms = self._alarms() if stage.guarded else None
        self.canary = self._canary(self.alarms) if self.alarms else None
        self._say_where_things_are()

    def _recommenders(self, families: Sequence[Family], bucket: s3.IBucket) -> dict[str, RecommenderFunction]:
        reads = [*((family, own_models(family)) for family in families), (catalogue(families), CATALOGUE_READS)]
        return {
            family.name: RecommenderFunction(
                self, outputs.title(family.name), family=family, stage=self._stage, bucket=bucket, reads=keys
            )
            for family, keys in reads
        }

    def _alarms(self) -> Alarms:
        return Alarms(
            self,
            "Alarms",
            api=self.api.dimensions,
            functions={name: function.function for name, function in self.functions.items()},
            log_groups=[function.execution.log_group for function in self.functions.values()],
            namespace=metrics_namespace(self._stage.name),
            email=self._stage.alarm_email,
        )

    def _canary(self, alarms: Alarms) -> Canary:
        return Canary(
            self,
            "Canary",
            aliases={name: function.live for name, function in self.functions.items()},
            alarms=[alarms.by_name[name] for name in ROLLS_BACK],
        )

    def _say_where_things_are(self) -> None:
        CfnOutput(self, outputs.API_URL, value=self.api.url)
        if target := self.api.domain_target:
            CfnOutput(self, outputs.DOMAIN_TARGET, value=target, description="What the domain's DNS record points at")
        for name, plan in self.api.plans.items():
            CfnOutput(self, outputs.plan(name), value=plan.usage_plan_id)
        for name, function in self.functions.items():
            CfnOutput(self, outputs.log_group(name), value=function.execution.log_group.log_group_name)
