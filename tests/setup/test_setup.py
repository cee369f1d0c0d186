"""Set-up as the person at the terminal meets it: done once, resumed after a failure, clear when it may not install."""

from __future__ import annotations

import pytest

from tests.setup.conftest import FreshHouse

FIRST_RUN = ["python3 -m venv", "python -m pip", "npm ci", "pybabel compile", "callbox models"]


def what_for(calls: list[str]) -> list[str]:
    """Each call without its options: enough to tell the steps apart."""
    return [" ".join(call.split()[: 3 if " -m " in call else 2]) for call in calls]


def test_first_run_does_every_step_and_says_so(house: FreshHouse) -> None:
    run = house.run("test")
    assert run.returncode == 0, run.stdout
    assert what_for(house.calls()) == FIRST_RUN
    timed = [line.split()[0] for line in run.stdout.splitlines() if line.endswith(" s")]
    assert timed == ["[2/6]", "[3/6]", "[4/6]", "[5/6]", "[6/6]"]


def test_second_run_does_nothing(house: FreshHouse) -> None:
    house.run("test")
    run = house.run("test")
    assert (run.returncode, house.calls()) == (0, [])
    assert run.stdout.count("ready") == 6


def test_a_failed_step_shows_its_output_and_is_taken_up_again(house: FreshHouse) -> None:
    run = house.run("test", broken="npm")
    assert run.returncode == 1
    assert "no room left" in run.stdout
    assert "run the same command again" in run.stdout
    house.run("test")
    assert what_for(house.calls()) == FIRST_RUN[2:]


@pytest.mark.parametrize(
    ("changed", "again"),
    [("constraints.txt", ["python -m pip"]), ("package-lock.json", ["npm ci"]),
     ("webui/translations/zh/LC_MESSAGES/messages.po", ["pybabel compile"])],
)  # fmt: skip
def test_only_what_changed_is_done_again(house: FreshHouse, changed: str, again: list[str]) -> None:
    house.run("test")
    (house.path / changed).write_text("something new")
    house.run("test")
    assert what_for(house.calls()) == again


def test_what_is_gone_is_made_again(house: FreshHouse) -> None:
    house.run("test")
    (house.path / ".cache/callbox/models/whisper-base/model.bin").unlink()
    house.run("test")
    assert what_for(house.calls()) == ["callbox models"]


def test_a_moved_house_gets_a_new_python_environment(house: FreshHouse) -> None:
    house.run("demo")
    house.path = house.path.rename(house.path.with_name("elsewhere"))
    house.run("demo")
    assert what_for(house.calls())[:2] == FIRST_RUN[:2]


def test_the_demo_needs_less_and_tests_bring_all_it_needs(house: FreshHouse) -> None:
    house.run("demo")
    assert not any("dev" in call for call in house.calls() if "pip" in call)
    house.run("test")
    assert what_for(house.calls()) == ["python -m pip", "npm ci"]
    house.run("demo")
    assert house.calls() == []


def without_root(house: FreshHouse, *missing: str) -> None:
    for name in missing:
        (house.tools / name).unlink()
    (house.tools / "id").unlink()
    house.add_tool("id", "#!/bin/bash\necho 1000\n")
    house.add_tool("apt-get")


@pytest.mark.parametrize(("language", "words"), [("en", "Root rights are needed"), ("zh", "需要 root 权限")])
def test_without_root_it_names_the_packages_and_stops(house: FreshHouse, language: str, words: str) -> None:
    without_root(house, "npm", "chromium")
    run = house.run("test", language)
    assert run.returncode == 1
    assert words in run.stdout
    assert "apt-get install --no-install-recommends npm chromium\n" in run.stdout
    assert house.calls() == []


def test_the_demo_does_not_ask_for_what_only_tests_need(house: FreshHouse) -> None:
    without_root(house, "chromium", "systemd-analyze")
    assert house.run("demo").returncode == 0


def test_sudo_is_used_where_there_is_one(house: FreshHouse) -> None:
    without_root(house, "npm")
    house.add_tool("sudo", '#!/bin/bash\necho "sudo $*" >>"$CALLS"\n')
    run = house.run("demo")
    install = "sudo -n env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends npm"
    assert install in house.calls(), run.stdout


def test_a_machine_that_is_no_debian_is_told_what_is_needed(house: FreshHouse) -> None:
    (house.tools / "gcc").unlink()
    run = house.run("demo")
    assert run.returncode == 1
    assert "gcc" in run.stdout
    assert "no apt-get" in run.stdout


def test_an_unknown_group_is_refused(house: FreshHouse) -> None:
    run = house.run("all")
    assert (run.returncode, run.stdout) == (1, "usage: setup.sh demo|box|test\n")
