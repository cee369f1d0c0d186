"""What root does for the console, with a stand-in for the system's tools: nothing but the few things it may."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.technician import privileged
from console.technician.privileged import Request, ask, perform, serve_all
from hw.messages import UserError


class Tools:
    """Notes what would be run; `says` are answers by the command's first words."""

    def __init__(self, **says: list[str]) -> None:
        self.run: list[tuple[str, ...]] = []
        self._says = says

    def __call__(self, *command: str) -> list[str]:
        self.run.append(command)
        return self._says.get(command[-1].replace("-", "_"), self._says.get(command[0], []))


def test_the_few_things_it_does() -> None:
    tools = Tools()
    for request in (Request("reboot"), Request("poweroff"), Request("restart", {"service": "web"}), Request("ntp"),
                    Request("time", {"utc": "2026-11-22T08:00:00Z"})):  # fmt: skip
        perform(request, tools)
    assert tools.run == [
        ("systemctl", "reboot"), ("systemctl", "poweroff"), ("systemctl", "restart", "callbox-web.service"),
        ("timedatectl", "set-ntp", "true"), ("timedatectl", "set-ntp", "false"),
        ("timedatectl", "set-time", "2026-11-22 08:00:00 UTC"),
    ]  # fmt: skip


def test_an_address_by_network_manager() -> None:
    tools = Tools(NetworkManager=["active"], nmcli=["Wired connection 1"], eth0=["Wired connection 1"])
    perform(Request("address", {"interface": "eth0", "address": "192.168.1.5/24", "gateway": "192.168.1.1"}), tools)
    assert tools.run[2:] == [
        ("nmcli", "connection", "modify", "Wired connection 1", "ipv4.addresses", "192.168.1.5/24", "ipv4.gateway", "192.168.1.1",
         "ipv4.method", "manual"),
        ("nmcli", "connection", "up", "Wired connection 1"),
    ]  # fmt: skip


def test_an_address_by_networkd(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "10-callbox.network"
    monkeypatch.setattr(privileged._by_networkd, "__defaults__", (path,))
    tools = Tools(systemd_networkd=["active"])
    perform(Request("address", {"interface": "eth0", "address": "192.168.1.5/24", "gateway": "192.168.1.1"}), tools)
    assert path.read_text().endswith("[Match]\nName=eth0\n\n[Network]\nAddress=192.168.1.5/24\nGateway=192.168.1.1\n")
    perform(Request("address", {"interface": "eth0", "address": "dhcp", "gateway": ""}), tools)
    assert path.read_text().endswith("[Network]\nDHCP=yes\n")


@pytest.mark.parametrize(("interface", "address", "gateway"), [
    ("eth0; reboot", "dhcp", ""), ("../eth0", "dhcp", ""), ("", "dhcp", ""), ("-eth0", "dhcp", ""), ("eth0", "192.168.1.5", ""),
    ("eth0", "192.168.1.5/24", "10.0.0.1"), ("eth0", "$(reboot)", ""), ("eth0", "192.168.1.5/24\nDHCP=yes", ""), ("eth0", "", ""),
])  # fmt: skip
def test_an_address_that_will_not_do_changes_nothing(interface: str, address: str, gateway: str) -> None:
    tools = Tools(NetworkManager=["active"])
    with pytest.raises(UserError):
        perform(Request("address", {"interface": interface, "address": address, "gateway": gateway}), tools)
    assert tools.run == []


def test_where_nobody_sets_addresses_it_is_said() -> None:
    with pytest.raises(UserError, match="interfaces by hand"):
        perform(Request("address", {"interface": "eth0", "address": "dhcp"}), Tools())


def test_a_request_is_asked_done_and_answered(tmp_path: Path) -> None:
    tools = Tools()
    assert ask(Request("restart", {"service": "web"}), tmp_path, lambda _: serve_all(tmp_path, tools) and None) == (
        "callbox-web restarted"
    )
    with pytest.raises(UserError, match="Services: recorder"):
        ask(Request("restart", {"service": "ssh"}), tmp_path, lambda _: serve_all(tmp_path, tools) and None)
    assert list(tmp_path.iterdir()) == []
    assert tools.run == [("systemctl", "restart", "callbox-web.service")]


def test_where_nobody_answers_the_request_is_taken_back(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="No answer"):
        ask(Request("reboot"), tmp_path, lambda _: None)
    assert list(tmp_path.iterdir()) == []


@given(st.one_of(st.binary(max_size=200), st.text(max_size=100).map(str.encode), st.recursive(
    st.none() | st.booleans() | st.text(max_size=5) | st.just("reboot"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["action", "values", "x"]), inner, max_size=3),
).map(lambda value: json.dumps(value).encode())))  # fmt: skip
def test_whatever_lies_there_only_a_whole_request_does_anything(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    folder, tools = tmp_path_factory.mktemp("requests"), Tools()
    (folder / "a.json").write_bytes(data)
    serve_all(folder, tools)
    assert tools.run in ([], [("systemctl", "reboot")])
    assert json.loads((folder / "a.answer").read_text())["done"] is bool(tools.run)


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").write_text('{"action": "reboot", "values": {}}')
    (tmp_path / "a.json").symlink_to(tmp_path / "elsewhere")
    tools = Tools()
    assert serve_all(tmp_path, tools) == 0
    assert tools.run == []
