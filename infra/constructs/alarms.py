"""What wakes somebody: seven alarms for a stage, whatever the number of its models, and the page to look at then."""

from collections.abc import Mapping, Sequence

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct

from infra.constructs.alarm import alarm_above, alarm_topic
from infra.functions import AUTHORIZER, FALLBACK, INIT_PARTS, REFRESH_FAILED

MINUTE = Duration.minutes(1)  # of what must be seen while a canary is out, which is five
FIVE_MINUTES = Duration.minutes(5)
INIT_LIMIT_MS = 8_000  # Lambda begins again at 10,000
P99_LIMIT_MS = 2_000
METRICS_IN_AN_ALARM = 10  # CloudWatch takes no more


class Alarms(Construct):
    """Alarms, their topic and a dashboard."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        api: Mapping[str, str],
        functions: Mapping[str, lambda_.Function],
        log_groups: Sequence[logs.LogGroup],
        namespace: str,
        email: str | None,
    ) -> None:
        """Make all of them.

        Args:
            scope: the parent.
            construct_id: the name under it.
            api: the dimensions of its metrics.
            functions: by name, the authorizer among them.
            log_groups: theirs; Lambda's own lines in them say how long an init took.
            namespace: of the metrics that functions write.
            email: who is told; nobody if None.
        """
        super().__init__(scope, construct_id)
        self.topic = alarm_topic(self, email)
        # To the authorizer a bad token is an error, and any stranger can send one; its own failures are 5xx answers.
        own = {name: function for name, function in functions.items() if name != AUTHORIZER}
        watched: dict[str, tuple[cloudwatch.IMetric, float, int, str]] = {
            "Errors": (_sum_of(own, "Errors", MINUTE), 0, 2, "functions fail: warmstart logs"),
            "ServerErrors": (_of_api(api, "5XXError", "Average", MINUTE), 0.01, 2, "more than 1 % of answers are 5xx"),
            "Latency": (_of_api(api, "Latency", "p99", MINUTE), P99_LIMIT_MS, 2, "1 % of answers take over 2 s"),
            "Throttles": (_sum_of(functions, "Throttles", FIVE_MINUTES), 0, 2, "Lambda's concurrency is used up"),
            "InitTime": (_init_time(log_groups, namespace), INIT_LIMIT_MS, 1, "a cold start nearly took Lambda's 10 s"),
            "StaleVersion": (_own(namespace, REFRESH_FAILED), 0, 3, "a promoted version cannot be loaded"),
            "Fallback": (_fallback_share(namespace, api), 50, 3, "half of all answers come from a fallback"),
        }
        self.by_name = {
            name: self._alarm(name, metric, threshold, periods, says)
            for name, (metric, threshold, periods, says) in watched.items()
        }
        cloudwatch.Dashboard(
            self,
            "Dashboard",
            widgets=[
                [cloudwatch.AlarmStatusWidget(alarms=[*self.by_name.values()], width=24)],
                [cloudwatch.GraphWidget(title=name, left=[metric], width=8) for name, (metric, *_) in watched.items()],
                [cloudwatch.GraphWidget(title="InitParts", left=_init_parts(namespace), width=24)],
            ],
        )

    def _alarm(
        self, name: str, metric: cloudwatch.IMetric, threshold: float, periods: int, says: str
    ) -> cloudwatch.Alarm:
        alarm = alarm_above(
            self, name, metric=metric, threshold=threshold, periods=periods, says=says, topic=self.topic
        )
        alarm.add_ok_action(actions.SnsAction(self.topic))
        return alarm


def _sum_of(functions: Mapping[str, lambda_.Function], metric: str, period: Duration) -> cloudwatch.MathExpression:
    if len(functions) > METRICS_IN_AN_ALARM:
        raise ValueError(f"an alarm looks at {METRICS_IN_AN_ALARM} metrics, and there are {len(functions)} functions")
    using = {
        f"m{i}": function.metric(metric, statistic="Sum", period=period)
        for i, function in enumerate(functions.values())
    }
    return cloudwatch.MathExpression(
        expression=" + ".join(f"FILL({name}, 0)" for name in using),
        using_metrics=using,
        period=period,
        label=metric,
    )


def _of_api(api: Mapping[str, str], name: str, statistic: str, period: Duration) -> cloudwatch.Metric:
    return cloudwatch.Metric(
        namespace="AWS/ApiGateway", metric_name=name, dimensions_map=api, statistic=statistic, period=period
    )


def _own(namespace: str, name: str) -> cloudwatch.Metric:
    return cloudwatch.Metric(namespace=namespace, metric_name=name, statistic="Sum", period=FIVE_MINUTES)


def _init_time(log_groups: Sequence[logs.LogGroup], namespace: str) -> cloudwatch.Metric:
    """The longest init, out of the report that Lambda writes for each call."""
    took = "$.record.metrics.initDurationMs"
    for log_group in log_groups:
        log_group.add_metric_filter(
            "InitTime",
            filter_pattern=logs.FilterPattern.number_value(took, ">", 0),
            metric_namespace=namespace,
            metric_name="InitTime",
            metric_value=took,
        )
    return cloudwatch.Metric(namespace=namespace, metric_name="InitTime", statistic="Maximum", period=FIVE_MINUTES)


def _init_parts(namespace: str) -> list[cloudwatch.IMetric]:
    """Where the time of cold starts goes, of all functions together; the pull runs beside the imports."""
    return [
        cloudwatch.MathExpression(
            expression=f"AVG(SEARCH('{{{namespace},function}} MetricName=\"{name}\"', 'Average', 300))",
            label=name,
            period=FIVE_MINUTES,
        )
        for name in INIT_PARTS
    ]


def _fallback_share(namespace: str, api: Mapping[str, str]) -> cloudwatch.MathExpression:
    """Answers of personal models that were not personal, in percent of all calls."""
    return cloudwatch.MathExpression(
        expression="100 * FILL(fallbacks, 0) / calls",
        using_metrics={"fallbacks": _own(namespace, FALLBACK), "calls": _of_api(api, "Count", "Sum", FIVE_MINUTES)},
        period=FIVE_MINUTES,
        label="fallback share, %",
    )
