"""The ground everything stands on: environment values, embedded servers, /healthz, serve."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from apps.core import health
from bianzhi import embedded, env

ROOT = Path(__file__).resolve().parent.parent.parent
OURS = ("BIANZHI_", "DJANGO_", "DATABASE_", "REDIS_", "SECRET_KEY", "ALLOWED_HOSTS")
PATIENCE = 240  # seconds; usually one to ten, more on a machine that is busy with other things


def surroundings(**values: str) -> dict[str, str]:
    """Return the environment of a newcomer's shell, plus `values`."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
    return {**plain, **values}


def wait_for(what: Callable[[], Any], *, seconds: float = PATIENCE) -> Any:
    """Return the first truthy answer of `what`; fail after `seconds`."""
    deadline = time.monotonic() + seconds
    while not (answer := what()):
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.1)
    return answer


# Environment values


@pytest.mark.parametrize(
    ("read", "value"),
    [
        (env.flag, "maybe"),
        (env.integer, "1.5"),
        (env.integer, "１２"),
        (lambda name: env.integer(name, at_least=1), "0"),
        (lambda name: env.integer(name, at_most=9), "10"),
        (lambda name: env.choice(name, ("a", "b")), "c"),
        (lambda name: env.url(name, ("redis",)), "http://here"),
        (lambda name: env.url(name, ("redis",)), "redis:"),
        (lambda name: env.url(name, ("redis",)), "redis://here:port/0"),
        (lambda name: env.secret(name, at_least=50), "short"),
        (env.text, "two\nlines"),
        (env.text, ""),
        (lambda name: env.secret(name), "   "),
    ],
)
def test_a_wrong_value_is_refused_with_its_name(monkeypatch, read, value):
    monkeypatch.setenv("X_VALUE", value)
    with pytest.raises(env.EnvironmentRefused, match=r"X_VALUE.*。$"):
        read("X_VALUE")


def test_right_values_are_read_by_type(monkeypatch):
    for name, value in {
        "A": "on",
        "B": "-3",
        "C": "a, b,,",
        "D": "x",
        "E": "redis://h:1/0",
    }.items():
        monkeypatch.setenv(name, value)
    assert env.flag("A") is True
    assert env.integer("B", at_least=-3) == -3
    assert env.words("C") == ["a", "b"]
    assert env.path("D") == Path.cwd() / "x"
    assert env.url("E", ("redis",)) == "redis://h:1/0"
    assert env.integer("UNSET", 7) == 7


def test_a_secret_comes_from_its_file(monkeypatch, tmp_path):
    file = tmp_path / "secret"
    monkeypatch.setenv("X_FILE", str(file))
    with pytest.raises(env.EnvironmentRefused, match="X_FILE"):
        env.secret("X")
    file.write_text("\n")
    with pytest.raises(env.EnvironmentRefused, match="X_FILE"):
        env.secret("X")
    file.write_text("long and random\n")
    assert env.secret("X") == "long and random"
    monkeypatch.setenv("X", "another")
    with pytest.raises(env.EnvironmentRefused, match="只能设置一个"):
        env.secret("X")


