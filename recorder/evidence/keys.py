"""The box's signing key: Ed25519 (RFC 8032), made on first use, kept in the store, readable by the recorder alone.

<store>/evidence/signing.key (PKCS #8 PEM, 0600) and public.pem (SubjectPublicKeyInfo PEM), which anybody may have.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Callable
from pathlib import Path

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from hw.messages import UserError

FOLDER = "evidence"
PRIVATE, PUBLIC = "signing.key", "public.pem"


class SigningKey:
    """A private key in hand. public: the raw 32 bytes in hexadecimal."""

    def __init__(self, key: Ed25519PrivateKey) -> None:
        self._key = key
        self.public = key.public_key().public_bytes_raw().hex()

    def sign(self, text: bytes) -> str:
        """The signature, in hexadecimal."""
        return self._key.sign(text).hex()


def load_or_make(store: Path, make_folder: Callable[[Path], None]) -> SigningKey:
    """The box's key; made now if there is none. Raises OSError when it may not be read or cannot be written, ValueError when the
    file holds no Ed25519 key."""
    folder = store / FOLDER
    make_folder(folder)
    path = folder / PRIVATE
    if not path.exists():
        _make(path)
    try:
        key = serialization.load_pem_private_key(path.read_bytes(), password=None)
    except (TypeError, UnsupportedAlgorithm) as error:
        raise ValueError(f"{path}: {error}") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise ValueError(f"{path}: is no Ed25519 key")
    with contextlib.suppress(OSError):  # the copy in the chain counts; this one is for people
        _publish(folder / PUBLIC, key.public_key())
    return SigningKey(key)


def pem(public: str) -> str:
    """A public key (hexadecimal) as PEM text."""
    return _pem(Ed25519PublicKey.from_public_bytes(bytes.fromhex(public)))


def read_public(path: Path) -> str:
    """The public key of a PEM file, in hexadecimal. Raises UserError when there is none."""
    try:
        key = serialization.load_pem_public_key(path.read_bytes())
    except (OSError, ValueError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, Ed25519PublicKey):
        raise UserError(
            f"{path}: holds no Ed25519 public key (PEM). Write the box's with: callbox verify --export-key FILE",
            f"{path}：不是 Ed25519 公钥（PEM）。可用 callbox verify --export-key FILE 导出本机公钥",
        )
    return key.public_bytes_raw().hex()


def fingerprint(public: str) -> str:
    """What people compare: the first 16 bytes of SHA-256 of the raw key, in groups of four."""
    digest = hashlib.sha256(bytes.fromhex(public)).hexdigest()[:32]
    return " ".join(digest[place : place + 4] for place in range(0, 32, 4))


def is_signed(public: str, signature: str, text: bytes) -> bool:
    """Whether the signature (hexadecimal) is that key's over the text."""
    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(public)).verify(bytes.fromhex(signature), text)
    except (InvalidSignature, ValueError):
        return False
    return True


def _make(path: Path) -> None:
    text = Ed25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    beside = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    descriptor = os.open(beside, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o600)
    try:
        os.write(descriptor, text)
        os.fsync(descriptor)
        # A link, not a rename: whoever comes second (a replay beside the recorder) must not take the first one's place.
        with contextlib.suppress(FileExistsError):
            os.link(beside, path)
    finally:
        os.close(descriptor)
        beside.unlink()
    handle = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _publish(path: Path, key: Ed25519PublicKey) -> None:
    text = _pem(key)
    if not path.exists() or path.read_text("ascii") != text:
        beside = path.with_name(f"{path.name}.{os.getpid()}.tmp")
        beside.write_text(text, "ascii")
        beside.replace(path)


def _pem(key: Ed25519PublicKey) -> str:
    return key.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo).decode("ascii")
