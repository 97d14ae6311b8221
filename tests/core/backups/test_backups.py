"""A backup restored into an empty folder gives the same figures; a damaged one is refused."""

import io
import json
import os
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from apps.core.backups import making, reading
from apps.core.backups.errors import BackupRefused
from apps.core.backups.manifest import DATABASE, MANIFEST, SEAL

ROOT = Path(__file__).resolve().parents[3]
#: How much of the middle of a member is flipped.
FLIPPED = 16


class Installation:
    """A portal in a folder of its own, reached by its commands alone."""

    def __init__(self, var: Path) -> None:
        self.var = var
        self.environment = {
            **{k: v for k, v in os.environ.items() if not k.startswith(("BIANZHI_", "DJANGO_"))},
            "BIANZHI_VAR": str(var),
            "DJANGO_SETTINGS_MODULE": "bianzhi.settings.dev",
            "BIANZHI_TEST": "1",
        }
        self.holder = None

    def hold(self):
        """Keep the servers up between commands."""
        self.holder = subprocess.Popen(
            [sys.executable, "-c", "from bianzhi import embedded; embedded.hold(); input()"],
            cwd=ROOT,
            env=self.environment,
            stdin=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        return self

    def leave(self) -> None:
        self.holder.communicate(b"\n", timeout=60)

    def run(self, *arguments: str) -> subprocess.CompletedProcess:
        return subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=240,
        )

    def done(self, *arguments: str) -> str:
        result = self.run(*arguments)
        assert result.returncode == 0, result.stderr[-2000:]
        return result.stdout

    @property
    def databases(self) -> list[str]:
        code = """
import json, psycopg2
from bianzhi import embedded
embedded.hold()
host = str(embedded.endpoints().database_socket)
cursor = psycopg2.connect(host=host, user="postgres", dbname="postgres").cursor()
cursor.execute("SELECT datname FROM pg_database WHERE datname LIKE 'bianzhi%' ORDER BY 1")
print(json.dumps([row[0] for row in cursor.fetchall()]))
"""
        told = subprocess.run(
            [sys.executable, "-c", code],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=120,
            check=True,
        )
        return json.loads(told.stdout)


@pytest.fixture
def other(tmp_path):
    """An empty installation."""
    made = Installation(tmp_path).hold()
    yield made
    made.leave()


@pytest.fixture(scope="module")
def office(tmp_path_factory):
    """An installation with a small county, one file, and a backup of both."""
    made = Installation(tmp_path_factory.mktemp("office")).hold()
    made.done("migrate", "--verbosity", "0")
    made.done("seed", "county", "--scale", "0.3")
    made.environment["BIANZHI_DEMO"] = "1"
    (made.var / "media" / "documents").mkdir(parents=True)
    (made.var / "media" / "documents" / "原件.pdf").write_bytes(b"%PDF-1.7 " + bytes(100_000))
    told = made.done("backup", "--keep", "3")
    assert "逐字节核对无误" in told
    made.file = making.list_of(made.var / "backups")[0]
    made.figures = json.loads(made.done("figures", "--json"))
    yield made
    made.leave()


@pytest.fixture
def its_keys(office, settings):
    settings.BIANZHI_KEYS_DIR = office.var / "keys"
    return settings.BIANZHI_KEYS_DIR


@pytest.mark.rule("V-01")
def test_a_backup_restored_into_an_empty_folder_gives_the_same_figures(office, other, tmp_path):
    refused = other.run("restore", str(office.file))
    assert refused.returncode != 0
    assert "密钥" in refused.stderr

    shutil.copytree(office.var / "keys", tmp_path / "keys")
    told = other.done("restore", str(office.file))

    assert "已恢复" in told
    assert json.loads(other.done("figures", "--json")) == office.figures
    assert office.figures["actual"] > 1000
    other.done("check_facts")
    original = office.var / "media" / "documents" / "原件.pdf"
    assert (tmp_path / "media" / "documents" / "原件.pdf").read_bytes() == original.read_bytes()
    assert other.databases == ["bianzhi"]


@pytest.mark.rule("V-01")
def test_data_in_use_is_replaced_only_on_request_and_kept(office, other, tmp_path):
    shutil.copytree(office.var / "keys", tmp_path / "keys")
    other.done("migrate", "--verbosity", "0")
    code = "from apps.accounts.models import User; User.objects.create(username='u', name='某')"
    other.done("shell", "-c", code)

    refused = other.run("restore", str(office.file))
    assert refused.returncode != 0
    assert "已有账户和数据" in refused.stderr
    assert other.databases == ["bianzhi"]
    assert json.loads(other.done("figures", "--json"))["actual"] == 0

    told = other.done("restore", str(office.file), "--replace")
    assert "改名为 bianzhi_before_" in told
    assert json.loads(other.done("figures", "--json")) == office.figures
    assert len(other.databases) == 2


def test_the_last_attempt_is_noted_for_the_page_of_the_systems_state(office):
    told = json.loads((office.var / "backups" / "last.json").read_text())
    assert told["ok"] is True
    assert told["file"] == office.file.name
    assert told["bytes"] == office.file.stat().st_size


def test_old_backups_go_when_only_some_are_kept(office, tmp_path):
    for day in range(1, 6):
        (tmp_path / f"bianzhi-2026010{day}-020000.tar").write_bytes(b"old")
    office.done("backup", "--to", str(tmp_path), "--keep", "2")
    kept = making.list_of(tmp_path)
    assert len(kept) == 2
    assert kept[1].name == "bianzhi-20260105-020000.tar"


