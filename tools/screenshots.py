"""Make the screenshots of `docs/console/` anew: `make screenshots`."""

import base64
import json
import os
import tempfile
from contextlib import contextmanager
from itertools import product
from pathlib import Path

from pymysql.constants import CLIENT
from selenium.webdriver.common.by import By

from ingress.access.keys import hash_secret
from ingress.config import parse_database_url
from ingress.database import queries
from ingress.database.pool import Database
from tools.browser import resize, set_theme, start_browser
from tools.mariadb import PrivateMariaDB
from tools.service import serve

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "docs" / "console"
DAY = "2026-03-05"
SECRET = "only-for-the-screenshots"  # noqa: S105 - of a database that lives as long as this
LONGEST = 860  # pixels
WIDTHS = {"": 1100, "-phone": 390}  # pixels
CALL = {"cost": "12.50", "call_date": f"{DAY} 16:02:11", "date_billed": f"{DAY} 16:04:40", "notes": "RGB7F31"}


def main():
    with tempfile.TemporaryDirectory() as folder, PrivateMariaDB(folder) as server:
        os.environ |= {"TLDIALER_DATABASE_URL": server.create_database("screenshots"), "CONSOLE_SECRET": SECRET * 2}
        database = Database(parse_database_url(os.environ["TLDIALER_DATABASE_URL"]))
        admin = fill(database)
        with serve(Path(folder, "gunicorn.log")) as service, browsing() as browser:
            send_unmatched(service, database)
            sign_in(browser, f"http://127.0.0.1:{service.port}/console", admin)
            take_all(browser, f"http://127.0.0.1:{service.port}/console")


def fill(database):
    """Make the tables and a month of deliveries; return the id of an admin key."""
    database.apply_schema()
    with database.connect(client_flag=CLIENT.MULTI_STATEMENTS) as connection:
        cursor = connection.cursor()
        cursor.execute((ROOT / "tools" / "screenshots.sql").read_text(), {"last": DAY, "key_hash": hash_secret(SECRET)})
        while cursor.nextset():  # raises what a statement failed with
            pass
    protections = {"endpoints": None, "ip_addresses": None, "time_zone": None, "created": None}
    with database.connect() as connection:
        return queries.insert_api_key(
            connection, key_hash=hash_secret(SECRET), name="ann", scope="admin", **protections
        )


def send_unmatched(service, database):
    """Report a call of that day which the call log has weeks before."""
    headers = {"tld-api-id": "311", "tld-api-key": SECRET, "Content-Type": "application/json"}
    body = json.dumps(CALL).encode()
    service.send("POST", "/api/ingress/calls/inbound/billable/8005550142/7205550134", headers, body)
    with database.connect() as connection:
        connection.cursor().execute("UPDATE deliveries SET received = %s WHERE cost_id = 1", [f"{DAY} 16:04:41"])


@contextmanager
def browsing():
    browser = start_browser()
    try:
        yield browser
    finally:
        browser.quit()


def sign_in(browser, base_url, api_id):
    browser.get(base_url)
    browser.find_element(By.NAME, "api_id").send_keys(str(api_id))
    browser.find_element(By.NAME, "api_key").send_keys(SECRET)
    browser.find_element(By.CSS_SELECTOR, "form button").click()


def take_all(browser, base_url):
    """The pages in both themes, wide and as on a phone."""
    pages = {
        "overview": f"{base_url}?since={DAY}&until={DAY}",
        "deliveries": f"{base_url}/deliveries?until={DAY}",
        "delivery": find_delivery(browser, f"{base_url}/deliveries?outcome=unmatched&cid=7205550134"),
    }
    FOLDER.mkdir(exist_ok=True)
    for (name, url), theme, (suffix, width) in product(pages.items(), ("light", "dark"), WIDTHS.items()):
        set_theme(browser, theme)
        resize(browser, width)
        browser.get(url)
        take(browser, FOLDER / f"{name}-{theme}{suffix}.png", width)


def find_delivery(browser, url):
    """The address of the newest delivery in a list."""
    browser.get(url)
    return browser.find_element(By.CSS_SELECTOR, "tbody a").get_attribute("href")


def take(browser, file, width):
    """The page from its top, as long as it is, but no longer than is worth looking at."""
    height = min(browser.execute_script("return document.documentElement.scrollHeight"), LONGEST)
    clip = {"x": 0, "y": 0, "width": width, "height": height, "scale": 1}
    shot = browser.execute_cdp_cmd("Page.captureScreenshot", {"captureBeyondViewport": True, "clip": clip})
    file.write_bytes(base64.b64decode(shot["data"]))


if __name__ == "__main__":
    main()
