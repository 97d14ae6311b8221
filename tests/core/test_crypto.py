"""Personal numbers at rest (docs/rules.md P-04 to P-06)."""

import multiprocessing
import stat
import subprocess
import sys
import uuid
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes
from django.core import checks as django_checks

from apps.core import checks, crypto, keys
from apps.core.crypto import BadCiphertext, KeysRefused

NUMBER = "11010519491231002X"
FIELD = "staff_person.id_no"
ROW = uuid.UUID("0198a3b2-0000-7000-8000-000000000001")


@pytest.fixture(autouse=True)
def keys_dir(settings, tmp_path):
    """Fresh keys for each test."""
    settings.BIANZHI_KEYS_DIR = tmp_path / "keys"
    settings.BIANZHI_KEYS_CREATE = True
    return settings.BIANZHI_KEYS_DIR


def sm3(data: bytes) -> bytes:
    digest = hashes.Hash(hashes.SM3())
    digest.update(data)
    return digest.finalize()


def hmac_sm3(key: bytes, message: bytes) -> bytes:
    """HMAC by its definition (RFC 2104), from the hash alone."""
    padded = key.ljust(64, b"\0")
    inner = sm3(bytes(b ^ 0x36 for b in padded) + message)
    return sm3(bytes(b ^ 0x5C for b in padded) + inner)


@pytest.mark.rule("P-04")
def test_what_was_encrypted_comes_back_and_takes_48_bytes():
    blob = crypto.encrypt(NUMBER, field=FIELD, row=ROW)

    assert len(blob) == 48
    assert blob[:2] == b"\x01\x01"
    assert NUMBER.encode() not in blob
    assert crypto.decrypt(blob, field=FIELD, row=ROW) == NUMBER
    assert crypto.decrypt(memoryview(blob), field=FIELD, row=ROW) == NUMBER


def test_the_same_number_never_gives_the_same_ciphertext():
    blobs = crypto.encrypt_many([NUMBER] * 500, [ROW] * 500, field=FIELD)

    assert len({bytes(blob) for blob in blobs}) == 500
    assert len({bytes(blob[2:14]) for blob in blobs}) == 500


@pytest.mark.rule("P-04")
def test_a_ciphertext_moved_or_changed_is_refused():
    blob = crypto.encrypt(NUMBER, field=FIELD, row=ROW)

    with pytest.raises(BadCiphertext):
        crypto.decrypt(blob, field=FIELD, row=uuid.uuid4())
    with pytest.raises(BadCiphertext):
        crypto.decrypt(blob, field="staff_person.phone", row=ROW)
    for place in range(len(blob)):
        changed = bytearray(blob)
        changed[place] ^= 1
        with pytest.raises(BadCiphertext):
            crypto.decrypt(bytes(changed), field=FIELD, row=ROW)
    for length in (0, 1, 29, 47):
        with pytest.raises(BadCiphertext):
            crypto.decrypt(blob[:length], field=FIELD, row=ROW)


def test_a_batch_equals_its_rows():
    texts = [NUMBER, "13812345678", "", "身份"]
    rows = [uuid.uuid4() for _ in texts]

    blobs = crypto.encrypt_many(texts, rows, field=FIELD)

    assert crypto.decrypt_many(blobs, rows, field=FIELD) == texts
    for blob, row, text in zip(blobs, rows, texts, strict=True):
        assert crypto.decrypt(blob, field=FIELD, row=row) == text
    with pytest.raises(BadCiphertext):
        crypto.decrypt_many([blobs[1], blobs[0]], rows[:2], field=FIELD)
    with pytest.raises(ValueError, match="shorter"):
        crypto.encrypt_many(texts, rows[:2], field=FIELD)


@pytest.mark.rule("P-05")
def test_the_blind_index_is_hmac_sm3_over_field_and_number():
    key = crypto.keyring().index

    index = crypto.blind_index(NUMBER, field="id_no")

    assert index == hmac_sm3(key, b"id_no|" + NUMBER.encode())[:16]
    assert crypto.blind_indexes([NUMBER, "x", NUMBER], field="id_no")[::2] == [index, index]
    assert crypto.blind_index(NUMBER, field="phone") != index
    assert crypto.blind_index(NUMBER[:-1] + "1", field="id_no") != index


@pytest.mark.rule("P-06")
def test_the_bucket_depends_on_the_last_four_only():
    key = crypto.keyring().tail

    bucket = crypto.tail_bucket(NUMBER, field="id_no")

    assert bucket == int.from_bytes(hmac_sm3(key, b"id_no|002X")[:4], "big") % 4096
    assert crypto.tail_bucket("33068319900101002X", field="id_no") == bucket
    tails = [f"{n:04d}" for n in range(10_000)]
    found = crypto.tail_buckets(tails, field="id_no")
    assert min(found) >= 0
    assert max(found) < 4096
    assert len(set(found)) > 3000


