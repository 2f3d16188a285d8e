"""What the database URL may ask of a connection, and that whatever goes wrong in connecting means `no connection`."""

import ssl
import subprocess
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from environs import EnvError
from pymysql._auth import sha2_rsa_encrypt

from ingress.config import parse_database_url
from ingress.database.connecting import make_ssl_context
from ingress.database.pool import Database
from ingress.errors import TLDialerConnectionError
from tests.servers import IS_MARIADB
from tools.private_server import PrivateServer

CALL = {"cost": "12.5", "call_date": "2024-03-05T14:21:09Z"}
ANY_ERROR = [RuntimeError("a package is missing"), ssl.SSLError("no certificate"), OSError("no file"), ValueError("no")]


@pytest.fixture(scope="module")
def tls_server(tmp_path_factory):
    """A server whose certificate is like those that MySQL makes itself: of a CA of its own, without any host's name."""
    folder = tmp_path_factory.mktemp("tls")
    make_certificate(folder, "ca", "Auto_Generated_CA_Certificate")
    make_certificate(folder, "server", "Auto_Generated_Server_Certificate", ca="ca")
    make_certificate(folder, "other", "Another CA")
    options = [f"--ssl-{name}={folder / file}" for name, file in SSL_FILES.items()]
    with PrivateServer(folder / "server", *options) as server:
        yield server


SSL_FILES = {"ca": "ca.pem", "cert": "server.pem", "key": "server.key"}


def make_certificate(folder, name, subject, ca=None):
    signer = ["-CA", f"{ca}.pem", "-CAkey", f"{ca}.key"] if ca else ["-addext", "basicConstraints=critical,CA:TRUE"]
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", f"/CN={subject}", *signer]
    files = ["-keyout", f"{name}.key", "-out", f"{name}.pem"]
    subprocess.run([*command, *files], cwd=folder, check=True, stderr=subprocess.DEVNULL)


@pytest.fixture
def url(tls_server):
    """Make a URL with TLS and these further options."""
    plain = tls_server.create_database("tls_test")

    def make(options="", ca="ca"):
        return f"{plain}?ssl_ca={tls_server.folder.parent / ca}.pem{options}"

    return make


def cipher_of(url):
    with Database(parse_database_url(url)).connect() as connection, connection.cursor() as cursor:
        cursor.execute("SHOW SESSION STATUS LIKE 'Ssl_cipher'")
        return cursor.fetchone()[1]


def test_a_certificate_without_the_hosts_name_is_refused(url, caplog):
    with pytest.raises(TLDialerConnectionError):
        cipher_of(url())

    assert "certificate is not valid for '127.0.0.1'" in caplog.text


def test_a_certificate_without_the_hosts_name_is_taken_when_the_url_says_so(url):
    assert cipher_of(url("&ssl_verify_identity=0"))


@pytest.mark.slow
def test_a_server_without_tls_is_refused_where_the_url_wants_it(tmp_path, url, caplog):
    with PrivateServer(tmp_path, "--skip-ssl" if IS_MARIADB else "--tls-version=") as server:
        ca = url("&ssl_verify_identity=0").partition("?")[2]

        with pytest.raises(TLDialerConnectionError):
            cipher_of(f"{server.create_database('tls_test')}?{ca}")

    assert "SSL is required but the server doesn't support it" in caplog.text


def test_a_certificate_of_another_ca_is_refused_also_without_a_name_to_compare(url):
    with pytest.raises(TLDialerConnectionError):
        cipher_of(url("&ssl_verify_identity=0", ca="other"))


def test_only_a_certificate_without_a_name_may_lack_extensions(url):
    strict, lenient = (make_ssl_context(parse_database_url(url(text))) for text in ("", "&ssl_verify_identity=0"))

    assert strict.verify_flags == ssl.create_default_context().verify_flags
    assert not lenient.verify_flags & ssl.VERIFY_X509_STRICT
    assert strict.verify_mode == lenient.verify_mode == ssl.CERT_REQUIRED


@pytest.mark.parametrize("options", ["?ssl_verify_identity=0", "?ssl_verify_identity=no", "?ssl_verify=0"])
def test_options_of_the_url_that_mean_nothing_are_refused(options):
    with pytest.raises(EnvError):
        parse_database_url(f"mysql://ingress:secret@127.0.0.1/tldialer{options}")


def test_a_password_can_be_encrypted_for_a_mysql_server_without_tls():
    """With MySQL's usual plugin caching_sha2_password PyMySQL does that whenever the server has not cached it."""
    key = rsa.generate_private_key(65537, 2048).public_key()
    pem = key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)

    encrypted = sha2_rsa_encrypt(b"password", b"x" * 20, pem)

    assert len(encrypted) == 256


@pytest.mark.parametrize("error", ANY_ERROR, ids=lambda error: type(error).__name__)
def test_any_error_in_connecting_is_the_documented_503_and_its_reason_is_logged(dialer, post, broken, caplog, error):
    broken(error)

    response = post(json={"cost": 1})

    assert (response.status_code, response.json) == (503, {"error": "TLDialer Connection Error"})
    assert str(error) in caplog.text


def test_a_request_is_kept_whatever_error_connecting_raises(spool_folder, post, dialer, broken):
    assert post(json={**CALL, "cost": 1}).status_code == 200
    broken(RuntimeError("a package is missing"))

    assert post(json=CALL).status_code == 202


@pytest.fixture
def broken(app, monkeypatch):
    """Called with an error, connecting raises it from then on, and no connection is open."""

    def break_connecting(error):
        def fail(*args, **kwargs):
            raise error

        monkeypatch.setattr(Database, "connect_to", fail)
        kept = getattr(app.extensions["database"].kept, "connection", None)
        if kept and kept.open:
            kept.close()

    return break_connecting


def test_a_host_is_tried_whatever_error_the_one_before_it_raised(tables, monkeypatch):
    connect_to, tried = Database.connect_to, []

    def fail_once(*args):
        tried.append(args)
        if len(tried) == 1:
            raise RuntimeError("a package is missing")
        return connect_to(*args)

    monkeypatch.setattr(Database, "connect_to", fail_once)
    database = Database(replace(tables.url, hosts=tables.url.hosts * 2))

    database.connect().close()

    assert len(tried) == 2


def test_the_password_is_sent_in_utf_8_as_the_server_has_hashed_it(tables, server, monkeypatch):
    with server.admin() as connection, connection.cursor() as cursor:
        cursor.execute("SET NAMES utf8mb4")
        cursor.execute("DROP USER IF EXISTS polyglot")
        cursor.execute("CREATE USER polyglot IDENTIFIED BY 'pä€'")
        cursor.execute(f"GRANT SELECT ON {tables.url.database}.* TO polyglot")
    url = f"mysql://polyglot:p%C3%A4%E2%82%AC@127.0.0.1:{server.port}/{tables.url.database}"

    Database(parse_database_url(url)).connect().close()
