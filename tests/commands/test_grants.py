"""`ingress grants`: its script is run on the real server, and its users do their whole work and nothing else."""

import json
import re
from datetime import datetime

import pymysql
import pytest
from click.testing import CliRunner
from pymysql.constants import CLIENT, ER

from ingress import create_app
from ingress.__main__ import main
from ingress.config import parse_database_url
from ingress.database.pool import Database
from ingress.database.schema import CREATED
from ingress.sql import SQL
from tests.calls import CALL, PATH
from tests.database.test_schema import EARLIER
from tests.dialer import Dialer
from tests.statements import STATEMENTS

pytestmark = pytest.mark.slow

DATABASE = "grants_test"
USERS = ("billing", "billing_owner", "billing_reader")
DENIED = {ER.TABLEACCESS_DENIED_ERROR, ER.COLUMNACCESS_DENIED_ERROR, ER.DBACCESS_DENIED_ERROR}


def grants(*arguments):
    return CliRunner().invoke(main, ["grants", *arguments])


def print_script():
    return grants(
        *("--database", DATABASE, "--user", "billing@127.0.0.1"),
        *("--owner", "billing_owner@127.0.0.1", "--reader", "billing_reader@127.0.0.1"),
    ).output


@pytest.fixture
def administer(mortal_server):
    """Run a script as the administrator, as `| mariadb` would."""

    def run(script):
        with mortal_server.admin(client_flag=CLIENT.MULTI_STATEMENTS) as connection, connection.cursor() as cursor:
            cursor.execute(script)
            while cursor.nextset():
                pass

    return run


@pytest.fixture
def empty_server(administer):
    """A server without our database and users."""
    users = "".join(f"DROP USER IF EXISTS {user}@127.0.0.1;" for user in USERS)
    administer(f"DROP DATABASE IF EXISTS {DATABASE}; {users}")


@pytest.fixture
def grant(administer, mortal_server):
    """Run the printed script; return the URL of each role."""

    def run():
        script = print_script()
        administer(script)
        printed = re.findall(r"^-- (\w+): (mysql://.*)$", script, re.MULTILINE)
        return {role: url.replace(":3306/", f":{mortal_server.port}/") for role, url in printed}

    return run


@pytest.fixture
def urls(empty_server, grant):
    return grant()


@pytest.fixture
def service(urls, monkeypatch):
    """The application, as the printed user."""
    monkeypatch.setenv("TLDIALER_DATABASE_URL", urls["service"])
    return create_app()


@pytest.fixture
def as_admin(mortal_server, urls):
    """What the dialer does, and what became of it."""
    with mortal_server.admin() as connection:
        connection.select_db(DATABASE)
        yield Dialer(connection)


def run_command(app, *arguments):
    result = app.test_cli_runner().invoke(args=arguments)
    assert result.exit_code == 0, result.output
    return result.output


def execute(url, statement):
    with Database(parse_database_url(url)).connect() as connection, connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall()


def test_on_an_empty_server_the_service_is_ready_at_once(service):
    assert service.test_client().get("/readyz").json == {"status": "ready"}


def test_the_service_does_its_whole_work_with_its_user(service, as_admin):
    lead_id = as_admin.add_call()
    made = json.loads(run_command(service, "keys", "create", "--name", "ringba", "--endpoint", "/api/*"))
    headers = {"tld-api-id": str(made["api_id"]), "tld-api-key": made["api_key"]}
    client = service.test_client()

    billed = client.post(PATH, headers=headers, json=CALL).json
    corrected = client.post(PATH, headers=headers, json={**CALL, "cost": "18.75"}).json
    refused = client.post(PATH, headers=headers, json={})
    replayed = run_command(service, "deliveries", "replay", find_refused(as_admin), "--set", "cost=3")
    run_command(service, "costs", "cancel", billed["cost_id"], "--reason", "never billable")
    run_command(service, "match")

    assert (billed["updated"], billed["first_contact"], corrected["corrected_from"]) == (1, 1, "12.5000")
    assert (refused.status_code, json.loads(replayed)["cost"]) == (400, "3")
    assert as_admin.lead_cost(lead_id) == as_admin.first_contact_cost(lead_id) == 0
    assert as_admin.execute("SELECT COUNT(*) AS changes FROM cost_changes").fetchone()["changes"] == 2


def find_refused(as_admin):
    return str(
        as_admin.execute("SELECT delivery_id FROM deliveries WHERE outcome = 'refused'").fetchone()["delivery_id"]
    )


@pytest.mark.parametrize(
    "arguments",
    [
        ("keys", "list"),
        ("deliveries", "list"),
        ("deliveries", "prune"),
        ("schema", "apply"),
    ],
)
def test_each_further_command_works_with_the_services_user(service, arguments):
    run_command(service, *arguments)


def test_a_table_that_the_services_user_may_not_create_is_an_error(service, administer):
    administer(f"DROP TABLE {DATABASE}.cost_changes")

    result = service.test_cli_runner().invoke(args=["schema", "apply"])

    assert result.exit_code == 1
    assert "CREATE command denied" in result.output


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE call_costs SET notes = ''",
        "UPDATE call_costs SET date_billed = NOW()",
        "DELETE FROM call_costs",
        "UPDATE cost_changes SET cost_to = 0",
        "DELETE FROM cost_changes",
        "UPDATE leads SET vendor_id = 1",
        "INSERT INTO leads (lead_id) VALUES (1)",
        "DELETE FROM lead_first_contacts",
        "UPDATE tldialer_call_log SET cost = 0",
        "DELETE FROM api_keys",
        "ALTER TABLE deliveries DROP KEY once",
        "DROP TABLE deliveries",
        "CREATE TABLE another (id INT)",
        "SELECT * FROM mysql.user",
    ],
)
def test_the_services_user_may_do_nothing_else(urls, statement):
    with pytest.raises(pymysql.MySQLError) as refusal:
        execute(urls["service"], statement)

    assert refusal.value.args[0] in DENIED


