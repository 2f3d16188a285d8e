"""People are told by a real SMTP server and a real webhook on loopback: once when it starts, once when it is over."""

import json
import subprocess
import sys
import threading
from email import message_from_bytes, policy
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

from ingress.watch.alarm import Alarm, Findings
from ingress.watch.memory import Memory
from ingress.watch.telling import InvalidAddress, find_news, mask_address, read_recipients, tell
from tools import ROOT
from tools.private_server import free_port

# on loopback there is nothing to encrypt
pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")

SILENT = Alarm("silent 5", "callgrid (key 5) sends nothing", "No request has come.", "Ask the vendor.")
FULL = Alarm("spool full", "the spool can take nothing", "It is full.", "Free space.")
NOTHING, BOTH = Findings([]), Findings([SILENT, FULL])
PASSWORD = "pw-of-mail"


class Mailbox:
    """Keeps the mails that an SMTP server takes; the server wants the user's password."""

    def __init__(self):
        self.mails = []

    async def handle_DATA(self, server, session, envelope):
        self.mails.append(message_from_bytes(envelope.content, policy=policy.default))
        return "250 taken"


def authenticate(server, session, envelope, mechanism, data):
    return AuthResult(success=data.password == PASSWORD.encode(), handled=False)


@pytest.fixture
def mailbox():
    mailbox = Mailbox()
    controller = Controller(
        mailbox,
        hostname="127.0.0.1",
        port=free_port(),
        authenticator=authenticate,
        auth_require_tls=False,
        auth_required=True,
    )
    mailbox.url = (
        f"mailto://watch:{PASSWORD}@127.0.0.1:{controller.port}?from=watch@example.com&to=ops@example.com&mode=insecure"
    )
    controller.start()
    yield mailbox
    controller.stop()


@pytest.fixture
def hook():
    """A webhook that keeps what it gets; `statuses` says how it answers, 200 when that is empty."""
    received, statuses = [], []

    class Hook(BaseHTTPRequestHandler):
        def do_POST(self):
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            status = statuses.pop(0) if statuses else 200
            if status == 200:
                received.append(body)
            self.send_response(status)
            self.end_headers()

        def log_message(self, *args):
            """Print nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Hook) as server:
        server.received, server.statuses = received, statuses
        server.url = f"json://127.0.0.1:{server.server_port}/hook-secret"
        threading.Thread(target=server.serve_forever, args=[0.01], daemon=True).start()
        yield server
        server.shutdown()


def test_a_mail_says_what_is_wrong_what_it_means_and_what_to_do(mailbox):
    (recipient,) = read_recipients(mailbox.url)

    _, problem = tell(recipient, BOTH, Memory())

    (mail,) = mailbox.mails
    text = mail.get_body().get_content()
    assert problem is None
    assert mail["Subject"] == "ingress: callgrid (key 5) sends nothing, and 1 more"
    assert mail["To"] == "ops@example.com"
    for part in (*SILENT[1:], *FULL[1:]):
        assert part in text


def test_it_is_told_once_when_it_starts_and_once_when_it_is_over(mailbox, hook):
    memory = Memory()
    for findings in (NOTHING, BOTH, BOTH, Findings([FULL]), Findings([FULL]), NOTHING, NOTHING):
        for recipient in read_recipients(f"{mailbox.url}, {hook.url}"):
            assert tell(recipient, findings, memory)[1] is None

    titles = [
        "ingress: callgrid (key 5) sends nothing, and 1 more",
        "ingress: over: callgrid (key 5) sends nothing",
        "ingress: over: the spool can take nothing",
    ]
    assert [mail["Subject"] for mail in mailbox.mails] == titles
    assert [(body["title"], body["type"]) for body in hook.received] == list(
        zip(titles, ("failure", "success", "success"), strict=True)
    )
    assert hook.received[1]["message"] == "Over: callgrid (key 5) sends nothing."


def test_who_could_not_be_told_is_told_next_time_and_others_are_not(mailbox, hook):
    memory = Memory()
    hook.statuses[:] = [500]
    told = [tell(recipient, BOTH, memory)[1] for recipient in read_recipients(f"{mailbox.url},{hook.url}")]
    told_again = [tell(recipient, BOTH, memory)[1] for recipient in read_recipients(f"{mailbox.url},{hook.url}")]

    assert told[0] is None
    assert "500" in told[1]
    assert told_again == [None, None]
    assert (len(mailbox.mails), len(hook.received)) == (1, 1)


def test_an_alarm_that_ends_before_anyone_was_told_is_never_told(hook):
    memory = Memory()
    hook.statuses[:] = [500]
    (recipient,) = read_recipients(hook.url)

    assert tell(recipient, BOTH, memory)[1]
    news, problem = tell(recipient, NOTHING, memory)

    assert (news.started, news.ended, problem) == ([], {}, None)
    assert hook.received == []


def test_what_is_unknown_is_not_over():
    known = {"silent 5": "callgrid (key 5) sends nothing", "spool full": "the spool can take nothing"}

    news = find_news(Findings([], unknown=("silent", "refused")), known)

    assert news.ended == {"spool full": "the spool can take nothing"}


@pytest.mark.parametrize("password", ["other-pw", "n0%2Fpe%40x"])
def test_a_wrong_password_is_named_without_it(mailbox, password):
    (recipient,) = read_recipients(mailbox.url.replace(PASSWORD, password))

    _, problem = tell(recipient, BOTH, Memory())

    assert mailbox.mails == []
    assert "127.0.0.1" in problem
    assert "other-pw" not in problem
    assert "n0" not in problem


def test_a_server_that_is_away_is_named_without_the_secrets():
    url = f"json://watch:{PASSWORD}@127.0.0.1:1/hook-secret?+Authorization=Bearer%20token-secret"
    (recipient,) = read_recipients(url)

    _, problem = tell(recipient, BOTH, Memory())

    assert "127.0.0.1" in problem
    assert "secret" not in problem + recipient.name
    assert PASSWORD not in problem + recipient.name


def test_every_part_of_an_address_but_its_host_is_masked():
    url = "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ/%23general?footer=no"

    text = mask_address("no: T1JJ3T3L2 and TIiajkdnlazkcOXrIdevi7FQ at slack of #general", url)

    assert not {"T1JJ3T3L2", "TIiajkdnlazkcOXrIdevi7FQ", "general"} & {*text.replace("#", " ").split()}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("json://127.0.0.1, slak://secret/secret", "Apprise cannot read address 2 (slak)."),
        ("json://127.0.0.1,mailto://secret", "Apprise cannot read address 2 (mailto)."),
        ("secret@example.com", "Apprise cannot read address 1 (without a scheme)."),
        ("json://127.0.0.1, secret@example.com", "Apprise cannot read address 1 (json)."),
    ],
)
def test_an_address_that_is_none_is_named_by_its_place_only(text, message):
    with pytest.raises(InvalidAddress) as refused:
        read_recipients(text)

    assert str(refused.value) == f"INGRESS_NOTIFY: {message}"


def test_a_setting_without_any_address_is_refused():
    with pytest.raises(InvalidAddress, match="names no address"):
        read_recipients(" , ")


@pytest.mark.slow
def test_the_service_and_its_commands_do_not_load_apprise():
    code = "import sys, ingress.__main__; sys.exit('apprise' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT).returncode == 0