def test_nothing_is_left_when_a_backup_fails(office, tmp_path):
    tmp_path.chmod(0o700)
    blocked = tmp_path / "file"
    blocked.write_text("no folder")
    result = office.run("backup", "--to", str(blocked))
    assert result.returncode != 0
    assert "Traceback" not in result.stderr
    assert list(tmp_path.iterdir()) == [blocked]


# -- damage ---------------------------------------------------------------------------------------


@pytest.mark.rule("V-02")
def test_an_undamaged_copy_is_accepted(office, its_keys, tmp_path):
    assert reading.check(copy_of(office, tmp_path)).tables["units_unit"] > 100


@pytest.mark.rule("V-02")
@pytest.mark.parametrize("member", [DATABASE, "files/documents/原件.pdf", MANIFEST, SEAL])
def test_a_flipped_byte_is_refused(office, its_keys, tmp_path, member):
    broken = copy_of(office, tmp_path)
    with tarfile.open(broken) as archive:
        entry = archive.getmember(member)
    with broken.open("r+b") as file:
        file.seek(entry.offset_data + entry.size // 2)
        byte = file.read(1)
        file.seek(-1, os.SEEK_CUR)
        file.write(bytes([byte[0] ^ 1]))
    with pytest.raises(BackupRefused, match="没有恢复任何内容"):
        reading.check(broken)


@pytest.mark.rule("V-02")
@pytest.mark.parametrize("part", [0, 0.3, 0.7, 0.999])
def test_a_truncated_backup_is_refused(office, its_keys, tmp_path, part):
    broken = copy_of(office, tmp_path)
    os.truncate(broken, int(broken.stat().st_size * part))
    with pytest.raises(BackupRefused):
        reading.check(broken)


@pytest.mark.rule("V-02")
def test_a_backup_that_lost_its_padding_alone_is_refused(office, its_keys, tmp_path):
    """Nothing is missing yet; but whoever copied it did not copy all of it."""
    broken = copy_of(office, tmp_path)
    os.truncate(broken, broken.stat().st_size - 1)
    with pytest.raises(BackupRefused, match="末尾不完整"):
        reading.check(broken)


@pytest.mark.rule("V-02")
def test_a_list_that_somebody_wrote_anew_is_refused(office, its_keys, tmp_path):
    """An edited dump with a manifest to match still lacks the seal."""
    broken = rewritten(office, tmp_path, lambda name, raw: raw.replace(b'"version"', b'"versioN"'))
    with pytest.raises(BackupRefused, match="封印"):
        reading.check(broken)


@pytest.mark.rule("V-02")
@pytest.mark.parametrize("name", ["../outside", "/etc/passwd", "files/../../outside"])
def test_an_entry_that_leads_elsewhere_is_refused(office, its_keys, tmp_path, name):
    broken = copy_of(office, tmp_path)
    with tarfile.open(broken, "a") as archive:
        archive.addfile(tarfile.TarInfo(name))
    with pytest.raises(BackupRefused, match="不该有的条目"):
        reading.check(broken)


@pytest.mark.rule("V-02")
def test_an_entry_that_is_not_on_the_list_is_refused(office, its_keys, tmp_path):
    broken = copy_of(office, tmp_path)
    with tarfile.open(broken, "a") as archive:
        archive.addfile(tarfile.TarInfo("files/extra.pdf"))
    with pytest.raises(BackupRefused, match="与清单不符"):
        reading.check(broken)


@pytest.mark.rule("V-03")
def test_other_keys_are_refused(office, settings, tmp_path):
    from apps.core import keys

    settings.BIANZHI_KEYS_DIR = tmp_path / "keys"
    keys.make(settings.BIANZHI_KEYS_DIR)
    with pytest.raises(BackupRefused, match="密钥"):
        reading.check(office.file)


@pytest.mark.rule("V-03")
def test_a_lost_encryption_key_is_refused_by_name(office, settings, tmp_path):
    from apps.core import keys

    settings.BIANZHI_KEYS_DIR = tmp_path / "keys"
    shutil.copytree(office.var / "keys", settings.BIANZHI_KEYS_DIR)
    (settings.BIANZHI_KEYS_DIR / "encrypt.1.key").unlink()
    keys.add(settings.BIANZHI_KEYS_DIR, "encrypt", 2)
    with pytest.raises(BackupRefused, match=r"encrypt\.1"):
        reading.check(office.file)


def test_a_backup_of_a_later_version_is_refused(office, its_keys, tmp_path, monkeypatch):
    monkeypatch.setattr("apps.core.backups.reading.MigrationLoader", _Older)
    with pytest.raises(BackupRefused, match="先升级程序"):
        reading.check(office.file)


class _Older:
    def __init__(self, connection: None) -> None:
        self.disk_migrations = {("core", "0001_functions"): None}


def test_what_is_no_backup_is_refused(its_keys, tmp_path):
    (tmp_path / "x.tar").write_bytes(b"PK\x03\x04" * 1000)
    with pytest.raises(BackupRefused, match="不是完整的备份"):
        reading.check(tmp_path / "x.tar")
    with pytest.raises(BackupRefused, match="找不到"):
        reading.check(tmp_path / "absent.tar")


def copy_of(office: Installation, folder: Path) -> Path:
    return Path(shutil.copy(office.file, folder / "copy.tar"))


def rewritten(office: Installation, folder: Path, change) -> Path:
    """Copy the backup with its manifest changed."""
    out = folder / "rewritten.tar"
    with tarfile.open(office.file) as old, tarfile.open(out, "w") as new:
        for entry in old:
            raw = old.extractfile(entry).read()
            if entry.name == MANIFEST:
                raw = change(entry.name, raw)
            header = tarfile.TarInfo(entry.name)
            header.size = len(raw)
            new.addfile(header, io.BytesIO(raw))
    return out
