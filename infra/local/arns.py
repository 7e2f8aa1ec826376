"""What AWS would call the things that run here."""

REGION = "us-east-1"
ACCOUNT = "123456789012"
API_ID = "local"
STAGE = "local"


def method_arn(method: str, raw_path: str) -> str:
    """The name of one call of the API, which policies allow or deny."""
    return f"arn:aws:execute-api:{REGION}:{ACCOUNT}:{API_ID}/{STAGE}/{method}{raw_path}"


def function_arn(name: str) -> str:
    """The name of a function."""
    return f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{name}"