def test_other_keys_give_another_index_and_cannot_read(settings, tmp_path):
    blob = crypto.encrypt(NUMBER, field=FIELD, row=ROW)
    index = crypto.blind_index(NUMBER, field="id_no")
    settings.BIANZHI_KEYS_DIR = tmp_path / "other"

    assert crypto.blind_index(NUMBER, field="id_no") != index
    with pytest.raises(BadCiphertext):
        crypto.decrypt(blob, field=FIELD, row=ROW)


def test_keys_rotate_and_old_values_stay_readable(keys_dir):
    old = crypto.encrypt(NUMBER, field=FIELD, row=ROW)
    keys.rotate(keys_dir)
    keys.load.cache_clear()  # as a restarted process would see it

    new = crypto.rotate(old, field=FIELD, row=ROW)

    assert new is not None
    assert (crypto.key_id(old), crypto.key_id(new)) == (1, 2)
    assert crypto.decrypt(old, field=FIELD, row=ROW) == NUMBER
    assert crypto.decrypt(new, field=FIELD, row=ROW) == NUMBER
    assert crypto.rotate(new, field=FIELD, row=ROW) is None
    assert crypto.key_id(crypto.encrypt(NUMBER, field=FIELD, row=ROW)) == 2


def test_keys_are_made_once_and_only_for_their_owner(keys_dir):
    crypto.start()

    files = sorted(keys_dir.iterdir())
    assert [f.name for f in files] == ["encrypt.1.key", "index.1.key", "tail.1.key"]
    assert stat.S_IMODE(keys_dir.stat().st_mode) == 0o700
    assert {stat.S_IMODE(f.stat().st_mode) for f in files} == {0o400}
    before = [f.read_text() for f in files]
    assert keys.make(keys_dir) == []
    assert [f.read_text() for f in files] == before
    assert len(set(before)) == 3
    with pytest.raises(FileExistsError):
        keys.add(keys_dir, "index", 1)


def _load(directory: Path) -> bytes:
    return keys.load(directory, create=True).index


def test_processes_that_start_together_share_one_set(tmp_path):
    with multiprocessing.get_context("spawn").Pool(4) as pool:
        seen = pool.map(_load, [tmp_path / "keys"] * 8)

    assert len(set(seen)) == 1


def test_without_keys_production_does_not_start(settings, keys_dir):
    settings.BIANZHI_KEYS_CREATE = False

    with pytest.raises(KeysRefused, match="找不到密钥目录"):
        crypto.start()
    [error] = checks.cryptography_holds(None)
    assert (error.id, error.level) == ("core.E002", django_checks.ERROR)
    assert "密钥" in error.msg
    assert not keys_dir.exists()


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda folder: (folder / "tail.1.key").unlink(), "缺少 tail.1.key"),
        (lambda folder: (folder / "index.1.key").chmod(0o440), "可被他人读取"),
        (lambda folder: _write(folder / "encrypt.2.key", "00" * 15), "应为 16 字节"),
        (lambda folder: _write(folder / "encrypt.2.key", "secret"), "无法读取"),
        (lambda folder: _write(folder / "encrypt.300.key", "00" * 16), "编号超过 255"),
    ],
)
def test_keys_that_cannot_be_trusted_are_refused(keys_dir, spoil, words):
    keys.make(keys_dir)
    spoil(keys_dir)

    with pytest.raises(KeysRefused, match=words):
        crypto.start()


def _write(file: Path, text: str) -> None:
    file.touch(0o600)
    file.write_text(text)


def test_the_standards_vectors_hold_and_a_broken_library_stops_the_start(monkeypatch):
    crypto.self_test()
    assert checks.cryptography_holds(None) == []

    monkeypatch.setattr(crypto, "_GCM_TAG", "00" * 16)

    with pytest.raises(crypto.CryptoBroken, match="SM4-GCM"):
        crypto.self_test()
    assert [error.id for error in checks.cryptography_holds(None)] == ["core.E001"]


def test_the_check_is_registered():
    registered = django_checks.registry.registry.registered_checks
    assert checks.cryptography_holds in registered


def test_an_operator_makes_keys_without_django(tmp_path):
    folder = tmp_path / "made"
    command = [sys.executable, "-m", "apps.core.keys", str(folder)]
    here = Path(__file__).resolve().parents[2]

    first = subprocess.run(command, capture_output=True, text=True, cwd=here, check=True)
    again = subprocess.run(
        [*command, "--rotate"], capture_output=True, text=True, cwd=here, check=True
    )

    assert first.stdout.count("已生成") == 4
    assert "encrypt.2.key" in again.stdout
    assert keys.load(folder).newest == 2


def test_keys_do_not_show_in_what_is_printed(keys_dir):
    ring = crypto.keyring()

    assert repr(ring) == "KeyRing(newest=1)"
