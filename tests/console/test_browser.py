"""The console as a person uses it: a real browser, with a mouse, with the keyboard alone, and as wide as a phone."""

from contextlib import contextmanager

import pytest
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from ingress import create_app
from tests.calls import CALL
from tests.conftest import SECRET, URL
from tests.statements import execute_over
from tools.browser import resize, set_theme, start_browser
from tools.service import serve

pytestmark = pytest.mark.slow

WIDTHS = (320, 390, 800, 970, 1200)  # pixels: phones, a tablet, just room for the list, a desk


@pytest.fixture(scope="module")
def base_url(environment, tmp_path_factory):
    """Two worker processes, so that a session must be good in both."""
    secret = "a secret that both processes sign with"
    log = tmp_path_factory.mktemp("console") / "log"
    with serve(log, CONSOLE_SECRET=secret, WEB_CONCURRENCY="2") as service:
        yield f"http://127.0.0.1:{service.port}/console"


@pytest.fixture(scope="module")
def started_browser(base_url):
    """Ends before the service, which would wait for its connections."""
    browser = start_browser()
    yield browser
    browser.quit()


@pytest.fixture
def browser(started_browser, dialer):
    """A browser that has seen nothing yet; no page of a test may break the rules that its answer sets."""
    started_browser.get("about:blank")
    started_browser.execute_cdp_cmd("Network.clearBrowserCookies", {})
    resize(started_browser, 1200)
    started_browser.get_log("browser")
    yield started_browser
    complaints = [line["message"] for line in started_browser.get_log("browser")]
    assert [line for line in complaints if "status of 4" not in line] == []


@pytest.fixture
def admin(create_key):
    return create_key(name="ann", scope="admin")["tld-api-id"]


@pytest.fixture
def sign_in(browser, base_url, admin):
    def sign_in(api_key=SECRET, path=""):
        browser.get(base_url + path)
        fill(browser, "api_id", admin)
        fill(browser, "api_key", api_key)
        click(browser, "main button")

    return sign_in


@pytest.fixture
def deliveries(dialer, create_key):
    """Of two platforms: 60 deliveries that cost nothing to have, then an unmatched, a refused and a billed one."""
    ringba, retreaver = create_key(name="ringba"), create_key(name="retreaver")
    client = create_app().test_client()
    client.post(
        f"{URL}/8005550142/7205550134", headers=ringba, json={"notes": "<script>document.title='hacked'</script>"}
    )
    execute_over(
        dialer.connection.cursor(),
        range(1, 61),
        "INSERT INTO deliveries (request_id, api_id, received, sent, outcome, status)"
        " SELECT request_id, api_id, received - INTERVAL seq SECOND, sent, outcome, status"
        " FROM deliveries JOIN numbers",
    )
    client.post(f"{URL}/8885550119/3035550177", headers=retreaver, json=CALL)
    client.post(f"{URL}/8005550142/7205550134", headers=retreaver, json={**CALL, "cost": "[Call:Payout]"})
    dialer.add_call()
    client.post(f"{URL}/8005550142/7205550134", headers=ringba, json=CALL)


def find(browser, selector):
    return browser.find_element(By.CSS_SELECTOR, selector)


def fill(browser, name, text):
    field = browser.find_element(By.NAME, name)
    field.clear()
    field.send_keys(text)


def click(browser, selector):
    with next_page(browser):
        find(browser, selector).click()


def follow(browser, text):
    with next_page(browser):
        browser.find_element(By.LINK_TEXT, text).click()


@contextmanager
def next_page(browser):
    """Wait until the page of now has given way to the next one; the driver then waits until that has loaded."""
    browser.execute_script("window.isOld = true")
    yield
    for _ in range(200):
        if not browser.execute_script("return window.isOld"):
            return
    raise AssertionError(f"nothing came after {browser.current_url}")


def text_of(browser, selector="main"):
    return find(browser, selector).text


def outcomes(browser):
    return [badge.text for badge in browser.find_elements(By.CSS_SELECTOR, "tbody .outcome")]


def is_overflowing(browser):
    return browser.execute_script("return document.documentElement.scrollWidth > window.innerWidth")


def test_a_wrong_key_is_refused_and_the_right_one_signs_in(browser, sign_in):
    sign_in("wrong")
    told = text_of(browser)
    sign_in()

    assert "Invalid API ID or Key" in told
    assert "What came in" in text_of(browser)


def test_a_refused_delivery_is_found_replayed_and_seen_as_billed(browser, sign_in, deliveries, dialer):
    sign_in()
    follow(browser, "1")  # unmatched, in the whole
    assert outcomes(browser) == ["unmatched"]

    follow(browser, "Deliveries")
    find(browser, "#outcome option[value=refused]").click()
    fill(browser, "did", "(800) 555-0142")
    browser.find_element(By.XPATH, "//select[@name='api_id']/option[contains(., 'retreaver')]").click()
    click(browser, "main button")
    assert outcomes(browser) == ["refused"]

    click(browser, "tbody a")
    assert "[Call:Payout] was not filled in by the sender" in text_of(browser, "#reason")
    follow(browser, "Replay")
    fill(browser, "cost", "free")
    click(browser, "main button")
    assert "Invalid Cost: free" in text_of(browser, "[role=alert]")

    fill(browser, "cost", "7.25")
    click(browser, "main button")
    assert "Replayed and billed as cost" in text_of(browser, "[role=status]")
    assert text_of(browser, "h1").endswith("billed")
    assert [str(cost["cost"]) for cost in dialer.costs()] == ["12.5000", "12.5000", "7.2500"]


