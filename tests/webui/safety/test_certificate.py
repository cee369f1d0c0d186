"""The box's own certificate, installed ones, the way from HTTP to HTTPS, the names the box is asked by."""

from __future__ import annotations

import stat
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from hypothesis import given
from hypothesis import strategies as st

from hw.messages import UserError
from quality.access.certificate import RENEW_DAYS, VALID_DAYS, installed_pair, own_pair, subject_names
from tests.webui.conftest import entered, make_app
from tests.webui.makebox import PASSWORD, TestBox
from webui.safety.hosts import is_known
from webui.safety.redirect import answer

NOW = datetime(2026, 11, 22, tzinfo=UTC)


def names_of(path: Path) -> set[str]:
    found = x509.load_pem_x509_certificate(path.read_bytes())
    return {str(name.value) for name in found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value}


def test_the_box_makes_a_certificate_for_all_its_names(tmp_path: Path) -> None:
    pair = own_pair(tmp_path, ["box.example.com", "192.168.77.5"], NOW)
    assert {"localhost", "127.0.0.1", "box.example.com", "192.168.77.5"} <= names_of(pair.certificate)
    assert stat.S_IMODE(pair.key.stat().st_mode) == 0o600
    assert len(pair.fingerprint) == 95
    assert own_pair(tmp_path, ["box.example.com"], NOW) == pair


def test_it_is_renewed_in_time_with_the_same_key_and_when_names_come(tmp_path: Path) -> None:
    first = own_pair(tmp_path, [], NOW)
    key = first.key.read_bytes()
    assert own_pair(tmp_path, [], NOW + timedelta(days=VALID_DAYS - RENEW_DAYS - 3)) == first
    later = own_pair(tmp_path, [], NOW + timedelta(days=VALID_DAYS - RENEW_DAYS + 1))
    assert later.fingerprint != first.fingerprint
    assert later.key.read_bytes() == key
    assert own_pair(tmp_path, ["new.example.com"], NOW + timedelta(days=VALID_DAYS)).fingerprint != later.fingerprint


def test_a_damaged_certificate_is_made_anew_and_a_damaged_key_told(tmp_path: Path) -> None:
    pair = own_pair(tmp_path, [], NOW)
    pair.certificate.write_text("nonsense")
    assert own_pair(tmp_path, [], NOW).until > NOW
    pair.key.write_text("nonsense")
    with pytest.raises(UserError, match=r"box\.key cannot be read"):
        own_pair(tmp_path, [], NOW)


def test_installed_files_are_looked_at_before_they_serve(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
    one, other = own_pair(tmp_path / "a", [], NOW), own_pair(tmp_path / "b", [], NOW)
    assert installed_pair(str(one.certificate), str(one.key), NOW).fingerprint == one.fingerprint
    with pytest.raises(UserError, match="is not the key of"):
        installed_pair(str(one.certificate), str(other.key), NOW)
    with pytest.raises(UserError, match="is valid"):
        installed_pair(str(one.certificate), str(one.key), NOW + timedelta(days=VALID_DAYS))
    with pytest.raises(UserError, match="cannot be read"):
        installed_pair(str(tmp_path / "none.pem"), str(one.key), NOW)
    with pytest.raises(UserError, match="name both files"):
        installed_pair(str(one.certificate), "", NOW)


def test_names_of_the_machine_are_ascii() -> None:
    assert all(name.isascii() for name in subject_names(["电话.example"]))


@pytest.mark.parametrize(
    "host", ["192.168.1.5", "192.168.1.5:8080", "[fd00::5]:8443", "callbox", "callbox.local", "box.lan:80", "a.b.internal"]
)
def test_names_the_box_answers_to(host: str) -> None:
    assert is_known(host, frozenset())


@pytest.mark.parametrize(
    "host",
    ["evil.example.com", "evil.com:8080", "", "192.168.1.5.evil.com", "callbox.local.evil.com", "[::1].evil.com", "a b", "%00"],
)
def test_names_it_does_not(host: str) -> None:
    assert not is_known(host, frozenset({"box.example.com"}))
    assert is_known("BOX.example.com.", frozenset({"box.example.com"}))


@pytest.mark.parametrize(
    ("line", "host", "where"),
    [
        ("GET /calls?q=1 HTTP/1.1", "box.local:80", "https://box.local:8443/calls?q=1"),
        ("GET / HTTP/1.1", "[fd00::5]", "https://[fd00::5]:8443/"),
        ("POST /login HTTP/1.1", "box.local", None),
        ("GET //evil.com/ HTTP/1.1", "box.local", None),
        ("GET http://evil.com/ HTTP/1.1", "box.local", None),
        ("GET / HTTP/1.1", "evil.com", None),
        ("", "", None),
    ],
)
def test_http_leads_to_https_on_this_box_alone(line: str, host: str, where: str | None) -> None:
    reply = answer(line, host, 8443, ())
    assert ("Location: " in reply) == (where is not None)
    assert where is None or f"Location: {where}\r\n" in reply


@given(st.text(), st.text())
def test_no_line_makes_a_header_of_its_own(line: str, host: str) -> None:
    assert answer(line.replace("\r\n", ""), host, 443, ()).count("\r\n") <= 5


def tls_box(box: TestBox, tls: str) -> TestBox:
    return replace(box, settings=replace(box.settings, web=replace(box.settings.web, tls=tls)))


def test_by_tls_the_cookie_is_secure_and_bound_to_this_host(own_box: TestBox) -> None:
    app = make_app(tls_box(own_box, "box"))
    answered = app.test_client().post("/login", data={"name": "manager", "password": PASSWORD}, base_url="https://box.local")
    cookies = answered.headers.getlist("Set-Cookie")
    session = next(cookie for cookie in cookies if cookie.startswith("__Host-callbox_session="))
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= set(session.split("; "))
    assert "Domain" not in session
    assert all("Secure" in cookie for cookie in cookies)


@pytest.mark.parametrize(("tls", "sent"), [("off", False), ("box", False), ("files", True)])
def test_hsts_is_for_installed_certificates(box: TestBox, tls: str, sent: bool) -> None:
    answered = make_app(tls_box(box, tls)).test_client().get("/login", base_url="https://box.local")
    assert ("Strict-Transport-Security" in answered.headers) == sent


def test_another_name_is_refused_and_noted(own_box: TestBox) -> None:
    app = make_app(own_box)
    assert entered(app, "manager").get("/about", base_url="http://evil.example.com").status_code == 421
    assert entered(app, "admin").get("/audit?kind=refusal").text.count(">evil.example.com<") == 1
