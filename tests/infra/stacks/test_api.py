"""The REST API, alone in a bare stack: what goes where, who is asked for a token, what the gateway says itself."""

import json
from typing import Any

import pytest

from infra.constructs.api import Api
from infra.families import Family
from infra.gateway_responses import read_gateway_responses
from infra.paths import OPEN_RESOURCES
from infra.plans import AUTHORIZER_CACHE_SECONDS, OPEN, PLANS
from tests.infra.stacks.synthesis import FAMILY, FULL, a_function, a_stack, a_stage, template_of
from tests.infra.stacks.template import Template, text

OTHER = Family("knn", models=("item_knn",), preload=(), memory_mb=512, timeout_s=9, disk_mb=512, image_mb=1)


def serving(**settings: Any) -> Template:
    """A stack with an API before four functions that do nothing."""
    stack = a_stack()
    Api(
        stack,
        "Api",
        stage=a_stage(**settings),
        families=(FAMILY, OTHER),
        functions={name: a_function(stack, name) for name in ("lists", "knn", "catalogue")},
        authorizer=a_function(stack, "authorizer"),
    )
    return template_of(stack)


@pytest.fixture(scope="module")
def api() -> Template:
    """The API of a stage that says nothing."""
    return serving()


def test_each_model_s_paths_go_to_its_family(api: Template) -> None:
    """ANY /reco/m, /reco/m/... and /similar/m/... belong to the family, and nothing else does."""
    owners = {key: api.called(method["Integration"]["Uri"]) for key, method in api.methods().items()}
    assert {key: owner for key, owner in owners.items() if owner != "catalogue"} == {
        ("ANY", f"{path}"): family.name
        for family in (FAMILY, OTHER)
        for model in family.models
        for path in (f"/reco/{model}", f"/reco/{model}/{{proxy+}}", f"/similar/{model}/{{proxy+}}")
    }


def test_the_catalogue_answers_all_else(api: Template) -> None:
    """The root and every unknown path of any verb go to it, and so do the open pages."""
    owners = {key: api.called(method["Integration"]["Uri"]) for key, method in api.methods().items()}
    assert {key for key, owner in owners.items() if owner == "catalogue"} == {
        ("ANY", "/"),
        ("ANY", "/{proxy+}"),
        *(("GET", path) for path in OPEN_RESOURCES),
    }


def test_all_but_the_open_pages_ask_for_a_token(api: Template) -> None:
    """Each method has the authorizer and counts against a plan, or is one of those that need neither."""
    for (verb, path), method in api.methods().items():
        is_open = (verb, path) in {("GET", page) for page in OPEN_RESOURCES}
        assert method["AuthorizationType"] == ("NONE" if is_open else "CUSTOM"), path
        assert ("AuthorizerId" in method) != is_open, path
        assert method.get("ApiKeyRequired", False) != is_open, path


def test_the_gateway_passes_on_and_does_nothing_itself(api: Template) -> None:
    """Every integration is a proxy: no validator, no model, no mock, no template of a request."""
    assert not api.all("ApiGateway::RequestValidator")
    assert not api.all("ApiGateway::Model")
    for method in api.methods().values():
        assert method["Integration"]["Type"] == "AWS_PROXY"
        assert not method.keys() & {"RequestValidatorId", "RequestModels", "RequestParameters", "MethodResponses"}


def test_a_token_is_looked_at_once_a_minute(api: Template) -> None:
    """The answer of the authorizer is kept for as long as plans.py says, by the header that holds the token."""
    authorizer = api.one("ApiGateway::Authorizer")
    assert authorizer["Type"] == "TOKEN"
    assert authorizer["AuthorizerResultTtlInSeconds"] == AUTHORIZER_CACHE_SECONDS == 60
    assert authorizer["IdentitySource"] == "method.request.header.Authorization"
    assert api.called(authorizer["AuthorizerUri"]) == "authorizer"


def test_calls_count_against_the_key_that_the_authorizer_names(api: Template) -> None:
    """No client sends an API key."""
    assert api.one("ApiGateway::RestApi")["ApiKeySourceType"] == "AUTHORIZER"


def test_one_permission_a_function(api: Template) -> None:
    """However many paths a function has, its policy has one statement, for this API alone."""
    permissions = api.all("Lambda::Permission")
    assert sorted(api.called(permission["FunctionName"]) for permission in permissions) == sorted(api.functions())
    for permission in permissions:
        assert permission["Principal"] == "apigateway.amazonaws.com"
        assert "execute-api" in text(permission["SourceArn"])


def test_the_gateway_s_own_answers_are_ours(api: Template) -> None:
    """All 21 of them, with status, headers and body as the file says, and as problem+json."""
    expected = read_gateway_responses()
    found = {response["ResponseType"]: response for response in api.all("ApiGateway::GatewayResponse")}
    assert len(found) == 21
    assert found.keys() == expected.keys()
    for kind, response in found.items():
        headers = {key.rpartition(".")[2]: value for key, value in response["ResponseParameters"].items()}
        assert headers == dict(expected[kind].headers)
        assert headers["content-type"] == "'application/problem+json'"
        assert response["StatusCode"] == str(expected[kind].status)
        assert response["ResponseTemplates"] == {"application/json": expected[kind].template}
        assert json.loads(expected[kind].template)["status"] == expected[kind].status