def test_the_log_is_paged_to_its_end_and_back(browser, sign_in, deliveries):
    sign_in(path="/deliveries")

    first = len(outcomes(browser))
    follow(browser, "Older")
    second = len(outcomes(browser))
    follow(browser, "Newest")

    assert (first, second) == (50, 14)
    assert len(outcomes(browser)) == 50


def test_a_callers_script_does_not_run(browser, sign_in, deliveries):
    sign_in(path="/deliveries?outcome=refused&cid=7205550134")
    browser.find_elements(By.CSS_SELECTOR, "tbody a")[-1].click()

    assert "<script>document.title='hacked'</script>" in text_of(browser)
    assert browser.title.startswith("Delivery")


def test_a_session_that_ended_leads_to_the_form_and_back(browser, base_url, sign_in, dialer):
    sign_in()
    click(browser, "header button")
    signed_out = text_of(browser)
    sign_in(path="/deliveries")
    where = browser.current_url
    browser.delete_all_cookies()
    browser.refresh()

    assert "You have signed out" in signed_out
    assert where == f"{base_url}/deliveries"
    assert "Please sign in" in text_of(browser)
    assert browser.current_url.startswith(f"{base_url}/sign-in?next=")


def test_everything_can_be_done_with_the_keyboard(browser, base_url, admin, deliveries, dialer):
    def press(*keys):
        ActionChains(browser).send_keys(*keys).perform()

    def tab_to(text):
        for _ in range(60):
            focused = browser.switch_to.active_element
            if text in (focused.text, focused.get_attribute("name")):
                return
            press(Keys.TAB)
        raise AssertionError(f"the tab key does not lead to {text}")

    browser.get(base_url)
    press(admin, Keys.TAB, SECRET)
    with next_page(browser):
        press(Keys.ENTER)
    press(Keys.TAB)
    skips = browser.switch_to.active_element.text
    press(Keys.ENTER, Keys.TAB)
    is_past_the_header = browser.switch_to.active_element.text == "Today"
    with next_page(browser):
        browser.get(f"{base_url}/deliveries?outcome=refused")
    time_of_the_newest = find(browser, "tbody a").text
    for name in (time_of_the_newest, "Replay"):
        tab_to(name)
        outline = browser.switch_to.active_element.value_of_css_property("outline-style")
        with next_page(browser):
            press(Keys.ENTER)
    tab_to("cost")
    with next_page(browser):
        press("7.25", Keys.ENTER)

    assert (skips, is_past_the_header, outline) == ("Skip to the content", True, "solid")
    assert str(dialer.costs()[-1]["cost"]) == "7.2500"


def test_no_page_is_wider_than_the_screen(browser, base_url, sign_in, deliveries):
    sign_in(path="/deliveries")
    newest = find(browser, "tbody a").get_attribute("href")
    pages = [browser.current_url, base_url, newest, f"{newest}/replay", f"{base_url}/deliveries?did=x&request_id=x"]
    pages += [f"{base_url}?since=2024-01-01&until=2024-01-31", f"{base_url}/sign-in?next=x", f"{base_url}/deliveries/0"]
    too_wide = []

    for page in pages:
        browser.get(page)
        for width in WIDTHS:
            resize(browser, width)
            too_wide += [(page, width)] if is_overflowing(browser) else []

    assert too_wide == []


def test_fields_have_labels_columns_have_scopes_and_plots_are_drawn(browser, base_url, sign_in, deliveries):
    sign_in()

    for page in ("", "/deliveries"):
        browser.get(base_url + page)
        assert browser.execute_script("return [...document.querySelectorAll('th:not([scope])')].length") == 0
        fields = "[...document.querySelectorAll('input:not([type=hidden]), select')]"
        assert browser.execute_script(f"return {fields}.every(field => field.labels.length == 1)")
    browser.get(base_url)
    assert browser.execute_script("return [...document.images].map(image => image.naturalWidth > 0)") == [True, True]


def test_a_script_inside_a_page_does_not_run(browser, base_url):
    browser.get(base_url)

    script = "Object.assign(document.createElement('script'), {text: 'hacked = 1'})"
    browser.execute_script(f"document.body.append({script})")

    assert browser.execute_script("return window.hacked") is None
    assert "Content Security Policy" in browser.get_log("browser")[-1]["message"]


@pytest.mark.parametrize(("theme", "ground"), [("light", "rgb(246, 247, 245)"), ("dark", "rgb(20, 24, 27)")])
def test_a_page_is_light_or_dark_as_the_readers_system_is(browser, base_url, theme, ground):
    set_theme(browser, theme)

    browser.get(base_url)

    colour = browser.execute_script("return getComputedStyle(document.body).backgroundColor")
    set_theme(browser, "light")
    assert colour == ground
