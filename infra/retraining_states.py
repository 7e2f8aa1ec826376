"""The states of a retraining, in Amazon States Language: check the data, train, judge, promote, or say what is wrong.

A step that refuses ends well and says why in `refused`; one that fails is caught. Both are said, and end the run as
failed. Nothing is promoted before every model is trained and judged, so a run that fails earlier changes no answer.
https://states-language.net/
"""

from typing import Any

CHECK, GATE, PROMOTE, TREND = "check", "gate", "promote", "trend"  # the steps that are the function's
STEP_SECONDS = 900  # Lambda's limit
REFUSED = "{% $exists($states.input.refused) %}"
LAMBDA_ERRORS = [  # that go by themselves, AWS's and the store's
    "Lambda.TooManyRequestsException",
    "Lambda.ServiceException",
    "Lambda.AWSLambdaException",
    "Lambda.SdkClientException",
    "StoreUnavailable",
    "Conflict",
]
WORDS = r'/"(?:errorMessage|FailureReason)": ?"(.*?)"(?:,|.$)/'  # of the function, of SageMaker
FOUND = "$found[0].groups[0]"
OTHERWISE = "$states.errorOutput.Error & ' ' & $states.errorOutput.Cause"
SAGEMAKER_ERRORS = ["SageMaker.AmazonSageMakerException", "SageMaker.ResourceLimitExceededException"]


def definition(function: str, topic: str, stage: str, train_seconds: int) -> dict[str, Any]:
    """Return the state machine.

    Args:
        function: the ARN of what checks, judges, promotes and refreshes.
        topic: the ARN of where it is said what went wrong.
        stage: whose models they are.
        train_seconds: how long a job may take, with its wait for a spot instance.
    """
    return {
        "QueryLanguage": "JSONata",
        "TimeoutSeconds": train_seconds + 8 * STEP_SECONDS,
        "StartAt": "What",
        "States": {
            "What": _choice("{% $states.input.do = 'trend' %}", "RefreshTrend", "CheckData"),
            "CheckData": _step(CHECK, function, "Checked"),
            "Checked": _choice(REFUSED, "Alarm", "Train"),
            "Train": _train(train_seconds, "Gate"),
            "Gate": _step(GATE, function, "Promote"),
            "Promote": _step(PROMOTE, function, "Promoted"),
            "RefreshTrend": _step(TREND, function, "Promoted"),
            "Promoted": _choice(REFUSED, "Alarm", "Done"),
            "Done": {"Type": "Succeed"},
            "Alarm": _alarm(topic, stage),
            "Failed": {"Type": "Fail", "Error": "Retraining", "Cause": "{% $states.input.refused %}"},
        },
    }


def _choice(condition: str, then: str, otherwise: str) -> dict[str, Any]:
    return {"Type": "Choice", "Choices": [{"Condition": condition, "Next": then}], "Default": otherwise}


def _step(step: str, function: str, then: str) -> dict[str, Any]:
    """A call of the function, tried again where the store or Lambda could not."""
    return {
        "Type": "Task",
        "Resource": "arn:aws:states:::lambda:invoke",
        "Arguments": {"FunctionName": function, "Payload": {"step": step, "input": "{% $states.input %}"}},
        "Output": "{% $states.result.Payload %}",
        "TimeoutSeconds": STEP_SECONDS + 60,
        "Retry": [_retry(LAMBDA_ERRORS, seconds=5)],
        "Catch": [_catch(f"{step} failed")],
        "Next": then,
    }


def _train(seconds: int, then: str) -> dict[str, Any]:
    """A job, followed to its end: the request is whole, as `warmstart train --on sagemaker` makes it."""
    return {
        "Type": "Task",
        "Resource": "arn:aws:states:::sagemaker:createTrainingJob.sync",
        "Arguments": "{% $states.input.request %}",
        "Output": {"job": "{% $states.input.request.TrainingJobName %}", "taken": "{% $states.input.taken %}"},
        "TimeoutSeconds": seconds,
        "Retry": [_retry(SAGEMAKER_ERRORS, seconds=60)],
        "Catch": [_catch("training failed in ' & $states.input.request.TrainingJobName & '")],
        "Next": then,
    }


def _alarm(topic: str, stage: str) -> dict[str, Any]:
    """An e-mail that says what went wrong, what that means and what to do."""
    todo = (
        f"What is served: warmstart models --stage {stage}. The runs and their jobs: warmstart retrain status --stage "
        f"{stage}, warmstart job NAME --stage {stage}. Once it is mended: warmstart retrain start --stage {stage}."
    )
    return {
        "Type": "Task",
        "Resource": "arn:aws:states:::sns:publish",
        "Arguments": {
            "TopicArn": topic,
            "Subject": f"warmstart {stage}: retraining",
            "Message": f"{{% $states.input.refused & '\n\n{todo}' %}}",
        },
        "Output": "{% $states.input %}",
        "TimeoutSeconds": 60,
        "Retry": [_retry(["States.ALL"], seconds=5)],
        "Catch": [{"ErrorEquals": ["States.ALL"], "Output": "{% $states.input %}", "Next": "Failed"}],
        "Next": "Failed",
    }


def _retry(errors: list[str], *, seconds: int) -> dict[str, Any]:
    return {
        "ErrorEquals": errors,
        "IntervalSeconds": seconds,
        "MaxAttempts": 4,
        "BackoffRate": 2,
        "JitterStrategy": "FULL",
    }


def _catch(what: str) -> dict[str, Any]:
    """Whatever went wrong, in the words of the function or of SageMaker where they are found."""
    why = f"($found := $match($states.errorOutput.Cause, {WORDS}); $exists($found) ? {FOUND} : {OTHERWISE})"
    return {
        "ErrorEquals": ["States.ALL"],
        "Output": {"refused": f"{{% '{what}: ' & {why} %}}"},
        "Next": "Alarm",
    }
