"""Models trained anew by a schedule: a state machine, the function that is most of its steps, and who is told."""

from collections.abc import Mapping

from aws_cdk import ArnFormat, Duration, Size, Stack
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_ecr_assets as ecr_assets
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_scheduler as scheduler
from aws_cdk import aws_scheduler_targets as targets
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from infra import outputs
from infra.constructs.alarm import alarm_above, alarm_topic
from infra.constructs.log import log_group
from infra.constructs.trained import allow_training
from infra.functions import TUNING
from infra.retraining_states import STEP_SECONDS, TREND, definition
from infra.stages import Stage

ENTRYPOINT = ["/usr/local/bin/python", "-m", "awslambdaric"]
HANDLER = "training.retraining.handler.handler"
DISK_MB = 10_240  # tables and a version lie there while a step works
HOUR = 3600
WATCH_RULE = "StepFunctionsGetEventsForSageMakerTrainingJobsRule"  # by which Step Functions learns that a job has ended


class Retraining(Construct):
    """Costs nothing between two runs; a guarded stage's alarm costs as others do."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        stage: Stage,
        bucket: s3.IBucket,
        role: iam.Role,
        image: ecr_assets.DockerImageAsset,
        said: Mapping[str, str],
    ) -> None:
        """Make it.

        Args:
            scope: the parent.
            construct_id: the name under it.
            stage: says when, with how much memory, and who is told.
            bucket: the store.
            role: of the training jobs.
            image: that trains; the function runs it, too.
            said: what the stack says of how jobs run, which the function reads as `warmstart train` does.
        """
        super().__init__(scope, construct_id)
        self._stage = stage
        self.topic = alarm_topic(self, stage.alarm_email)
        self.function = self._function(bucket, image, said)
        self.jobs = self._arn("sagemaker", "training-job", f"{outputs.jobs_of(stage.name)}*")
        self.machine = self._machine(role)
        self._every(stage.retrain, "Retrain", {})
        self._every(stage.refresh_trend, "RefreshTrend", {"do": TREND})
        if stage.guarded:
            self._watch()

    def _function(
        self, bucket: s3.IBucket, image: ecr_assets.DockerImageAsset, said: Mapping[str, str]
    ) -> lambda_.DockerImageFunction:
        """The training image with another program."""
        log = log_group(Construct(self, "Execution"), self._stage)
        self.function_role = iam.Role(self, "Role", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))
        log.grant_write(self.function_role)
        allow_training(self.function_role, bucket)
        return lambda_.DockerImageFunction(
            self,
            "Function",
            description=f"warmstart {self._stage.name}: retraining",
            code=lambda_.DockerImageCode.from_ecr(
                image.repository, tag_or_digest=image.image_tag, entrypoint=ENTRYPOINT, cmd=[HANDLER]
            ),
            memory_size=self._stage.retrain_memory_mb,
            ephemeral_storage_size=Size.mebibytes(DISK_MB),
            timeout=Duration.seconds(STEP_SECONDS),
            environment={
                **TUNING,
                **said,
                "WARMSTART_STAGE": self._stage.name,
                "WARMSTART_STORE": bucket.s3_url_for_object(),
            },
            role=self.function_role,
            log_group=log,
            logging_format=lambda_.LoggingFormat.JSON,
            tracing=lambda_.Tracing.ACTIVE,
        )

    def _machine(self, role: iam.Role) -> sfn.StateMachine:
        waits = 2 if self._stage.training_spot else 1
        states = definition(
            self.function.function_arn,
            self.topic.topic_arn,
            self._stage.name,
            (waits * self._stage.training_hours + 1) * HOUR,
        )
        machine = sfn.StateMachine(
            self,
            "Machine",
            definition_body=sfn.DefinitionBody.from_string(Stack.of(self).to_json_string(states)),
            tracing_enabled=True,
            logs=sfn.LogOptions(
                destination=log_group(Construct(self, "Runs"), self._stage),
                level=sfn.LogLevel.ALL,
                include_execution_data=True,
            ),
        )
        self.topic.grant_publish(machine)
        machine.add_to_role_policy(
            iam.PolicyStatement(actions=["lambda:InvokeFunction"], resources=[self.function.function_arn])
        )
        self._allow_jobs(machine, role)
        return machine

    def _allow_jobs(self, machine: sfn.StateMachine, role: iam.Role) -> None:
        """To make, follow and stop this stage's jobs, as nobody but the role that jobs have.

        https://docs.aws.amazon.com/step-functions/latest/dg/connect-sagemaker.html
        """
        jobs = ["CreateTrainingJob", "DescribeTrainingJob", "StopTrainingJob", "AddTags"]
        watch = ["PutTargets", "PutRule", "DescribeRule"]
        for statement in (
            iam.PolicyStatement(actions=[f"sagemaker:{action}" for action in jobs], resources=[self.jobs]),
            iam.PolicyStatement(
                actions=["iam:PassRole"],
                resources=[role.role_arn],
                conditions={"StringEquals": {"iam:PassedToService": "sagemaker.amazonaws.com"}},
            ),
            iam.PolicyStatement(
                actions=[f"events:{action}" for action in watch], resources=[self._arn("events", "rule", WATCH_RULE)]
            ),
        ):
            machine.add_to_role_policy(statement)

    def _every(self, when: str | None, name: str, given: Mapping[str, str]) -> None:
        if when:
            scheduler.Schedule(
                self,
                name,
                description=f"warmstart {self._stage.name}: {name}",
                schedule=scheduler.ScheduleExpression.expression(when),
                target=targets.StepFunctionsStartExecution(
                    self.machine, input=scheduler.ScheduleTargetInput.from_object({**given})
                ),
            )

    def _watch(self) -> None:
        """A run that failed or took too long, also where it could not say so itself."""
        failed, late = self.machine.metric_failed(), self.machine.metric_timed_out()
        alarm_above(
            self,
            "Alarm",
            metric=cloudwatch.MathExpression(
                expression="FILL(failed, 0) + FILL(late, 0)",
                using_metrics={"failed": failed, "late": late},
                label="runs that failed",
            ),
            threshold=0,
            periods=1,
            says=f"a retraining failed: warmstart retrain status --stage {self._stage.name}",
            topic=self.topic,
        )

    def _arn(self, service: str, resource: str, name: str) -> str:
        return Stack.of(self).format_arn(
            service=service,
            resource=resource,
            resource_name=name,
            arn_format=ArnFormat.SLASH_RESOURCE_NAME,
        )
