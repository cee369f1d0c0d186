"""A site's own last layer: fitted, measured on held-back speakers, kept, gone back from, refused when it is no better."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from analyzer.emotion import calibrate as under_test
from analyzer.emotion.adjustment import Adjustment, fit, from_json, to_json
from analyzer.emotion.calibrate import Calibration, LabelledClip, Measured, Table, calibrate
from analyzer.emotion.features import FEATURE_NAMES
from analyzer.emotion.labels import read_labels
from analyzer.emotion.model import EmotionModel
from analyzer.emotion.site import SiteCalibrations
from analyzer.store import AnalysisStore
from console.commandline import run
from console.commands import models
from hw.interfaces import Samples
from hw.messages import UserError
from quality.access.users import Users
from quality.reviewing.labels import Label, Labels
from tests.analyzer.recordings import Recordings

WIDTH = len(FEATURE_NAMES)


def table(informative: bool, seed: int = 3) -> Table:
    """Clips of eight speakers that the shipped model cannot tell apart; one measure tells them apart, if informative."""
    random = np.random.default_rng(seed)
    label = np.array(["angry", "neutral"] * 60)
    z = random.normal(size=(120, WIDTH))
    if informative:
        z[:, 7] += np.where(label == "angry", 3.0, 0.0)
    return Table(z, random.uniform(0.2, 0.8, 120), label, np.array([f"s{n // 2 % 8}" for n in range(120)]))


def test_what_tells_the_moods_apart_here_is_learned() -> None:
    found = under_test._held_back(table(informative=True))
    assert found.is_better
    assert found.auc_after > found.auc_before + 0.2


def test_measures_that_tell_nothing_are_refused() -> None:
    """The shipped model tells the moods apart; what the site could add is noise."""
    accepted = 0
    for seed in range(8):
        noise = table(informative=False, seed=seed)
        hearing = np.clip(noise.angry + np.where(noise.label == "angry", 0.3, 0.0), 0.01, 0.99)
        accepted += under_test._held_back(Table(noise.z, hearing, noise.label, noise.speaker)).is_better
    assert accepted <= 1


def test_few_labels_change_little() -> None:
    data = table(informative=True)
    few = data.only(np.arange(120) < 8)
    layer = fit(few.angry, few.z, few.label)
    assert layer.model == pytest.approx(1, abs=0.1)
    assert np.abs(layer.features).max() < 0.2


def test_a_layer_survives_its_file() -> None:
    data = table(informative=True)
    layer = fit(data.angry, data.z, data.label)
    again = from_json(to_json({"relative": layer}))["relative"]  # type: ignore[arg-type]
    assert np.array_equal(again.adjusted(data.angry, data.z), layer.adjusted(data.angry, data.z))


def test_the_model_speaks_with_the_layer_and_still_sums_to_one() -> None:
    clip = (8000 * np.sin(2 * np.pi * 200 * np.arange(16000) / 8000) * (np.arange(16000) % 4000 > 900)).astype(np.int16)
    up = Adjustment(1.0, (0.0,) * WIDTH, (0.0,) * WIDTH, 2.0)
    (plain,) = EmotionModel.load().predict([clip])
    (adjusted,) = EmotionModel.load(adjustments={"absolute": up}).predict([clip])
    assert adjusted["angry"] > plain["angry"]
    assert sum(adjusted.values()) == pytest.approx(1, abs=1e-5)
    odds = [p["angry"] / (1 - p["angry"]) for p in (plain, adjusted)]
    assert np.log(odds[1] / odds[0]) == pytest.approx(2, abs=1e-3)


def test_too_few_labels_are_refused_in_both_languages() -> None:
    with pytest.raises(UserError, match="1 labels, 1 of them angry") as refused:
        calibrate([LabelledClip(np.zeros(8000, dtype=np.int16), "angry", "a")], EmotionModel.load())
    assert "说话人 1 位" in refused.value.message.zh


def test_kept_live_and_back(tmp_path: Path) -> None:
    sites, layer = SiteCalibrations(tmp_path), Adjustment(1.0, (0.5,), (0.0,), 0.1)
    assert sites.live() == {}
    with pytest.raises(UserError, match="as it ships"):
        sites.back()
    sites.keep({"relative": layer}, {"n": 60})
    sites.keep({}, {})
    assert sites.live() == {}
    assert sites.back() == "0001.json"
    assert sites.live() == {"relative": layer}
    assert sites.back() == ""
    assert sites.live() == {}


def test_a_service_at_work_takes_up_what_became_live(tmp_path: Path) -> None:
    service, layer = SiteCalibrations(tmp_path), Adjustment(1.0, (0.5,), (0.0,), 0.1)
    assert service.use() == {}
    SiteCalibrations(tmp_path).keep({"relative": layer}, {"n": 60})
    assert service.use() == {"relative": layer}
    SiteCalibrations(tmp_path).keep({}, {}).write_text("{", encoding="utf-8")
    assert service.use() == {"relative": layer}  # a damaged one changes nothing for a service at work
    SiteCalibrations(tmp_path).back()
    assert service.use() == {}


def test_a_damaged_calibration_is_told_and_can_be_left(tmp_path: Path) -> None:
    sites = SiteCalibrations(tmp_path)
    sites.keep({}, {}).write_text("{", encoding="utf-8")
    with pytest.raises(UserError, match="--back"):
        sites.live()
    assert sites.back() == ""


def test_labels_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "labels.csv"
    path.write_text(
        "call_id,start_s,end_s,side,field,before,after,by,at\na,1,2.5,agent,emotion,angry,neutral,li,\nb,1,2,agent,text,x,y,,\n"
    )
    (label,) = read_labels(path)
    assert (label.call_id, label.end_s, label.emotion) == ("a", 2.5, "neutral")
    path.write_text("call_id,start_s,end_s,side,after\na,1,2.5,agent,cross\n")
    with pytest.raises(UserError, match="2"):
        read_labels(path)


@pytest.mark.parametrize("better", [True, False])
def test_the_command_keeps_only_what_is_better(
    better: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    measured = {"relative": Measured(0.9, 0.93 if better else 0.9, 0.8, 0.82 if better else 0.8)}
    layers = {"relative": Adjustment(1.0, (0.5,), (0.0,), 0.1)} if better else {}
    monkeypatch.setattr(models, "_calibration", lambda *_: Calibration(layers, measured, 60, 12))
    config = tmp_path / "callbox.toml"
    config.write_text(f'[store]\npath = "{tmp_path}"\n')
    assert run(["models", "calibrate", "emotion", "--dry-run", "--config", str(config)]) == (0 if better else 1)
    assert SiteCalibrations(tmp_path).live() == {}
    assert run(["models", "calibrate", "emotion", "--config", str(config)]) == (0 if better else 1)
    assert SiteCalibrations(tmp_path).live() == layers
    assert "0.930" in capsys.readouterr().out or not better


def _voice(pitch_hz: float, loud: float) -> Samples:
    """1.5 s of a buzz in syllables: enough for the features to be there."""
    at = np.arange(12000) / 8000
    buzz = sum(np.sin(2 * np.pi * k * pitch_hz * at) / k for k in range(1, 8))
    return (loud * buzz * (np.sin(2 * np.pi * 3 * at) > -0.3)).astype(np.int16)


def test_corrections_on_the_box_become_a_calibration(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Users(tmp_path).add("li", "a long password 1", "inspector")
    (inspector,) = Users(tmp_path).list()
    recordings, labels = Recordings(tmp_path), Labels(tmp_path)
    AnalysisStore(tmp_path).close()
    for n in range(5):
        said = [_voice(120 + 9 * n, 900), _voice(260 + 9 * n, 6000), _voice(125 + 9 * n, 1000), _voice(270 + 9 * n, 7000)]
        call_id = recordings.add(np.stack([np.zeros(48000, np.int16), np.concatenate(said)], axis=1))
        for k, emotion in enumerate(("neutral", "angry", "neutral", "angry")):
            labels.add(Label(call_id, 1.5 * k, 1.5 * k + 1.5, "customer", "emotion", "sad", emotion), inspector)
    recordings.close()
    config = tmp_path / "callbox.toml"
    config.write_text(f'[store]\npath = "{tmp_path}"\n')
    status = run(["--lang", "en", "models", "calibrate", "emotion", "--dry-run", "--config", str(config)])
    told = capsys.readouterr().out
    assert "20 labels of 5 speakers" in told
    assert "absolute" in told
    assert status == (1 if "Not better" in told else 0)
    assert SiteCalibrations(tmp_path).live() == {}