def test_the_plans_are_those_of_every_gateway(api: Template) -> None:
    """Rate, burst and quota of each, and each belongs to the deployed stage."""
    plans = {plan["UsagePlanName"].rpartition("-")[2]: plan for plan in api.all("ApiGateway::UsagePlan")}
    assert plans.keys() == PLANS.keys()
    for name, plan in plans.items():
        expected = PLANS[name]
        assert plan["Throttle"] == {"RateLimit": expected.rate_per_second, "BurstLimit": expected.burst}
        quota = expected.quota_per_day
        assert plan.get("Quota") == (None if quota is None else {"Limit": quota, "Period": "DAY"})
        assert len(plan["ApiStages"]) == 1


def test_open_pages_are_held_back(api: Template) -> None:
    """Whoever has no token finds a limit, and nothing is paid for by the method."""
    settings = {
        (setting["HttpMethod"], setting["ResourcePath"].replace("~1", "/").removeprefix("/")): setting
        for setting in api.one("ApiGateway::Stage")["MethodSettings"]
    }
    for path in OPEN_RESOURCES:
        limits = settings["GET", path]
        assert (limits["ThrottlingRateLimit"], limits["ThrottlingBurstLimit"]) == (OPEN.rate_per_second, OPEN.burst)
    assert not any(setting.get("MetricsEnabled") for setting in settings.values())


def test_the_account_is_left_alone(api: Template) -> None:
    """No role for CloudWatch, no setting that other APIs of the account would feel."""
    assert not api.all("ApiGateway::Account")
    assert api.one("ApiGateway::Stage")["TracingEnabled"]
    assert api.one("ApiGateway::RestApi")["EndpointConfiguration"] == {"Types": ["REGIONAL"]}


def test_a_stage_says_how_many_requests_are_traced(api: Template) -> None:
    """Its rule speaks of its own API alone, under the name that X-Ray knows it by; without one, X-Ray's own holds."""
    assert not api.all("XRay::SamplingRule")
    rule = serving(traced_percent=20).one("XRay::SamplingRule")["SamplingRule"]
    assert (rule["FixedRate"], rule["ReservoirSize"]) == (0.2, 0)
    assert (rule["ServiceName"], rule["ServiceType"]) == ("warmstart-dev/dev", "AWS::ApiGateway::Stage")


def test_without_origins_no_browser_may_call(api: Template) -> None:
    """Nothing answers a preflight, and no answer carries a header of CORS."""
    assert "OPTIONS" not in {verb for verb, _ in api.methods()}
    assert "access-control" not in json.dumps(api.content).lower()


def test_with_origins_every_path_answers_a_preflight() -> None:
    """OPTIONS needs no token, goes to the function of its path, and has a limit; the gateway's answers can be read."""
    template = serving(cors_origins=FULL["cors_origins"])
    methods = template.methods()
    preflights = {path: method for (verb, path), method in methods.items() if verb == "OPTIONS"}
    assert preflights.keys() == {path for _, path in methods}
    settings = template.one("ApiGateway::Stage")["MethodSettings"]
    limited = [setting for setting in settings if setting["HttpMethod"] == "OPTIONS"]
    assert len(limited) == len(preflights)
    for path, method in preflights.items():
        other = methods.get(("ANY", path)) or methods["GET", path]
        assert method["AuthorizationType"] == "NONE"
        assert method["Integration"] == other["Integration"]
    expected = read_gateway_responses(tuple(FULL["cors_origins"]))
    for answer in template.all("ApiGateway::GatewayResponse"):
        headers = {key.rpartition(".")[2]: value for key, value in answer["ResponseParameters"].items()}
        assert headers == dict(expected[answer["ResponseType"]].headers)


def test_a_domain_is_the_only_way_in() -> None:
    """With a domain of its own, the API's address of AWS is closed, and TLS is at least 1.2."""
    template = serving(domain=FULL["domain"], certificate_arn=FULL["certificate_arn"])
    domain = template.one("ApiGateway::DomainName")
    assert (domain["DomainName"], domain["SecurityPolicy"]) == (FULL["domain"], "TLS_1_2")
    assert domain["RegionalCertificateArn"] == FULL["certificate_arn"]
    assert template.one("ApiGateway::BasePathMapping")["DomainName"]
    assert template.one("ApiGateway::RestApi")["DisableExecuteApiEndpoint"] is True


def test_what_the_gateway_says_is_deployed_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """A change in its own answers, or in how long the authorizer's are kept, makes a new deployment."""
    before = deployed(serving())
    monkeypatch.setattr("infra.constructs.api.AUTHORIZER_CACHE_SECONDS", 30)
    authorized = deployed(serving())
    responses = {kind: answer for kind, answer in read_gateway_responses().items() if kind != "THROTTLED"}
    monkeypatch.setattr("infra.constructs.api.read_gateway_responses", lambda *_: responses)
    assert len({before, authorized, deployed(serving())}) == 3


def deployed(template: Template) -> str:
    """Which deployment of the API is live: a change that has no new one is never seen."""
    return text(template.one("ApiGateway::Stage")["DeploymentId"])
