"""The rule language: a typed tree over the catalogue of fields. Numbers are in the field's own unit (元, 月, 基点).

A rule set is a tuple of top-level rules. Hard rules decide the verdict; ``weight`` makes a rule count in the score.
"""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, model_validator

from enterprises.facts import FIELDS, FieldType

MAX_DEPTH = 8
MAX_NODES = 200


class _Node(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class _OnField(_Node):
    field: str

    def _require(self, *types: FieldType) -> None:
        if self.field not in FIELDS:
            raise ValueError(f"没有字段“{self.field}”")
        if FIELDS[self.field].type not in types:
            raise ValueError(f"字段“{FIELDS[self.field].label}”不能用 {self.__class__.__name__}")


class Compare(_OnField):
    """``field`` ≥, >, ≤ or < ``value``."""

    op: Literal["ge", "gt", "le", "lt"]
    value: int

    @model_validator(mode="after")
    def _check(self) -> "Compare":
        self._require(FieldType.NUMBER)
        return self


class Between(_OnField):
    """``low`` ≤ ``field`` ≤ ``high``."""

    op: Literal["between"]
    low: int
    high: int

    @model_validator(mode="after")
    def _check(self) -> "Between":
        self._require(FieldType.NUMBER)
        if self.low > self.high:
            raise ValueError(f"下限 {self.low} 大于上限 {self.high}")
        return self


class In(_OnField):
    """``field`` is one of ``values``."""

    op: Literal["in"]
    values: Annotated[tuple[str, ...], Field(min_length=1, strict=False)]

    @model_validator(mode="after")
    def _check(self) -> "In":
        self._require(FieldType.CATEGORY)
        _require_vocabulary(self.field, self.values)
        return self


class SetTest(_OnField):
    """The set ``field`` holds any, or all, of ``values``."""

    op: Literal["any_of", "all_of"]
    values: Annotated[tuple[str, ...], Field(min_length=1, strict=False)]

    @model_validator(mode="after")
    def _check(self) -> "SetTest":
        self._require(FieldType.SET)
        _require_vocabulary(self.field, self.values)
        return self


class IsTrue(_OnField):
    """The yes/no ``field`` is yes."""

    op: Literal["is_true"]

    @model_validator(mode="after")
    def _check(self) -> "IsTrue":
        self._require(FieldType.BOOL)
        return self


class Group(_Node):
    """All, or any, of ``items``."""

    op: Literal["all", "any"]
    items: Annotated[tuple["Node", ...], Field(min_length=1, strict=False)]


class Not(_Node):
    """The opposite of ``item``."""

    op: Literal["not"]
    item: "Node"


Node = Annotated[Compare | Between | In | SetTest | IsTrue | Group | Not, Field(discriminator="op")]


class Rule(_Node):
    """One top-level condition with a stable code and a Chinese label."""

    code: str = Field(min_length=1, max_length=40)
    label: str = Field(min_length=1, max_length=60)
    hard: bool = True
    weight: int = Field(default=0, ge=0, le=100)
    test: Node

    @model_validator(mode="after")
    def _check(self) -> "Rule":
        depth, nodes = _measure(self.test)
        if depth > MAX_DEPTH or nodes > MAX_NODES:
            raise ValueError(f"条件过于复杂（{depth} 层 {nodes} 项，上限 {MAX_DEPTH} 层 {MAX_NODES} 项）")
        return self


RuleSet = tuple[Rule, ...]
_ADAPTER: TypeAdapter[tuple[Rule, ...]] = TypeAdapter(tuple[Rule, ...])


def parse(data: object) -> RuleSet:
    """Validate stored or submitted JSON; raise pydantic's ValidationError, also on duplicate codes."""
    rules = _ADAPTER.validate_python(data, strict=False)
    codes = [rule.code for rule in rules]
    if duplicates := {code for code in codes if codes.count(code) > 1}:
        raise ValueError(f"条件编号重复：{'、'.join(sorted(duplicates))}")
    return rules


def dump(rules: RuleSet) -> list[dict[str, object]]:
    """The JSON that :func:`parse` reads back equal."""
    return [rule.model_dump(mode="json") for rule in rules]


def _require_vocabulary(field: str, values: tuple[str, ...]) -> None:
    declared = FIELDS[field]
    if not declared.open and (strange := [value for value in values if value not in declared.vocabulary]):
        raise ValueError(f"“{declared.label}”没有选项：{'、'.join(strange)}")


def _measure(node: Node) -> tuple[int, int]:
    match node:
        case Group():
            parts = [_measure(item) for item in node.items]
        case Not():
            parts = [_measure(node.item)]
        case _:
            parts = []
    return 1 + max((depth for depth, _ in parts), default=0), 1 + sum(count for _, count in parts)
