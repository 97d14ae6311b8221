"""What an installation is started from: compose file, image, and the scripts they call."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import psycopg2
import pytest
import yaml
from django.db import connection

ROOT = Path(__file__).resolve().parents[2]
LONG_RUNNING = {"database", "redis", "web", "worker", "beat"}


@pytest.fixture(scope="module")
def compose():
    return yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))


def test_every_service_that_stays_has_a_health_check_and_comes_back(compose):
    image = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    for name in LONG_RUNNING:
        service = compose["services"][name]
        assert service["restart"] == "unless-stopped", name
        assert "healthcheck" in service or (name == "web" and "HEALTHCHECK" in image), name


def test_secrets_are_files_and_nowhere_values(compose):
    assert {s["file"].split("/")[1] for s in compose["secrets"].values()} == {"secrets"}
    for name, service in compose["services"].items():
        for key, value in (service.get("environment") or {}).items():
            if any(word in key for word in ("PASSWORD", "SECRET", "_URL")):
                assert key.endswith("_FILE"), f"{name}: {key}"
                assert str(value).startswith("/run/"), f"{name}: {key}"
        assert not any("PASSWORD=" in str(part) for part in service.get("command") or "")


def test_data_lies_in_volumes(compose):
    mounted = {
        place.split(":")[0] for s in compose["services"].values() for place in s.get("volumes", ())
    }
    assert {"database", "redis", "media", "backups"} <= mounted
    assert "postgres:18" in compose["services"]["database"]["image"]


def test_the_portal_waits_for_the_schema(compose):
    for name in ("web", "worker", "beat"):
        waits = compose["services"][name]["depends_on"]["migrate"]["condition"]
        assert waits == "service_completed_successfully"


def test_the_image_copies_no_secret_and_runs_as_nobody_special():
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").split()
    assert {"var", "secrets", ".git", ".venv"} <= set(ignored)
    lines = (ROOT / "Dockerfile").read_text(encoding="utf-8").splitlines()
    assert lines.index("USER bianzhi") < next(i for i, x in enumerate(lines) if x.startswith("CMD"))


def test_addresses_are_written_for_their_reader_alone(tmp_path):
    secrets = tmp_path / "secrets"
    secrets.mkdir()
    for name, value in {
        "app_password": "p@ss/1",
        "owner_password": "o",
        "redis_password": "r",
    }.items():
        (secrets / name).write_text(value + "\n")
    out = tmp_path / "out"
    environment = {**os.environ, "SECRETS_DIR": str(secrets), "READER_UID": str(os.getuid())}
    for _ in range(2):  # a second start writes them anew
        done = run("scripts/make_addresses.py", str(out), env=environment)
        assert done.returncode == 0, done.stderr
    database = (out / "database").read_text()
    assert database == "postgresql://bianzhi_app:p%40ss%2F1@database:5432/bianzhi"
    assert (out / "redis").read_text() == "redis://:r@redis:6379/0"
    assert stat.S_IMODE((out / "owner").stat().st_mode) == 0o400

    (secrets / "app_password").unlink()
    refused = run("scripts/make_addresses.py", str(out), env=environment)
    assert refused.returncode != 0
    assert "app_password" in refused.stderr


@pytest.mark.django_db(transaction=True)
def test_the_applications_login_is_made_from_password_files(tmp_path):
    """Run against the real server, on a throw-away role name."""
    from scripts import make_login

    where = connection.settings_dict
    (tmp_path / "owner").write_text(f"postgresql://postgres@/postgres?host={where['HOST']}")
    (tmp_path / "password").write_text("abc123")
    code = (
        "from scripts import make_login; make_login.LOGIN = 'bianzhi_try'; "
        "make_login.main(); make_login.main()"
    )
    environment = {
        **os.environ,
        "DATABASE_OWNER_URL_FILE": str(tmp_path / "owner"),
        "APP_PASSWORD_FILE": str(tmp_path / "password"),
    }
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert make_login.LOGIN == "bianzhi_app"
    owner = psycopg2.connect((tmp_path / "owner").read_text())
    owner.autocommit = True
    with owner.cursor() as cursor:
        cursor.execute("SELECT rolsuper, rolcanlogin FROM pg_roles WHERE rolname = 'bianzhi_try'")
        assert cursor.fetchone() == (False, True)
        cursor.execute("DROP ROLE bianzhi_try")
    owner.close()


def test_health_of_one_process_is_an_exit_code(settings):
    nothing = run(
        "scripts/healthy.py",
        "web",
        env={**os.environ, "BIANZHI_HEALTHZ": "http://127.0.0.1:9/healthz"},
    )
    assert nothing.returncode == 1
    assert run("scripts/healthy.py", "nonsense").returncode != 0


def run(*arguments: str, env: dict[str, str] | None = None) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, *arguments], cwd=ROOT, env=env, capture_output=True, text=True, timeout=60
    )
