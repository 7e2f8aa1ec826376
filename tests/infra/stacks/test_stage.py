"""Each stage as a whole: dev, prod, and one with every option on."""

import json
import re

from infra.families import CATALOGUE
from infra.functions import AUTHORIZER
from tests.infra.stacks.synthesis import FULL, Assembly, families

STACKS = ("artifacts", "serving", "training")
PHYSICAL_NAMES = {
    "AWS::CloudWatch::Alarm": "AlarmName",
    "AWS::CloudWatch::Dashboard": "DashboardName",
    "AWS::CodeDeploy::Application": "ApplicationName",
    "AWS::CodeDeploy::DeploymentGroup": "DeploymentGroupName",
    "AWS::ECR::Repository": "RepositoryName",
    "AWS::IAM::Role": "RoleName",
    "AWS::Lambda::Function": "FunctionName",
    "AWS::Lambda::LayerVersion": "LayerName",
    "AWS::Logs::LogGroup": "LogGroupName",
    "AWS::S3::Bucket": "BucketName",
    "AWS::SNS::Topic": "TopicName",
}
WITHOUT_A_RESOURCE = {
    "cloudwatch:PutMetricData",
    "ecr:GetAuthorizationToken",
    *(f"xray:{do}" for do in ("PutTelemetryRecords", "PutTraceSegments", "GetSamplingRules", "GetSamplingTargets")),
    *(f"logs:{do}LogDelivery" for do in ("Create", "Get", "Update", "Delete")),  # as Step Functions has its logs
    *("logs:ListLogDeliveries", "logs:PutResourcePolicy", "logs:DescribeResourcePolicies", "logs:DescribeLogGroups"),
}
POLICY_LIMIT = 10_240  # what IAM takes of a role's own policies
RESOURCE_LIMIT = 500  # what CloudFormation takes in a stack
TAGGED = {
    "AWS::Lambda::Function",
    "AWS::S3::Bucket",
    "AWS::ApiGateway::RestApi",
    "AWS::IAM::Role",
    "AWS::Logs::LogGroup",
}


def test_every_family_has_a_function(assembly: Assembly) -> None:
    """One for each family.toml, and the two that belong to none."""
    expected = {family.name for family in families()} | {CATALOGUE, AUTHORIZER}
    assert assembly["serving"].functions().keys() == expected


def test_a_function_reads_its_own_models_and_nothing_else(assembly: Assembly) -> None:
    """The keys that each may read: a family its models, the catalogue aliases and manifests, the authorizer tokens."""
    expected = {(family.name, f"models/{model}/*") for family in families() for model in family.models}
    expected |= {(CATALOGUE, "models/*/aliases/*"), (CATALOGUE, "models/*/versions/*/manifest.json")}
    expected |= {(CATALOGUE, "models/catalogue/*")}
    expected |= {(AUTHORIZER, "auth/tokens.json")}
    objects = [grant for grant in assembly["serving"].grants() if grant[1].startswith("s3:")]
    assert {(who, key.partition("}/")[2]) for who, _, key in objects} == expected
    assert {action for _, action, _ in objects} == {"s3:GetObject"}


def test_tokens_are_the_authorizer_s(assembly: Assembly) -> None:
    """No other role of any stack may do anything to what is under auth/."""
    keys = [(who, key) for stack in STACKS for who, action, key in assembly[stack].grants() if action.startswith("s3:")]
    assert {who for who, key in keys if "/auth" in key or key.endswith(("}/*", "}*"))} == {AUTHORIZER}


def test_no_right_is_a_wildcard(assembly: Assembly) -> None:
    """No action is one, and no resource but for the actions that know none."""
    for stack in STACKS:
        for _, action, resource in assembly[stack].grants():
            assert "*" not in action
            anything = resource == "*" or resource.endswith(":log-group:*")
            assert anything == (action in WITHOUT_A_RESOURCE)


def test_policies_fit(assembly: Assembly) -> None:
    """Each role's own policy is far from IAM's limit, and each stack has room for a dozen more models."""
    for stack in STACKS:
        for policy in assembly[stack].all("IAM::Policy"):
            assert len(json.dumps(policy["PolicyDocument"])) < POLICY_LIMIT / 2
        assert len(assembly[stack].resources) < RESOURCE_LIMIT * 3 / 4  # a model takes 10 of them, a family 10 more


def test_one_permission_a_function(assembly: Assembly) -> None:
    """A function's policy holds 20 KB: one statement, whatever the number of its paths."""
    serving = assembly["serving"]
    called = [serving.called(permission["FunctionName"]) for permission in serving.all("Lambda::Permission")]
    assert sorted(called) == sorted(serving.functions())


