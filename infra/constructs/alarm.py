"""When there is an alarm, where it is said, and who hears of it."""

from aws_cdk import Aws
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_iam as iam
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sns_subscriptions as subscriptions
from constructs import Construct


def alarm_topic(scope: Construct, email: str | None) -> sns.Topic:
    """Make a topic for CloudWatch; with `enforce_ssl` it has a policy, which then must say who may publish."""
    topic = sns.Topic(scope, "Topic", enforce_ssl=True)
    topic.add_to_resource_policy(
        iam.PolicyStatement(
            actions=["sns:Publish"],
            principals=[iam.ServicePrincipal("cloudwatch.amazonaws.com")],
            resources=[topic.topic_arn],
            conditions={"StringEquals": {"aws:SourceAccount": Aws.ACCOUNT_ID}},
        )
    )
    if email:
        topic.add_subscription(subscriptions.EmailSubscription(email))
    return topic


def alarm_above(
    scope: Construct,
    name: str,
    *,
    metric: cloudwatch.IMetric,
    threshold: float,
    periods: int,
    says: str,
    topic: sns.Topic,
) -> cloudwatch.Alarm:
    """Make an alarm of a metric that was above a threshold for so many periods; one without data was not."""
    alarm = cloudwatch.Alarm(
        scope,
        name,
        alarm_description=says,
        metric=metric,
        threshold=threshold,
        comparison_operator=cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD,
        evaluation_periods=periods,
        treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
    )
    alarm.add_alarm_action(actions.SnsAction(topic))
    return alarm
