"""The certificate that the box makes for itself, so that passwords and voices cross the LAN unread.

<store>/tls/box.key (ECDSA P-256, 0600) and box.pem. Nobody vouches for it: browsers warn once, and whoever compares the fingerprint
(`callbox users certificate`, the page about the box) knows that they speak to this box. The key stays when the certificate is
renewed.
"""

from __future__ import annotations

import contextlib
import ipaddress
import os
import socket
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psutil
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.types import CertificateIssuerPrivateKeyTypes
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from hw.messages import UserError
from recorder.settings.sections import Settings

FOLDER, KEY, CERTIFICATE = "tls", "box.key", "box.pem"
VALID_DAYS = 825  # the most that browsers take of a certificate people install by hand
RENEW_DAYS = 60


@dataclass(frozen=True)
class Pair:
    """Files, both PEM. fingerprint: SHA-256 of the certificate, as browsers show it. until: it is valid so long."""

    certificate: Path
    key: Path
    fingerprint: str
    until: datetime


def pair_of(settings: Settings) -> Pair | None:
    """What these settings have the pages served with; None for plain HTTP. Raises UserError."""
    web = settings.web
    if web.tls == "off":
        return None
    return own_pair(Path(settings.store.path), web.names) if web.tls == "box" else installed_pair(web.tls_certificate, web.tls_key)


def own_pair(store: Path, names: Iterable[str], now: datetime | None = None) -> Pair:
    """The box's own, made now if there is none, it ends soon or the box has other names or addresses. Raises UserError."""
    now = now or datetime.now(UTC)
    folder = store / FOLDER
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        key = _own_key(folder / KEY)
        wanted = subject_names(names)
        path = folder / CERTIFICATE
        if not _serves(path, key, wanted, now):
            _write(path, _signed(key, wanted, now).public_bytes(serialization.Encoding.PEM), 0o644)
    except OSError as error:
        raise UserError(
            f"The box's certificate in {folder} cannot be used ({error.strerror}). Start the pages as the user that owns it.",
            f"无法使用 {folder} 中的证书（{error.strerror}）。请用拥有该文件夹的用户启动网页服务。",
        ) from error
    return _pair(path, folder / KEY)


def installed_pair(certificate: str, key: str, now: datetime | None = None) -> Pair:
    """The files of the settings, looked at before anything is served with them. Raises UserError that says which file is not right,
    and why."""
    now = now or datetime.now(UTC)
    if not certificate or not key:
        raise UserError(
            'With [web] tls = "files" name both files: tls_certificate and tls_key.',
            '[web] tls = "files" 时须同时设置 tls_certificate 和 tls_key。',
        )
    paths = Path(certificate), Path(key)
    found, private = _read_certificate(paths[0]), _read_key(paths[1])
    if _public(found.public_key()) != _public(private.public_key()):
        raise UserError(f"{key} is not the key of {certificate}.", f"{key} 不是 {certificate} 的私钥。")
    if not found.not_valid_before_utc <= now <= found.not_valid_after_utc:
        days = f"{found.not_valid_before_utc:%Y-%m-%d} – {found.not_valid_after_utc:%Y-%m-%d}"
        raise UserError(
            f"{certificate} is valid {days} only. Install a new one, or check the box's clock.",
            f"{certificate} 的有效期为 {days}。请安装新证书，或检查设备时钟。",
        )
    return _pair(*paths)


def fingerprint(certificate: x509.Certificate) -> str:
    """SHA-256, as browsers write it."""
    return certificate.fingerprint(hashes.SHA256()).hex(":").upper()


def subject_names(names: Iterable[str]) -> frozenset[str]:
    """Everything the box may be asked by: its host name, that with .local, its addresses, and these names."""
    host = socket.gethostname().partition(".")[0]
    found = {host, f"{host}.local", socket.getfqdn(), "localhost", *names}
    for addresses in psutil.net_if_addrs().values():
        found |= {one.address.partition("%")[0] for one in addresses if one.family in (socket.AF_INET, socket.AF_INET6)}
    return frozenset(name.strip().casefold() for name in found if name.strip() and name.isascii())


def _own_key(path: Path) -> ec.EllipticCurvePrivateKey:
    if not path.exists():
        pem = ec.generate_private_key(ec.SECP256R1()).private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        _write(path, pem, 0o600)
    key = _read_key(path)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise _unreadable(path)
    return key


def _signed(key: ec.EllipticCurvePrivateKey, names: frozenset[str], now: datetime) -> x509.Certificate:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "callbox")])
    builder = x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number())
    builder = builder.not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=VALID_DAYS - 1))
    builder = builder.add_extension(x509.SubjectAlternativeName([_general(name) for name in sorted(names)]), critical=False)
    builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
    return builder.sign(key, hashes.SHA256())


def _general(name: str) -> x509.GeneralName:
    with contextlib.suppress(ValueError):
        return x509.IPAddress(ipaddress.ip_address(name))
    return x509.DNSName(name)


def _serves(path: Path, key: ec.EllipticCurvePrivateKey, wanted: frozenset[str], now: datetime) -> bool:
    try:
        found = _read_certificate(path)
    except UserError:
        return False
    held = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    names = {str(name.value).casefold() for name in held}
    young = found.not_valid_before_utc <= now <= found.not_valid_after_utc - timedelta(days=RENEW_DAYS)
    return young and wanted <= names and _public(found.public_key()) == _public(key.public_key())


def _pair(certificate: Path, key: Path) -> Pair:
    found = _read_certificate(certificate)
    return Pair(certificate, key, fingerprint(found), found.not_valid_after_utc)


def _read_certificate(path: Path) -> x509.Certificate:
    try:
        return x509.load_pem_x509_certificate(path.read_bytes())
    except (OSError, ValueError) as error:
        raise _unreadable(path) from error


def _read_key(path: Path) -> CertificateIssuerPrivateKeyTypes:
    try:
        key = serialization.load_pem_private_key(path.read_bytes(), password=None)
    except (OSError, ValueError, TypeError) as error:
        raise _unreadable(path) from error
    return key  # type: ignore[return-value]


def _unreadable(path: Path) -> UserError:
    return UserError(
        f"{path} cannot be read as a PEM file without a password. Is it there, and may the web service read it?",
        f"无法将 {path} 作为无密码的 PEM 文件读取。文件是否存在，网页服务是否有权读取？",
    )


def _public(key: object) -> bytes:
    encoded: bytes = key.public_bytes(  # type: ignore[attr-defined]
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return encoded


def _write(path: Path, data: bytes, mode: int) -> None:
    beside = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    with open(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "wb") as file:  # noqa: PTH123
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
