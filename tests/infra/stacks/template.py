"""A template as questions about properties: no logical id is ever written in a test."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Properties = dict[str, Any]


def text(value: Any) -> str:
    """A value as one line: parts joined, what is only known when deployed as {Name}."""
    match value:
        case str() | int():
            return str(value)
        case {"Fn::Join": [separator, parts]}:
            return str(separator).join(map(text, parts))
        case {"Fn::GetAtt": [name, attribute]}:
            return f"{{{name}.{attribute}}}"
        case {"Ref": name} | {"Fn::ImportValue": name}:
            return f"{{{text(name)}}}"
        case {"Fn::Select": [index, {"Fn::Split": [_, whole]}]}:
            return f"{text(whole)}[{index}]"
        case {"Fn::Sub": pattern}:
            return str(pattern)
    raise AssertionError(value)


@dataclass(frozen=True)
class Template:
    """A synthesized template."""

    content: Mapping[str, Any]

    @property
    def resources(self) -> dict[str, dict[str, Any]]:
        """All of them, by logical id."""
        found: dict[str, dict[str, Any]] = self.content["Resources"]
        return found

    @property
    def outputs(self) -> dict[str, Any]:
        """Its outputs, but for what other stacks import."""
        return {name: output for name, output in self.content["Outputs"].items() if "Export" not in output}

    def all(self, kind: str) -> list[Properties]:
        """The properties of every resource of a type, without its AWS::."""
        return [resource.get("Properties", {}) for _, resource in self._of(kind)]

    def one(self, kind: str) -> Properties:
        """The properties of the only resource of a type."""
        (properties,) = self.all(kind)
        return properties

    def functions(self) -> dict[str, Properties]:
        """The properties of the functions by name, which stands last in their descriptions."""
        return {self.function_name(key): resource["Properties"] for key, resource in self._of("Lambda::Function")}

    def function_name(self, logical_id: str) -> str:
        """The name of a function, or of the one that an alias names."""
        properties = self.resources[logical_id]["Properties"]
        if "FunctionName" in properties:
            return self.function_name(properties["FunctionName"]["Ref"])
        return str(properties.get("Description", logical_id)).rpartition(": ")[2]

    def called(self, uri: Any) -> str:
        """The name of the function that an integration or a permission names, or that its alias does."""
        callable_ = [*self._of("Lambda::Alias"), *self._of("Lambda::Function")]
        (key,) = [key for key, _ in callable_ if f"{{{key}}}" in text(uri) or f"{{{key}.Arn}}" in text(uri)]
        return self.function_name(key)

    def methods(self) -> dict[tuple[str, str], Properties]:
        """The API's methods by verb and path."""
        return {
            (properties["HttpMethod"], self._path(properties["ResourceId"])): properties
            for properties in self.all("ApiGateway::Method")
        }

    def grants(self, effect: str = "Allow") -> Iterator[tuple[str, str, str]]:
        """Who may do what to what, or may not: the name of a function or a role's logical id, an action, a resource."""
        for policy in self.all("IAM::Policy"):
            for role in policy["Roles"]:
                for statement in policy["PolicyDocument"]["Statement"]:
                    if statement["Effect"] == effect:
                        for action in _listed(statement["Action"]):
                            for resource in _listed(statement["Resource"]):
                                yield self._owner(role["Ref"]), action, text(resource)

    def _owner(self, role: str) -> str:
        for name, properties in self.functions().items():
            if properties["Role"] == {"Fn::GetAtt": [role, "Arn"]}:
                return name
        return role

    def _path(self, resource_id: Any) -> str:
        if "Ref" not in resource_id:
            return "/"
        properties = self.resources[resource_id["Ref"]]["Properties"]
        return f"{self._path(properties['ParentId']).rstrip('/')}/{properties['PathPart']}"

    def _of(self, kind: str) -> Iterator[tuple[str, dict[str, Any]]]:
        for key, resource in self.resources.items():
            if resource["Type"] == f"AWS::{kind}":
                yield key, resource


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
