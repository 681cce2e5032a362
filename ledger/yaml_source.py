"""A YAML file with the line of every item, so that an error can say where to look."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from common.errors import Invalid
from ledger.files import why

LARGEST_FILE = 2 * 1024 * 1024
# No screen shows these, and PostgreSQL refuses some of them.
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff\ufffe\uffff]")

Place = tuple[int | str, ...]


@dataclass(frozen=True)
class Source:
    """Plain data, and the line (from 1) of each place in it."""

    data: Any
    lines: dict[Place, int]

    def line(self, place: Place) -> int:
        """The line of ``place``, or of the nearest item around it."""
        while place not in self.lines:
            place = place[:-1]
        return self.lines[place]


def read(path: Path) -> Source:
    """Read ``path``. A missing, oversized, undecodable or malformed file is Invalid, in Chinese."""
    text = _text(path)
    try:
        if any(isinstance(event, yaml.AliasEvent) for event in yaml.parse(text, yaml.SafeLoader)):
            raise Invalid(f"{path.name}：不支持 YAML 引用（*名称），请把内容写全。")
        node = yaml.compose(text, _Loader)
        data = yaml.load(text, _Loader)  # noqa: S506 - a SafeLoader
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise Invalid(
            f"{path.name} 第 {line} 行：不是有效的 YAML，请检查缩进（不用 Tab）、冒号、引号和日期。"
        ) from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise Invalid(
            f"{path.name}：不是有效的 YAML，里面有不能识别的字符或层次过多，请检查是不是方案文件。"
        ) from error
    if node is None:
        raise Invalid(f"{path.name}：文件是空的，请写入方案内容。")
    lines: dict[Place, int] = {}
    _mark(node, (), lines, path.name)
    return Source(data, lines)


class _Loader(yaml.SafeLoader):
    """The safe loader; a date or number that cannot be is an error with its line."""

    def construct_object(self, node: yaml.Node, deep: bool = False) -> Any:
        try:
            return super().construct_object(node, deep)
        except ValueError as error:
            raise yaml.constructor.ConstructorError(None, None, str(error), node.start_mark) from error


def _text(path: Path) -> str:
    try:
        if path.is_dir():
            raise Invalid(f"读不到 {path}：这是文件夹，请写明方案文件（.yaml）。")
        if path.stat().st_size > LARGEST_FILE:
            raise Invalid(f"{path.name}：文件超过 {LARGEST_FILE // 1024 // 1024} MB，不像是工作方案，请检查是否选错。")
        if not path.is_file():
            raise Invalid(f"读不到 {path}：不是普通文件，请写明方案文件（.yaml）。")
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise Invalid(f"{path.name}：不是 UTF-8 编码的文本，请用编辑器打开后另存为 UTF-8。") from error
    except OSError as error:
        raise Invalid(f"读不到文件 {path}：{why(error)}。") from error


def _mark(node: yaml.Node, place: Place, lines: dict[Place, int], name: str) -> None:
    lines[place] = node.start_mark.line + 1
    if isinstance(node, yaml.ScalarNode) and _UNPRINTABLE.search(node.value):
        raise Invalid(f"{name} 第 {lines[place]} 行：有不能显示的字符，请删去后重写。")
    if isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            _mark(item, (*place, index), lines, name)
    elif isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            inner = (*place, str(key.value))
            if inner in lines:
                raise Invalid(f"{name} 第 {key.start_mark.line + 1} 行：“{key.value}”写了两次，请只留一个。")
            _mark(value, inner, lines, name)
            lines[inner] = key.start_mark.line + 1
