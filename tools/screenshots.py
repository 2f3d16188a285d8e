"""Make the screenshots of `docs/console/` anew: `make screenshots`."""

import base64
import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import product
from pathlib import Path

from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By

from ingress.access.key_secrets import hash_secret
from ingress.config import parse_database_url
from ingress.database import queries
from ingress.database.pool import Database
from tools import ROOT
from tools.browser import resize, set_theme, start_browser
from tools.demo import run_script
from tools.private_server import PrivateServer
from tools.service import Service, serve

PICTURES = ROOT / "docs" / "console"
SHOWN_DAY = "2026-03-05"
SECRET = "only-for-the-screenshots"  # noqa: S105 - of a database that lives as long as this
MAX_HEIGHT = 860  # pixels
WIDTHS = {"": 1100, "-phone": 390}  # pixels
UNMATCHED_CALL = {
    "cost": "12.50",
    "call_date": f"{SHOWN_DAY} 16:02:11",
    "date_billed": f"{SHOWN_DAY} 16:04:40",
    "notes": "RGB7F31",
}


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, PrivateServer(Path(folder)) as server:
        os.environ |= {"TLDIALER_DATABASE_URL": server.create_database("screenshots"), "CONSOLE_SECRET": SECRET * 2}
        database = Database(parse_database_url(os.environ["TLDIALER_DATABASE_URL"]))
        api_id = fill_tables(database)
        with serve(Path(folder, "gunicorn.log")) as service, browsing() as browser:
            send_unmatched(service, database)
            console = f"http://127.0.0.1:{service.port}/console"
            open_console(browser, console, api_id)
            take_all(browser, console)


def fill_tables(database: Database) -> int:
    """Make the tables and a month of deliveries; return the id of an admin key."""
    database.apply_schema()
    run_script(database, ROOT / "tools" / "screenshots.sql", last=SHOWN_DAY, key_hash=hash_secret(SECRET))
    with database.connect() as connection:
        return queries.insert_api_key(
            connection,
            key_hash=hash_secret(SECRET),
            name="ann",
            scope="admin",
            endpoints=None,
            ip_addresses=None,
            time_zone=None,
            created=None,
        )


def send_unmatched(service: Service, database: Database) -> None:
    """Report a call of that day which the call log has weeks before."""
    headers = {"tld-api-id": "311", "tld-api-key": SECRET, "Content-Type": "application/json"}
    body = json.dumps(UNMATCHED_CALL).encode()
    service.send("POST", "/api/ingress/calls/inbound/billable/8005550142/7205550134", headers, body)
    with database.connect() as connection:
        connection.cursor().execute("UPDATE deliveries SET received = %s WHERE cost_id = 1", [f"{SHOWN_DAY} 16:04:41"])


@contextmanager
def browsing() -> Iterator[Chrome]:
    browser = start_browser()
    try:
        yield browser
    finally:
        browser.quit()


def open_console(browser: Chrome, console: str, api_id: int) -> None:
    """Sign in with the admin key."""
    browser.get(console)
    browser.find_element(By.NAME, "api_id").send_keys(str(api_id))
    browser.find_element(By.NAME, "api_key").send_keys(SECRET)
    browser.find_element(By.CSS_SELECTOR, "form button").click()


def take_all(browser: Chrome, console: str) -> None:
    """Take the pages in both themes, wide and as on a phone."""
    pages = {
        "overview": f"{console}?since={SHOWN_DAY}&until={SHOWN_DAY}",
        "deliveries": f"{console}/deliveries?until={SHOWN_DAY}",
        "delivery": newest_link(browser, f"{console}/deliveries?outcome=unmatched&cid=7205550134"),
    }
    PICTURES.mkdir(exist_ok=True)
    for (name, url), theme, (suffix, width) in product(pages.items(), ("light", "dark"), WIDTHS.items()):
        set_theme(browser, theme)
        resize(browser, width)
        browser.get(url)
        take_screenshot(browser, PICTURES / f"{name}-{theme}{suffix}.png", width)


def newest_link(browser: Chrome, url: str) -> str:
    """Return the address of the newest delivery in a list."""
    browser.get(url)
    link = browser.find_element(By.CSS_SELECTOR, "tbody a").get_attribute("href")
    if link is None:
        raise LookupError(f"no delivery is listed at {url}")
    return link


def take_screenshot(browser: Chrome, file: Path, width: int) -> None:
    """Save the page from its top, as long as it is, but no longer than MAX_HEIGHT."""
    height = min(browser.execute_script("return document.documentElement.scrollHeight"), MAX_HEIGHT)
    clip = {"x": 0, "y": 0, "width": width, "height": height, "scale": 1}
    shot = browser.execute_cdp_cmd("Page.captureScreenshot", {"captureBeyondViewport": True, "clip": clip})
    file.write_bytes(base64.b64decode(shot["data"]))


if __name__ == "__main__":
    main()
