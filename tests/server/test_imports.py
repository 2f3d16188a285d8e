"""ingress/server could be a package of its own."""

import ast

import pytest

from tests.conftest import ROOT

FOLDER = ROOT / "ingress" / "server"


@pytest.mark.parametrize("file", sorted(FOLDER.glob("*.py")), ids=lambda file: file.stem)
def test_the_server_imports_nothing_of_the_service(file):
    nodes = list(ast.walk(ast.parse(file.read_text())))
    absolute = [alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names]
    absolute += [node.module for node in nodes if isinstance(node, ast.ImportFrom) and node.level == 0]
    depths = {node.level for node in nodes if isinstance(node, ast.ImportFrom)}

    assert [name for name in absolute if name.split(".")[0] == "ingress"] == []
    assert depths <= {0, 1}  # a folder further up is the service
