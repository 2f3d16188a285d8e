"""The reference page: it is open to all, works without the internet, and runs no script but its own files."""

import re

import pytest


@pytest.fixture
def get(client):
    """Fetch a path; return status, headers and text, the file behind it closed."""

    def get(path):
        with client.get(path) as response:
            return response.status_code, response.headers, response.text if "png" not in path else ""

    return get


def test_the_page_is_made_of_files_that_the_service_has(get):
    status, headers, page = get("/docs")

    files = re.findall(r'(?:src|href)="([^"]+)"', page)
    assert (status, headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert len(files) == 6
    assert {get("/" + file)[0] for file in files} == {200}


def test_the_page_has_neither_a_script_nor_a_style_of_its_own(get):
    page = get("/docs")[2]

    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\bstyle=|\bon\w+=|javascript:", page)


@pytest.mark.parametrize("path", ["/docs", "/docs/start.js", "/docs/nothing"])
def test_browsers_are_told_to_load_nothing_from_elsewhere(get, path):
    policy = get(path)[1]["Content-Security-Policy"]

    sources = set(re.findall(r"-src ([^;]+)", policy))
    assert sources == {"'none'", "'self'", "'self' data:"}
    assert "frame-ancestors 'none'" in policy


@pytest.mark.parametrize("name", ["nothing", "swagger-ui.js", "page.html", "__init__.py", "..%2f__init__.py", "."])
def test_no_other_file_is_served(get, name):
    assert get(f"/docs/{name}")[0] == 404


def test_nothing_can_be_sent_from_the_page(get):
    assert "supportedSubmitMethods: []" in get("/docs/start.js")[2]
