"""The REST API: which path goes to which function, who is asked for a token, how much each token may ask for."""

from collections.abc import Mapping, Sequence

from aws_cdk import Duration
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_certificatemanager as acm
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_xray as xray
from constructs import Construct

from infra.families import CATALOGUE, Family
from infra.gateway_responses import read_gateway_responses
from infra.outputs import title
from infra.paths import GREEDY, OPEN_RESOURCES, resources_of
from infra.plans import AUTHORIZER_CACHE_SECONDS, OPEN, PLANS, Plan
from infra.stages import Stage

Method = tuple[str, str]  # a path and a verb


class Api(Construct):
    """What `infra.local.gateway` is on one machine."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        stage: Stage,
        families: Sequence[Family],
        functions: Mapping[str, lambda_.IFunction],
        authorizer: lambda_.IFunction,
    ) -> None:
        """Declare all of it.

        Args:
            scope: the parent.
            construct_id: the name under it.
            stage: its name stands in the URL; it may have a domain and origins.
            families: whose models have paths.
            functions: a family's or the catalogue's name -> what answers.
            authorizer: what is asked about a token.
        """
        super().__init__(scope, construct_id)
        self._stage = stage
        secured = {**_owners(families), "/": CATALOGUE, GREEDY: CATALOGUE}
        open_methods = [(path, "GET") for path in OPEN_RESOURCES]
        if stage.cors_origins:  # a browser's preflight carries no token
            open_methods += [(path, "OPTIONS") for path in (*secured, *OPEN_RESOURCES)]
        self._integrations = {
            name: apigateway.LambdaIntegration(function, scope_permission_to_method=False)
            for name, function in functions.items()
        }
        self._authorizer = apigateway.TokenAuthorizer(
            self, "Authorizer", handler=authorizer, results_cache_ttl=Duration.seconds(AUTHORIZER_CACHE_SECONDS)
        )
        self.rest = apigateway.RestApi(
            self,
            "Rest",
            rest_api_name=f"warmstart-{stage.name}",  # its metrics go by it; it need not be the only one
            description="Recommendations",
            api_key_source_type=apigateway.ApiKeySourceType.AUTHORIZER,
            cloud_watch_role=False,  # that would be a setting of the whole account
            endpoint_types=[apigateway.EndpointType.REGIONAL],
            disable_execute_api_endpoint=stage.domain is not None,
            domain_name=self._domain(),
            deploy_options=self._options(open_methods),
        )
        for path, function in secured.items():
            self._add_secured(path, function)
        for path, verb in open_methods:
            self._add_open(path, verb, secured.get(path, CATALOGUE))
        self._add_own_answers()
        if stage.traced_percent is not None:
            self._sample(stage.traced_percent)
        self.plans = {name: self._plan(plan) for name, plan in PLANS.items()}

    @property
    def url(self) -> str:
        """Where it is called, without a slash at the end."""
        if self._stage.domain:
            return f"https://{self._stage.domain}"
        return self.rest.url_for_path().removesuffix("/")

    @property
    def domain_target(self) -> str | None:
        """What a DNS record of the stage's domain has to name."""
        return self.rest.domain_name.domain_name_alias_domain_name if self.rest.domain_name else None

    @property
    def dimensions(self) -> dict[str, str]:
        """Of its metrics, by names: an alarm that referred to it would wait for the aliases that wait for the alarm."""
        return {"ApiName": self.rest.rest_api_name, "Stage": self._stage.name}

    def _domain(self) -> apigateway.DomainNameOptions | None:
        if self._stage.domain is None or self._stage.certificate_arn is None:
            return None
        return apigateway.DomainNameOptions(
            domain_name=self._stage.domain,
            certificate=acm.Certificate.from_certificate_arn(self, "Certificate", self._stage.certificate_arn),
            endpoint_type=apigateway.EndpointType.REGIONAL,
            security_policy=apigateway.SecurityPolicy.TLS_1_2,
        )

    def _options(self, open_methods: Sequence[Method]) -> apigateway.StageOptions:
        held_back = apigateway.MethodDeploymentOptions(
            throttling_rate_limit=OPEN.rate_per_second, throttling_burst_limit=OPEN.burst
        )
        return apigateway.StageOptions(
            stage_name=self._stage.name,
            tracing_enabled=True,
            method_options={f"{path}/{verb}": held_back for path, verb in open_methods},
        )

    def _add_secured(self, path: str, function: str) -> None:
        self.rest.root.resource_for_path(path).add_method(
            "ANY",
            self._integrations[function],
            authorizer=self._authorizer,
            authorization_type=apigateway.AuthorizationType.CUSTOM,
            api_key_required=True,  # the authorizer names it, no client sends one
        )

    def _add_open(self, path: str, verb: str, function: str) -> None:
        self.rest.root.resource_for_path(path).add_method(
            verb, self._integrations[function], authorization_type=apigateway.AuthorizationType.NONE
        )

    def _add_own_answers(self) -> None:
        for kind, response in read_gateway_responses(self._stage.cors_origins).items():
            self.rest.add_gateway_response(
                title(kind),
                type=apigateway.ResponseType.of(kind),
                status_code=str(response.status),
                response_headers=dict(response.headers),
                templates={"application/json": response.template},
            )

    def _sample(self, percent: int) -> None:
        """Say how many requests X-Ray records, functions included: whether they do is decided here."""
        xray.CfnSamplingRule(
            self,
            "Sampling",
            sampling_rule=xray.CfnSamplingRule.SamplingRuleProperty(
                rule_name=self.rest.rest_api_name,
                service_name=f"{self.rest.rest_api_name}/{self._stage.name}",
                service_type="AWS::ApiGateway::Stage",
                fixed_rate=percent / 100,
                reservoir_size=0,
                priority=100,  # before X-Ray's own rule, which is the last
                host="*",
                http_method="*",
                url_path="*",
                resource_arn="*",
                version=1,
            ),
        )

    def _plan(self, plan: Plan) -> apigateway.UsagePlan:
        quota = apigateway.QuotaSettings(limit=plan.quota_per_day, period=apigateway.Period.DAY)
        return apigateway.UsagePlan(
            self,
            f"Plan{title(plan.name)}",
            name=f"warmstart-{self._stage.name}-{plan.name}",  # for who reads bills; plans are known by their ids
            throttle=apigateway.ThrottleSettings(rate_limit=plan.rate_per_second, burst_limit=plan.burst),
            quota=quota if plan.quota_per_day is not None else None,
            api_stages=[apigateway.UsagePlanPerApiStage(api=self.rest, stage=self.rest.deployment_stage)],
        )


def _owners(families: Sequence[Family]) -> dict[str, str]:
    """The paths of each model, and whose function answers them."""
    return {path: family.name for family in families for model in family.models for path in resources_of(model)}