PRODUCTION = {
    "DJANGO_SETTINGS_MODULE": "bianzhi.settings.prod",
    "SECRET_KEY": "k" * 50,
    "ALLOWED_HOSTS": "bianzhi.example",
    "BIANZHI_KEYS_DIR": "/nonexistent/keys",
    "DATABASE_URL": "postgresql://u:p%40ss@db.example:5433/bz?sslmode=require",
    "REDIS_URL": "redis://redis.example:6379/0",
}


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"SECRET_KEY": ""}, "SECRET_KEY"),
        ({"SECRET_KEY": "short"}, "SECRET_KEY"),
        ({"ALLOWED_HOSTS": ""}, "ALLOWED_HOSTS"),
        ({"ALLOWED_HOSTS": "*"}, "ALLOWED_HOSTS"),
        ({"BIANZHI_DEMO": "1"}, "BIANZHI_DEMO"),
        ({"BIANZHI_KEYS_DIR": ""}, "BIANZHI_KEYS_DIR"),
        ({"DATABASE_URL": "mysql://u:topsecret@h/d"}, "DATABASE_URL"),
        ({"DATABASE_URL": "postgresql://u:topsecret@h/"}, "DATABASE_URL"),
    ],
)
def test_production_refuses_to_start_with_one_sentence(tmp_path, change, named):
    environment = surroundings(**{**PRODUCTION, "BIANZHI_VAR": str(tmp_path / "var"), **change})
    done = subprocess.run(
        [sys.executable, "manage.py", "check"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    sentence = done.stderr.strip()
    assert "\n" not in sentence
    assert named in sentence
    assert "topsecret" not in sentence


def test_production_reads_the_given_addresses_and_starts_no_server(tmp_path):
    script = (
        "import json; from django.conf import settings as s; from bianzhi import embedded;"
        "embedded.hold(); d = s.DATABASES['default'];"
        "print(json.dumps([d['HOST'], d['PORT'], d['NAME'], d['USER'], d['PASSWORD'],"
        "d['OPTIONS']['sslmode'], s.CELERY_BROKER_URL, s.SESSION_COOKIE_SECURE, s.DEBUG]))"
    )
    var = tmp_path / "var"
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=ROOT,
        env=surroundings(**PRODUCTION, BIANZHI_VAR=str(var)),
        capture_output=True,
        text=True,
        check=True,
    )
    address = ["db.example", "5433", "bz", "u", "p@ss", "require", "redis://redis.example:6379/0"]
    assert json.loads(done.stdout) == [*address, True, False]
    assert not (var / "run").exists()


def test_a_long_folder_name_still_gives_a_usable_socket(monkeypatch, tmp_path):
    var = tmp_path / ("编制" * 40)
    monkeypatch.setenv("BIANZHI_VAR", str(var))
    at = embedded.endpoints()
    assert at == embedded.endpoints()
    assert len(os.fsencode(at.database_socket / ".s.PGSQL.5432.lock")) <= 100
    assert not at.sockets.exists()
    assert not var.exists()


# Embedded servers. One folder for all of these tests: making the database files takes longest.

HOLDER = """
import sys
from bianzhi import embedded
embedded.hold()
import psycopg2, redis
at = embedded.endpoints()
with psycopg2.connect(at.database_url()) as connection, connection.cursor() as cursor:
    cursor.execute("SELECT current_user, current_setting('data_checksums'), "
                   "(SELECT rolsuper FROM pg_roles WHERE rolname = current_user)")
    user, checksums, superuser = cursor.fetchone()
assert redis.Redis.from_url(at.redis_url).ping()
print(user, checksums, superuser, flush=True)
sys.stdin.read()
"""


@pytest.fixture(scope="module")
def var(tmp_path_factory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("运行 folder") / "var"
    yield folder
    wait_for(lambda: not processes_of(folder))


def processes_of(folder: Path) -> list[psutil.Process]:
    """Return every process of this var folder, found by command line and environment."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.pid == os.getpid() or process.status() == psutil.STATUS_ZOMBIE:
                continue
            about = " ".join([*process.cmdline(), process.environ().get("BIANZHI_VAR", "")])
        except psutil.Error:
            continue
        if str(folder) in about:
            found.append(process)
    return found


def named(processes: list[psutil.Process], name: str) -> list[psutil.Process]:
    return [process for process in processes if process.name() == name]


@pytest.fixture
def holder(var: Path) -> Iterator[Callable[[], subprocess.Popen[str]]]:
    started: list[subprocess.Popen[str]] = []

    def start() -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-c", HOLDER],
            cwd=ROOT,
            env=surroundings(BIANZHI_VAR=str(var)),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        assert process.stdout is not None
        assert process.stdout.readline() == "bianzhi_app on False\n"
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


def test_the_last_holder_stops_the_servers(var, holder):
    first, second = holder(), holder()
    running = processes_of(var)
    assert len(named(running, "valkey-server") + named(running, "redis-server")) == 1
    assert not [connection for one in running for connection in one.net_connections("tcp")]

    first.communicate("")
    assert named(processes_of(var), "postgres")

    second.communicate("")
    assert processes_of(var) == []


def test_a_killed_holder_leaves_nothing_behind(var, holder):
    holder().kill()
    wait_for(lambda: not processes_of(var))


def test_servers_killed_outright_start_again(var, holder):
    one = holder()
    for process in processes_of(var):
        if process.pid != one.pid:
            process.kill()
    one.kill()
    one.wait()
    assert (var / "postgres/data/postmaster.pid").exists()
    assert (var / "run/redis.sock").exists() or len(str(var)) > 60

    holder().communicate("")
    assert processes_of(var) == []


def test_a_command_stops_what_it_started(var):
    done = subprocess.run(
        [sys.executable, "manage.py", "showmigrations", "contenttypes"],
        cwd=ROOT,
        env=surroundings(BIANZHI_VAR=str(var)),
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert "0001_initial" in done.stdout
    assert processes_of(var) == []


# /healthz


def test_healthz_is_ok_when_all_parts_answer(client, db, redis_server):
    health.beat()
    response = client.get("/healthz")
    assert response.status_code == 200
    parts = response.json()
    assert parts.pop("version")
    assert parts == dict.fromkeys(("status", "database", "redis", "worker"), "ok")
    assert 0 < redis_server.ttl(health.HEARTBEAT_KEY) <= 15


def test_healthz_names_a_silent_worker(client, db, redis_server):
    response = client.get("/healthz")
    assert response.status_code == 503
    assert response.json()["worker"] == "down"
    assert response.json()["database"] == "ok"


def test_healthz_names_a_missing_redis(client, db, settings, tmp_path):
    settings.REDIS_URL = f"unix://{tmp_path}/no.sock"
    response = client.get("/healthz")
    assert response.status_code == 503
    assert (response.json()["redis"], response.json()["worker"]) == ("down", "unknown")


def test_healthz_answers_without_a_database(tmp_path):
    script = (
        "import django; django.setup(); from django.test import Client;"
        "r = Client(headers={'host': 'localhost'}).get('/healthz');"
        "print(r.status_code, r.content.decode())"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=ROOT,
        env=surroundings(
            DJANGO_SETTINGS_MODULE="bianzhi.settings.dev",
            DATABASE_URL="postgresql://nobody@127.0.0.1:1/none",
            REDIS_URL="redis://127.0.0.1:1/0",
            BIANZHI_VAR=str(tmp_path / "var"),
        ),
        capture_output=True,
        text=True,
        check=True,
    )
    status, _, body = done.stdout.strip().splitlines()[-1].partition(" ")
    assert status == "503"
    assert json.loads(body)["database"] == "down"


# serve


@pytest.fixture
def portal(var: Path) -> Iterator[tuple[psutil.Popen, str]]:
    """`manage.py serve` on a free port: the process and its address, once it has said so."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = psutil.Popen(
        [sys.executable, "manage.py", "serve"],
        cwd=ROOT,
        env=surroundings(BIANZHI_VAR=str(var), BIANZHI_HTTP=f"127.0.0.1:{port}", BIANZHI_DEMO="0"),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    address = f"http://127.0.0.1:{port}"
    try:
        said = ""
        while "按 Ctrl-C 停止" not in said:
            line = process.stdout.readline()
            assert line, said  # it has ended
            said += line
        assert f"编制平台已启动：{address}/" in said
        wait_for(lambda: healthy(address))
        yield process, address
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()
        process.stdout.close()


def healthy(address: str) -> bool:
    try:
        with urllib.request.urlopen(f"{address}/healthz", timeout=5) as answer:
            return json.load(answer)["status"] == "ok"
    except urllib.error.HTTPError as refusal:
        refusal.close()
        return False
    except OSError:
        return False


def web_servers(portal: psutil.Process) -> list[psutil.Process]:
    return [
        one
        for one in portal.children()
        if one.status() != psutil.STATUS_ZOMBIE and "gunicorn" in one.cmdline()
    ]


def test_ctrl_c_leaves_nothing_running(var, portal):
    process, address = portal
    assert healthy(address)

    # A part that dies is started again.
    (web,) = web_servers(process)
    web.kill()
    wait_for(lambda: [one for one in web_servers(process) if one.pid != web.pid])
    wait_for(lambda: healthy(address))

    process.send_signal(signal.SIGINT)
    output = process.stdout.read()
    assert process.wait(PATIENCE) == 0
    assert "正在重新启动" in output
    assert processes_of(var) == []


def test_a_killed_portal_leaves_nothing_running(var, portal):
    process, address = portal
    assert healthy(address)
    process.kill()
    process.wait()
    wait_for(lambda: not processes_of(var))