def test_the_gateway_calls_aliases(assembly: Assembly) -> None:
    """What is called is a version that went live, never a function's newest code."""
    serving = assembly["serving"]
    aliases = {key for key, resource in serving.resources.items() if resource["Type"] == "AWS::Lambda::Alias"}
    assert len(aliases) == len(serving.functions())
    assert {permission["FunctionName"]["Ref"] for permission in serving.all("Lambda::Permission")} == aliases


def test_nothing_has_a_physical_name(assembly: Assembly) -> None:
    """CloudFormation names things, so that they can be replaced in place; APIs and plans are known by their ids."""
    for stack in STACKS:
        for resource in assembly[stack].resources.values():
            name = PHYSICAL_NAMES.get(resource["Type"], "")
            assert name not in resource.get("Properties", {}), resource["Type"]


def test_only_the_store_is_kept(assembly: Assembly) -> None:
    """The bucket is the one thing that stays when the rest is taken down."""
    kept = {
        resource["Type"]
        for stack in STACKS
        for resource in assembly[stack].resources.values()
        if resource.get("DeletionPolicy", "Delete") != "Delete"
    }
    assert kept == {"AWS::S3::Bucket"}


def test_no_account_and_no_place_is_written_down(assembly: Assembly) -> None:
    """The templates go to whichever account and region they are deployed to; an account is twelve digits."""
    for path in assembly.files:
        content = path.read_text().replace(FULL["certificate_arn"], "")
        assert not re.search(r"(?<![0-9A-Za-z])[0-9]{12}(?![0-9A-Za-z])", content)
        assert "eu-west-1" not in content
        assert "us-east-1" not in content


def test_outputs_say_where_everything_is(assembly: Assembly) -> None:
    """The API's address, the store's, each plan and each function's log group."""
    serving = {"ApiUrl", "PlanFree", "PlanStandard", "PlanInternal", "LogGroupCatalogue", "LogGroupAuthorizer"}
    serving |= {f"LogGroup{family.name.title()}" for family in families()}
    assert serving <= assembly["serving"].outputs.keys()
    assert "StoreUrl" in assembly["artifacts"].outputs
    assert not [output for output in assembly["serving"].outputs.values() if "token" in json.dumps(output).lower()]


def test_everything_is_tagged_with_its_stage(assembly: Assembly) -> None:
    """A bill can be read by stage, and by what else cdk.json says."""
    expected = {"warmstart:stage": assembly.stage.name, **assembly.stage.tags}
    for stack in STACKS:
        for resource in assembly[stack].resources.values():
            if resource["Type"] in TAGGED:
                tags = {tag["Key"]: tag["Value"] for tag in resource["Properties"]["Tags"]}
                assert tags == expected, resource["Type"]


def test_logs_are_kept_as_long_as_the_stage_says(assembly: Assembly) -> None:
    """Each function has a log group of its own, with an end."""
    groups = assembly["serving"].all("Logs::LogGroup")
    assert len(groups) == len(assembly["serving"].functions())
    assert {group["RetentionInDays"] for group in groups} == {assembly.stage.log_days}


def test_dev_is_plain(dev: Assembly) -> None:
    """No alarm, no dashboard, no canary: code goes live at once, and nothing costs while it idles."""
    serving = dev["serving"]
    for kind in ("CloudWatch::Alarm", "CloudWatch::Dashboard", "SNS::Topic", "CodeDeploy::DeploymentGroup"):
        assert not serving.all(kind)
    assert not any("UpdatePolicy" in resource for resource in serving.resources.values())


def test_prod_is_guarded(prod: Assembly) -> None:
    """At most ten alarms, one page, and a canary for every function that three alarms can take back."""
    serving = prod["serving"]
    assert 0 < len(serving.all("CloudWatch::Alarm")) <= 10
    assert len(serving.all("CloudWatch::Dashboard")) == 1
    groups = serving.all("CodeDeploy::DeploymentGroup")
    assert len(groups) == len(serving.functions())
    assert {len(group["AlarmConfiguration"]["Alarms"]) for group in groups} == {3}


def test_every_option_arrives(full: Assembly) -> None:
    """Memory, timeout, provisioned concurrency, architecture, address of alarms and domain, where they belong."""
    serving = full["serving"]
    functions = serving.functions()
    assert (functions["lists"]["MemorySize"], functions["authorizer"]["MemorySize"]) == (2048, 512)
    assert functions["catalogue"]["Timeout"] == 7
    assert {function["Architectures"][0] for function in functions.values()} == {"arm64"}
    warm = [alias for alias in serving.all("Lambda::Alias") if "ProvisionedConcurrencyConfig" in alias]
    assert [serving.function_name(alias["FunctionName"]["Ref"]) for alias in warm] == ["lists"]
    assert serving.one("SNS::Subscription")["Endpoint"] == FULL["alarm_email"]
    assert serving.one("ApiGateway::DomainName")["DomainName"] == FULL["domain"]
    assert serving.outputs["ApiUrl"]["Value"] == f"https://{FULL['domain']}"
