"""Conditions and updates in DynamoDB's expression language."""

from typing import Any

from shared.tables.ports import (
    Absent,
    Check,
    Condition,
    Delete,
    Equals,
    Exists,
    Key,
    OneOf,
    Put,
    TransactWrite,
    Update,
)
from shared.tables.values import encode, encode_item


def encode_key(key: Key) -> dict[str, Any]:
    """A row's key in DynamoDB's notation."""
    return {"pk": {"S": key[0]}, "sk": {"S": key[1]}}


class Expression:
    """Collects the names and values that an expression stands for.

    Every name goes through a `#n` placeholder, since DynamoDB reserves 573 words, `name`,
    `state`, `owner` and `total` among them.
    """

    def __init__(self) -> None:
        self._names: dict[str, str] = {}
        self._values: dict[str, Any] = {}

    def name(self, attribute: str) -> str:
        """The placeholder of an attribute."""
        return self._names.setdefault(attribute, f"#n{len(self._names)}")

    def value(self, value: Any) -> str:
        """The placeholder of a value."""
        placeholder = f":v{len(self._values)}"
        self._values[placeholder] = encode(value)
        return placeholder

    def arguments(self) -> dict[str, Any]:
        """The arguments that say what the placeholders are; DynamoDB refuses empty ones."""
        found: dict[str, Any] = {}
        if self._names:
            found["ExpressionAttributeNames"] = {p: name for name, p in self._names.items()}
        if self._values:
            found["ExpressionAttributeValues"] = self._values
        return found

    def condition(self, condition: Condition) -> str:
        """The text of a condition."""
        match condition:
            case Absent():
                return f"attribute_not_exists({self.name('pk')})"
            case Exists():
                return f"attribute_exists({self.name('pk')})"
            case Equals(values):
                tests = [self._equal(*pair) for pair in values.items()]
            case OneOf(name, options):
                tests = [f"({' OR '.join(self._equal(name, option) for option in options)})"]
        return " AND ".join([f"attribute_exists({self.name('pk')})", *tests])

    def update(self, update: Update) -> str:
        """The text of what an update changes."""
        clauses = {
            "SET": [f"{self.name(n)} = {self.value(v)}" for n, v in update.set.items()],
            "ADD": [f"{self.name(n)} {self.value(v)}" for n, v in update.add.items()],
            "REMOVE": [self.name(n) for n in update.remove],
        }
        return " ".join(f"{verb} {', '.join(parts)}" for verb, parts in clauses.items() if parts)

    def _equal(self, name: str, value: Any) -> str:
        equal = f"{self.name(name)} = {self.value(value)}"
        if value is None:
            return f"(attribute_not_exists({self.name(name)}) OR {equal})"
        return equal


def arguments(table: str, write: TransactWrite) -> dict[str, Any]:
    """The arguments of PutItem, UpdateItem, DeleteItem or ConditionCheck for a write."""
    expression = Expression()
    found: dict[str, Any] = {"TableName": table}
    match write:
        case Put(item):
            found["Item"] = encode_item(item)
        case Update(key):
            found["Key"] = encode_key(key)
            found["UpdateExpression"] = expression.update(write)
        case Delete(key) | Check(key):
            found["Key"] = encode_key(key)
    if write.when is not None:
        found["ConditionExpression"] = expression.condition(write.when)
    return found | expression.arguments()


def transact_item(table: str, write: TransactWrite) -> dict[str, Any]:
    """One entry of TransactWriteItems."""
    kind = "ConditionCheck" if isinstance(write, Check) else type(write).__name__
    return {kind: arguments(table, write)}
