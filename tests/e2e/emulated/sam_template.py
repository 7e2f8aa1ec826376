"""A synthesized template as SAM can run it; `python -m tests.e2e.emulated.sam_template TEMPLATE STORE` writes it.

SAM imports no value of another stack, so the store's address is put in; and where AWS_ENDPOINT_URL is set, that too:
SAM hands a function only the variables that its template names.
"""

import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path


def for_sam(template: Path, store: str, environment: Mapping[str, str] = os.environ) -> Path:
    """Write the template with what functions need in their environment; return where."""
    content = json.loads(template.read_text())
    endpoint = {name: value for name, value in environment.items() if name == "AWS_ENDPOINT_URL"}
    for resource in content["Resources"].values():
        if resource["Type"] == "AWS::Lambda::Function":
            resource["Properties"]["Environment"]["Variables"].update({"WARMSTART_STORE": store, **endpoint})
    written = template.with_name("sam.template.json")
    written.write_text(json.dumps(content))
    return written


if __name__ == "__main__":
    for_sam(Path(sys.argv[1]), sys.argv[2])
