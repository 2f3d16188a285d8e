"""The house: imports run downward, in no circle, and a module-level name means one thing in the whole package."""

import ast
from collections import defaultdict
from pathlib import Path

import pytest

from tools.service import ROOT

PACKAGE = ROOT / "ingress"
# From the top down. A room may import from those below it; `__init__` is the factory, which puts all together.
ROOMS = (
    *(
        "__main__",
        "__init__",
        "commands",
        "openapi",
        "console",
        "billable",
        "invoice",
        "watch",
        "monitoring",
        "spool",
        "access",
        "billing",
    ),
    *(
        "delivery",
        "database",
        "intake",
        "counters",
        "server",
        "errors",
        "repeats",
        "clock",
        "config",
        "alarm_hours",
        "outcome",
        "sql",
    ),
)
EVERYWHERE = {"log", "repeats", "blueprint", "init_app"}  # what each module that has one calls so


def name_module(path):
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {name_module(path): path for path in sorted(PACKAGE.rglob("*.py"))}


def room_of(module):
    return module.split(".")[1] if "." in module else "__init__"


def without_type_checking(tree):
    """Empty the blocks that only a type checker reads."""
    for node in tree.body:
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            node.body.clear()
    return tree


def list_imports(module):
    """Yield the modules of the package that this one imports when it runs, type checking left out."""
    path = MODULES[module]
    package = module if path.name == "__init__.py" else module.rpartition(".")[0]
    for node in ast.walk(without_type_checking(ast.parse(path.read_text()))):
        if isinstance(node, ast.ImportFrom) and (node.level or (node.module or "").split(".")[0] == "ingress"):
            parts = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
            source = ".".join([*parts, *([node.module] if node.module else [])])
            yield from {
                f"{source}.{name.name}" if f"{source}.{name.name}" in MODULES else source for name in node.names
            }


@pytest.mark.parametrize("module", MODULES)
def test_a_module_imports_only_from_its_own_room_and_those_below(module):
    below = ROOMS[ROOMS.index(room_of(module)) :]

    rooms = {room_of(imported) for imported in list_imports(module)}

    assert rooms <= {*below}


def test_the_server_knows_nothing_of_the_service():
    imported = {name for module in MODULES if room_of(module) == "server" for name in list_imports(module)}

    assert {room_of(module) for module in imported} == {"server"}


def test_no_module_imports_itself_through_others():
    imports = {module: {name for name in list_imports(module) if name != module} for module in MODULES}
    while leaves := {module for module, imported in imports.items() if not imported & imports.keys()}:
        imports = {module: imported for module, imported in imports.items() if module not in leaves}

    assert imports == {}


def list_names(path):
    """Yield the names that a module defines for others."""
    for node in ast.parse(path.read_text()).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            yield node.name
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        for target in filter(None, targets):
            yield from (part.id for part in ast.walk(target) if isinstance(part, ast.Name))


def test_a_name_means_one_thing_in_the_whole_package():
    places = defaultdict(set)
    for module, path in MODULES.items():
        for name in list_names(path):
            places[name].add(module)

    clashes = {name: found for name, found in places.items() if len(found) > 1 and not name.startswith("__")}
    assert clashes.keys() <= EVERYWHERE


def test_each_folder_of_the_package_says_what_it_is():
    for path in PACKAGE.rglob("__init__.py"):
        assert ast.get_docstring(ast.parse(path.read_text())), Path(path).parent
