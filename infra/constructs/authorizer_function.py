"""The function that knows tokens: a zip on a layer, and the only one that reads the token book."""

from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_s3 as s3
from constructs import Construct

from infra.constructs.code import authorizer_code, layer_code
from infra.constructs.execution import Execution, live_alias
from infra.functions import AUTHORIZER, AUTHORIZER_MEMORY_MB, AUTHORIZER_TIMEOUT_S, PYTHON, handler
from infra.keys import TOKENS
from infra.stages import Stage


class AuthorizerFunction(Construct):
    """The authorizer, its layer, what it runs with, and its alias."""

    def __init__(self, scope: Construct, construct_id: str, *, stage: Stage, bucket: s3.IBucket) -> None:
        super().__init__(scope, construct_id)
        self.execution = Execution(
            self,
            "Execution",
            stage=stage,
            bucket=bucket,
            reads=[TOKENS],
            name=AUTHORIZER,
            memory_mb=AUTHORIZER_MEMORY_MB,
            timeout_s=AUTHORIZER_TIMEOUT_S,
        )
        self.function = lambda_.Function(
            self,
            "Function",
            runtime=lambda_.Runtime(f"python{PYTHON}", lambda_.RuntimeFamily.PYTHON),
            code=authorizer_code(),
            handler=handler(AUTHORIZER),
            layers=[lambda_.LayerVersion(self, "Runtime", code=layer_code(stage.architecture))],
            **self.execution.options({"WARMSTART_STORE": bucket.s3_url_for_object()}),
        )
        self.live = live_alias(self.function, stage, AUTHORIZER)
