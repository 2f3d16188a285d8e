"""The wheel works without a checkout: in an environment of its own, from an empty folder."""

import json
import os
import re
import site
import subprocess
import sys
import zipfile

import pytest

from tests.calls import CALL, PATH
from tools import BIN, ROOT
from tools import service as service_tool

pytestmark = pytest.mark.slow
BESIDE = "billable_call_ingress-{version}.data/data/share/ingress/"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """The wheel of this checkout, built from a copy so that nothing is left in it."""
    folder = tmp_path_factory.mktemp("wheel")
    files = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in files.split("\0"):
        if name and (ROOT / name).is_file():
            (folder / "copy" / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / "copy" / name).write_bytes((ROOT / name).read_bytes())
    pip = [BIN / "pip", "--disable-pip-version-check", "wheel", "--quiet", "--no-deps"]
    subprocess.run([*pip, "--wheel-dir", folder, folder / "copy"], check=True)
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def environment_folder(wheel, tmp_path_factory):
    """An environment with nothing but the wheel; the packages that it needs are borrowed from this one."""
    folder = tmp_path_factory.mktemp("environment")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    subprocess.run(
        [BIN / "pip", "--quiet", "--python", folder / "bin" / "python", "install", "--no-deps", "--no-index", wheel],
        check=True,
    )
    gunicorn = folder / "bin" / "gunicorn"
    gunicorn.write_text(f"#!{folder}/bin/python\nfrom gunicorn.app.wsgiapp import run\nrun()\n")
    gunicorn.chmod(0o755)
    next(folder.glob("lib/*/site-packages")).joinpath("borrowed.pth").write_text("\n".join(site.getsitepackages()))
    return folder


@pytest.fixture
def installed(environment_folder, tmp_path):
    """Run a program of that environment in an empty folder."""

    def run(program, *arguments):
        return subprocess.run(
            [environment_folder / "bin" / program, *arguments],
            cwd=tmp_path,
            env={"TLDIALER_DATABASE_URL": os.environ["TLDIALER_DATABASE_URL"]},
            capture_output=True,
            text=True,
        )

    return run


def test_the_wheel_holds_each_file_of_the_package_and_of_sql(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    version = re.search(r"-([\d.]+)-py3", wheel.name)[1]
    tracked = subprocess.run(
        ["git", "ls-files", "ingress", "sql", "deploy"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    wanted = [name for name in tracked.stdout.split() if "ocker" not in name and (ROOT / name).is_file()]

    beside = BESIDE.format(version=version)
    assert {name if name.startswith("ingress/") else beside + name for name in wanted} <= set(names)


def test_the_package_comes_from_the_wheel(installed, environment_folder):
    printed = installed("python", "-c", "import ingress.sql; print(ingress.__file__, ingress.sql.SQL)").stdout

    assert printed.count(str(environment_folder)) == 2


@pytest.mark.parametrize(
    ("arguments", "printed"),
    [
        (("grants", "--user", "ingress@localhost", "--database", "tldialer"), "CREATE USER"),
        (("schema", "apply"), "up to date"),
        (("pixel", "ringba", "--did", "8005550142", "--base-url", "https://calls.example.com"), "[tag:"),
    ],
)
def test_the_operators_command_works_in_an_empty_folder(installed, dialer, arguments, printed):
    result = installed("ingress", *arguments)

    assert (result.returncode, result.stderr) == (0, "")
    assert printed in result.stdout


def test_the_service_bills_a_call_without_a_checkout(environment_folder, create_key, dialer, tmp_path, monkeypatch):
    dialer.add_call()
    monkeypatch.setattr(service_tool, "BIN", environment_folder / "bin")
    monkeypatch.setattr(service_tool, "ROOT", environment_folder / "share" / "ingress")

    with service_tool.serve(tmp_path / "log") as service:
        headers = {**create_key(), "Content-Type": "application/json"}
        status, _, body = service.send("POST", PATH, headers, json.dumps(CALL).encode())
        docs, _, _ = service.send("GET", "/docs")

    assert (status, json.loads(body)["updated"], docs) == (200, 1, 200)
