"""Rows in tables: the port, DynamoDB, and a fake."""

from shared.tables.dynamo import DynamoTables
from shared.tables.memory import MemoryTables
from shared.tables.ports import (
    Absent,
    Check,
    Condition,
    ConditionFailed,
    Delete,
    Equals,
    Exists,
    Item,
    Key,
    OneOf,
    Page,
    Put,
    Table,
    Tables,
    TransactWrite,
    Update,
    Write,
)

__all__ = [
    "Absent",
    "Check",
    "Condition",
    "ConditionFailed",
    "Delete",
    "DynamoTables",
    "Equals",
    "Exists",
    "Item",
    "Key",
    "MemoryTables",
    "OneOf",
    "Page",
    "Put",
    "Table",
    "Tables",
    "TransactWrite",
    "Update",
    "Write",
]
