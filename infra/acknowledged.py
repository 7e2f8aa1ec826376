"""What the rules of cdk-nag find and is left as it is: on the smallest part that it is true of, with the reason."""

import re
from collections.abc import Iterable, Mapping

from aws_cdk import Acknowledgment, Validations
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_sns as sns
from constructs import IConstruct

from infra.constructs.retraining import Retraining
from infra.families import CATALOGUE
from infra.functions import AUTHORIZER
from infra.keys import TRAINED
from infra.paths import OPEN_RESOURCES
from infra.stacks.artifacts import ArtifactsStack
from infra.stacks.serving import ServingStack
from infra.stacks.training import TrainingStack

CODEDEPLOY = "arn:<AWS::Partition>:iam::aws:policy/service-role/AWSCodeDeployRoleForLambdaLimited"
WHY_NO_LOG = "A gateway logs with a role that is a setting of the whole account; the functions log each call."
WHY_OWN_MODELS = "Each new version of a model has keys of its own, all under the model's prefix."
WHY_CATALOGUE = (
    "It shows every model's alias and manifest, reads no other file of a model, and serves its own artifact."
)
WHY_TRAINED = "Training makes models and versions under these two prefixes, and touches no token."
WHY_LOG = "CloudWatch writes a log group in a policy with a colon and a wildcard, for what is done to the group."
WHY_LOG_GROUPS = "EMR Serverless looks for a job's log group among all of them, and no action has one for a resource."
WHY_TABLES = "A table is a folder of files, which whoever writes it names."
WHY_JOBS = "Each job has a name of its own, which begins with the stage's, and so have its log streams."
WHY_RUNS = "Neither X-Ray's actions nor the deliveries of Step Functions' logs have a resource that could be named."

STORE = {"AwsSolutions-S1": "Access logs would fill a second bucket, which costs and which nobody reads."}
STEPS = {"Serverless-LambdaDLQ": "The state machine waits for each answer, and says what failed."}
FUNCTION = {"Serverless-LambdaDLQ": "The gateway waits for each answer, so no call is queued that could be lost."}
ZIP = dict.fromkeys(
    ("AwsSolutions-L1", "Serverless-LambdaLatestVersion"),
    "The layer's wheels are compiled for the Python of the images, so both move on together.",
)
TRACES = {"AwsSolutions-IAM5[Resource::*]": "X-Ray's actions have no resource that could be named."}
REST = {
    "AwsSolutions-APIG2": "The functions check each request, and say what is wrong with it in the API's own shape.",
    "AwsSolutions-COG4": "The authorizer knows the tokens of programs; there is no user who could log in.",
}
REST_STAGE = {
    "AwsSolutions-APIG1": WHY_NO_LOG,
    "AwsSolutions-APIG6": WHY_NO_LOG,
    "Serverless-APIGWAccessLogging": WHY_NO_LOG,
    "AwsSolutions-APIG3": "A firewall costs by the month; the authorizer and the usage plans hold callers back.",
    "Serverless-APIGWDefaultThrottling": "Each token has the rate of its plan, each open path a limit of its own.",
}
OPEN = {"AwsSolutions-APIG4": "Health, the documentation and a browser's preflight show nothing that needs a token."}
DEPLOYMENTS = {f"AwsSolutions-IAM4[Policy::{CODEDEPLOY}]": "It is AWS's narrowest policy for CodeDeploy on Lambda."}
SUBSCRIPTION = {"Serverless-SNSRedrivePolicy": "A lost e-mail is missed by a person, whom no queue would tell."}
UNNAMED = {"AwsSolutions-IAM5[Resource::*]": "Neither ECR's login nor CloudWatch's metrics have a resource."}


def acknowledge(artifacts: ArtifactsStack, serving: ServingStack, training: TrainingStack) -> None:
    """Say why each finding stays; any other stops the synth."""
    _say(artifacts.bucket, STORE)
    for name, function in serving.functions.items():
        why = WHY_CATALOGUE if name == CATALOGUE else WHY_OWN_MODELS
        _say(function.function, FUNCTION)
        _say(function.execution.role, {**TRACES, **_keys(artifacts, function.execution.reads, why)})
    _say(serving.functions[AUTHORIZER].function, ZIP)
    _say_of_api(serving.api.rest)
    if serving.alarms:
        _say_of_topic(serving.alarms.topic)
    if serving.canary:
        _say(serving.canary, DEPLOYMENTS)
    trained = _keys(artifacts, TRAINED, WHY_TRAINED)
    logged = {training.log_streams: WHY_JOBS, training.log_itself: WHY_LOG}
    _say(training.role, {**UNNAMED, **trained, **_named(logged)})
    if training.spark:
        tables = {f"{bucket}/{keys}": WHY_TABLES for bucket, keys in training.spark.tables}
        _say(training.spark.role, {**trained, **_named({training.spark.log_groups: WHY_LOG_GROUPS, **tables})})
    if training.retraining:
        _say_of_retraining(training.retraining, trained)


def _say_of_retraining(retraining: Retraining, trained: Mapping[str, str]) -> None:
    _say(retraining.function, STEPS)
    _say(retraining.function_role, {**TRACES, **trained})
    _say(retraining.machine.role, {"AwsSolutions-IAM5[Resource::*]": WHY_RUNS, **_named({retraining.jobs: WHY_JOBS})})
    _say_of_topic(retraining.topic)


def _say_of_topic(topic: sns.Topic) -> None:
    for child in topic.node.children:
        if isinstance(child, sns.Subscription):
            _say(child, SUBSCRIPTION)


def _say_of_api(rest: apigateway.RestApi) -> None:
    _say(rest, REST)
    _say(rest.deployment_stage, REST_STAGE)
    for method in rest.methods:
        if method.http_method == "OPTIONS" or method.resource.path in OPEN_RESOURCES:
            _say(method, OPEN)


def _keys(artifacts: ArtifactsStack, keys: Iterable[str], reason: str) -> dict[str, str]:
    """Wildcards in the keys of a policy, as the rule writes them: after the name under which the bucket is imported."""
    arn = artifacts.resolve(artifacts.export_value(artifacts.bucket.bucket_arn))["Fn::ImportValue"]
    return {f"AwsSolutions-IAM5[Resource::{arn}/{key}]": reason for key in keys if "*" in key}


def _named(arns: Mapping[str, str]) -> dict[str, str]:
    """Wildcards in ARNs of this account, as the rule writes them: tokens by their names."""
    named = {re.sub(r"\$\{Token\[AWS\.?(\w+)\.\d+\]\}", r"<AWS::\1>", arn): why for arn, why in arns.items()}
    return {f"AwsSolutions-IAM5[Resource::{arn}]": why for arn, why in named.items()}


def _say(scope: IConstruct, reasons: Mapping[str, str]) -> None:
    for rule, reason in reasons.items():
        pack = rule.split("-", 1)[0]
        Validations.of(scope).acknowledge(Acknowledgment(id=f"{pack}::{rule}", reason=reason))
