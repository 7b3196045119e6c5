"""A YAML file as plain data that remembers where each of its parts stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml


class YamlError(Exception):
    """A file that cannot be read: the message begins with file:line:column."""


_Base = yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader


class _Loader(_Base):  # type: ignore[misc, valid-type]
    """`yes`, `no`, `on` and `off` are words, as in YAML 1.2; a key stands once."""

    yaml_implicit_resolvers = {  # noqa: RUF012 -- PyYAML's own name and kind
        first: [(tag, known) for tag, known in resolvers if tag != "tag:yaml.org,2002:bool" or first in "tTfF"]
        for first, resolvers in _Base.yaml_implicit_resolvers.items()
    }

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        """The mapping. Raises yaml.MarkedYAMLError when a key stands twice."""
        met: set[str] = set()
        for key, _ in node.value:
            if key.value in met:
                raise yaml.MarkedYAMLError(problem=f"the key {key.value!r} stands twice", problem_mark=key.start_mark)
            met.add(key.value)
        made: dict[Any, Any] = super().construct_mapping(node, deep)
        return made


@dataclass(frozen=True)
class YamlFile:
    """What a file holds. `root` is its tree, by which `place` finds its way."""

    path: Path
    data: dict[str, Any]
    root: yaml.Node

    def place(self, loc: Sequence[str | int] = ()) -> str:
        """file:line:column of the deepest part of `loc` that the file really holds."""
        node, mark = self.root, self.root.start_mark
        for part in loc:
            if isinstance(node, yaml.MappingNode):
                found = next(((key, value) for key, value in node.value if key.value == str(part)), None)
                if found is None:
                    break
                mark, node = found[0].start_mark, found[1]
            elif isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
                node = node.value[part]
                mark = node.start_mark
            else:
                break
        return f"{self.path}:{mark.line + 1}:{mark.column + 1}"


def read(path: Path) -> YamlFile:
    """Read a file that holds one mapping. Raises YamlError when it cannot be read, is not YAML or is no mapping."""
    try:
        loader = _Loader(path.read_text(encoding="utf-8"))
        root = loader.get_single_node()
        data = loader.construct_document(root) if root is not None else None
    except OSError as error:
        raise YamlError(f"{path}:1:1: cannot be read ({error.strerror})") from None
    except UnicodeDecodeError:
        raise YamlError(f"{path}:1:1: is not UTF-8 text") from None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        place = f"{mark.line + 1}:{mark.column + 1}" if mark else "1:1"
        raise YamlError(f"{path}:{place}: is not valid YAML: {error.problem}") from None
    except yaml.YAMLError as error:
        raise YamlError(f"{path}:1:1: is not valid YAML: {error}") from None
    if root is None or not isinstance(data, dict):
        raise YamlError(f"{path}:1:1: a rule file is a mapping of keys to values")
    return YamlFile(path, data, root)