@pytest.fixture
def dialers_database(empty_server, administer):
    """A dialer's own database: it has a lead with a column of which we know nothing, and none of our tables."""
    administer(
        f"CREATE DATABASE {DATABASE} CHARACTER SET latin1; USE {DATABASE};"
        " CREATE TABLE leads (lead_id BIGINT UNSIGNED PRIMARY KEY, vendor_id INT, account_id INT, cost DECIMAL(12,4),"
        " ssn CHAR(9)) ENGINE = InnoDB;"
        " INSERT INTO leads VALUES (7, 1, 2, NULL, '123456789');"
    )


def test_a_dialers_tables_stay_as_they_are(dialers_database, grant):
    urls = grant()

    assert execute(urls["service"], "SELECT lead_id, vendor_id, account_id, cost FROM leads") == ((7, 1, 2, None),)
    with pytest.raises(pymysql.MySQLError) as refusal:
        execute(urls["service"], "SELECT ssn FROM leads")
    assert refusal.value.args[0] in DENIED


def test_a_second_run_keeps_passwords_and_keys(urls, service, grant):
    run_command(service, "keys", "create", "--name", "ringba")

    again = grant()

    assert json.loads(run_command(service, "keys", "list"))["name"] == "ringba"
    assert again["service"] != urls["service"]
    with pytest.raises(pymysql.MySQLError, match="Access denied"):
        pymysql.connect(**connection_arguments(again["service"]))


def connection_arguments(url):
    parsed = parse_database_url(url)
    ((host, port),) = parsed.hosts
    return {"host": host, "port": port, "user": parsed.user, "password": parsed.password}


def test_the_owner_brings_an_earlier_version_up_to_date(empty_server, administer, grant):
    administer(f"CREATE DATABASE {DATABASE}; USE {DATABASE}; {EARLIER}")

    owner = Database(parse_database_url(grant()["owner"]))

    assert len(owner.apply_schema(drops_unused=True)) > 5
    assert owner.apply_schema(drops_unused=True) == []


@pytest.mark.parametrize(
    "statement", ["SELECT cost FROM leads", "UPDATE call_costs SET cost = 0", "DROP TABLE api_keys"]
)
def test_the_owner_may_neither_read_the_dialers_tables_nor_drop_ours(urls, statement):
    with pytest.raises(pymysql.MySQLError) as refusal:
        execute(urls["owner"], statement)

    assert refusal.value.args[0] in DENIED


@pytest.mark.parametrize("name", ["list_cost_changes", "list_deliveries", "find_logged_delivery", "list_costs"])
def test_the_reader_reads_what_reports_need(urls, name):
    names = set(re.findall(r"%\((\w+)\)s", STATEMENTS[name]))
    values = {name: datetime(2026, 3, 5) if name in ("since", "until") else 1 for name in names}

    with Database(parse_database_url(urls["reader"])).connect() as connection, connection.cursor() as cursor:
        assert cursor.execute(STATEMENTS[name], values or None) == 0


@pytest.mark.parametrize("statement", ["SELECT key_hash FROM api_keys", "UPDATE call_costs SET cost = 0"])
def test_the_reader_sees_no_hash_and_changes_nothing(urls, statement):
    with pytest.raises(pymysql.MySQLError) as refusal:
        execute(urls["reader"], statement)

    assert refusal.value.args[0] in DENIED


@pytest.mark.parametrize("role", ["service", "owner"])
def test_each_table_of_the_schema_has_rights(role):
    granted = re.findall(
        rf"^GRANT .* ON {{database}}\.(\w+) TO {{{role}}};", (SQL / "grants.sql").read_text(), re.MULTILINE
    )

    assert set(granted) == set(CREATED.findall(STATEMENTS["schema"]))


def test_what_is_not_wanted_is_not_printed():
    printed = grants("--user", "ingress@10.0.0.%", "--database", "tldialer").output

    assert "TO 'ingress'@'10.0.0.%';" in printed
    assert "@HOST:3306/tldialer" in printed
    assert "owner" not in printed
    assert "{" not in printed


def test_a_user_without_a_host_may_come_from_any():
    assert "TO 'ingress'@'%';" in grants("--user", "ingress", "--database", "tldialer").output


def test_the_database_is_that_of_the_settings(tmp_path, monkeypatch):
    monkeypatch.delenv("TLDIALER_DATABASE_URL")
    (tmp_path / "env").write_text("TLDIALER_DATABASE_URL=mysql://a:b@127.0.0.1/of_the_settings\n")

    printed = CliRunner().invoke(main, ["--env-file", str(tmp_path / "env"), "grants", "--user", "ingress@%"]).output

    assert "CREATE DATABASE IF NOT EXISTS `of_the_settings`" in printed


@pytest.mark.parametrize(
    "arguments",
    [
        ("--user", "in'gress@localhost"),
        ("--user", "ingress@"),
        ("--user", "ingress@local'host"),
        ("--user", "ingress@localhost", "--database", "a`b"),
        ("--user", "ingress@localhost", "--owner", "ingress@localhost"),
    ],
)
def test_what_is_no_account_or_no_name_is_refused(arguments):
    refused = grants(*arguments)

    assert refused.exit_code == 2
    assert "CREATE" not in refused.output
