"""A YAML file with the line of every item, so that an error can say where to look."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from common.errors import Invalid

LARGEST_FILE = 2 * 1024 * 1024

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
        node = yaml.compose(text, yaml.SafeLoader)
        data = yaml.safe_load(text)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise Invalid(f"{path.name} 第 {line} 行：不是有效的 YAML，请检查缩进、冒号和引号。") from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise Invalid(f"{path.name}：不是有效的 YAML（{error}），请检查日期和符号。") from error
    if node is None:
        raise Invalid(f"{path.name}：文件是空的。")
    lines: dict[Place, int] = {}
    _mark(node, (), lines, path.name)
    return Source(data, lines)


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise Invalid(f"{path.name}：文件超过 {LARGEST_FILE // 1024 // 1024} MB，不像是工作方案。")
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise Invalid(f"{path.name}：不是 UTF-8 编码，请另存为 UTF-8。") from error
    except OSError as error:
        raise Invalid(f"读不到文件 {path}：{error.strerror}。") from error


def _mark(node: yaml.Node, place: Place, lines: dict[Place, int], name: str) -> None:
    lines[place] = node.start_mark.line + 1
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
