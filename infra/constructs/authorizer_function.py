"""The function that knows tokens: a zip on a layer, and the only one that reads the token book."""

from aws_cdk import Duration
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_s3 as s3
from constructs import Construct

from infra.constructs.code import ARCHITECTURES, authorizer_code, layer_code
from infra.constructs.execution import Execution, live_alias
from infra.functions import AUTHORIZER, AUTHORIZER_MEMORY_MB, AUTHORIZER_TIMEOUT_S, handler
from infra.stages import Stage

TOKENS = "auth/tokens.json"


class AuthorizerFunction(Construct):
    """The authorizer, its layer, its log group and its alias."""

    def __init__(self, scope: Construct, construct_id: str, *, stage: Stage, bucket: s3.IBucket) -> None:
        super().__init__(scope, construct_id)
        self.reads = [TOKENS]
        execution = Execution(self, "Execution", stage=stage, bucket=bucket, reads=self.reads)
        self.role = execution.role
        self.log_group = execution.log_group
        self.function = lambda_.Function(
            self,
            "Function",
            description=f"warmstart {stage.name}: {AUTHORIZER}",
            runtime=lambda_.Runtime.PYTHON_3_12,
            architecture=ARCHITECTURES[stage.architecture],
            code=authorizer_code(),
            handler=handler(AUTHORIZER),
            layers=[lambda_.LayerVersion(self, "Runtime", code=layer_code(stage.architecture))],
            memory_size=stage.memory_mb.get(AUTHORIZER, AUTHORIZER_MEMORY_MB),
            timeout=Duration.seconds(stage.timeout_s.get(AUTHORIZER, AUTHORIZER_TIMEOUT_S)),
            environment={"WARMSTART_STORE": bucket.s3_url_for_object()},
            role=execution.role,
            log_group=execution.log_group,
            logging_format=lambda_.LoggingFormat.JSON,
            tracing=lambda_.Tracing.ACTIVE,
        )
        self.live = live_alias(self.function, stage, AUTHORIZER)
