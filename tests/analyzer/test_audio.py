"""Any sound file becomes 8 kHz; every unusable one is told apart and named."""

from __future__ import annotations

import os
import struct
from pathlib import Path

import numpy as np
import pytest
import soundfile

from analyzer.audio import CUT_OFF, RATE, open_audio
from hw.interfaces import Samples
from hw.messages import UserError
from tests.analyzer.sounds import call, hiss, tone


def _read(path: Path) -> tuple[Samples, tuple[object, ...]]:
    with open_audio(path) as audio:
        samples = np.concatenate(list(audio.blocks()))
        assert audio.duration_s == len(samples) / RATE
        return samples, audio.warnings


def _refusal(path: Path) -> UserError:
    with pytest.raises(UserError) as caught:
        open_audio(path)
    assert str(path) in caught.value.message.en and str(path) in caught.value.message.zh
    assert caught.value.message.en != caught.value.message.zh
    return caught.value


@pytest.mark.parametrize("suffix", ["wav", "flac"])
def test_sixteen_bits_at_8_khz_come_through_unchanged(tmp_path: Path, suffix: str) -> None:
    samples = call()[: 25 * RATE]
    soundfile.write(tmp_path / f"a.{suffix}", samples, RATE)
    read, warnings = _read(tmp_path / f"a.{suffix}")
    assert np.array_equal(read, samples)
    assert warnings == ()


def test_blocks_may_be_read_again(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "a.wav", hiss(25), RATE)
    with open_audio(tmp_path / "a.wav") as audio:
        first, second = (np.concatenate(list(audio.blocks())) for _ in range(2))
    assert len(first) == 25 * RATE and np.array_equal(first, second)


@pytest.mark.parametrize("rate", [6000, 11025, 16000, 44100, 48000])
def test_other_rates_keep_pitch_and_length(tmp_path: Path, rate: int) -> None:
    soundfile.write(tmp_path / "a.wav", tone(440, 23.4, rate=rate), rate)
    read, _ = _read(tmp_path / "a.wav")
    assert abs(len(read) - 23.4 * RATE) <= 2
    spectrum = np.abs(np.fft.rfft(read[RATE : 9 * RATE, 0]))
    assert spectrum.argmax() / 8 == pytest.approx(440, abs=0.2)
    # No click where one block ends and the next begins.
    assert np.abs(np.diff(read[1000:-1000, 0].astype(int))).max() < 8000 * 2 * np.pi * 440 / RATE * 1.05


def test_channels_stay_apart_when_resampled(tmp_path: Path) -> None:
    both = np.stack([tone(300, 3, rate=44100), tone(1000, 3, rate=44100)], axis=1)
    soundfile.write(tmp_path / "a.wav", both, 44100)
    read, _ = _read(tmp_path / "a.wav")
    peaks = np.abs(np.fft.rfft(read[: 2 * RATE], axis=0)).argmax(axis=0) / 2
    assert peaks.tolist() == [300, 1000]


def test_floating_point_files_are_not_silence(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "a.wav", np.array([0.5, -1.5, np.nan, 0.25]), RATE, subtype="FLOAT")
    read, _ = _read(tmp_path / "a.wav")
    assert read[:, 0].tolist() == [16384, -32768, 0, 8192]


def _with_sizes(path: Path, riff: int, data: int) -> None:
    """Write the sizes a recorder that lost power would have left in a WAV."""
    content = bytearray(path.read_bytes())
    struct.pack_into("<I", content, 4, riff)
    at = 12
    while content[at : at + 4] != b"data":
        at += 8 + struct.unpack_from("<I", content, at + 4)[0]
    struct.pack_into("<I", content, at + 4, data)
    path.write_bytes(content)


@pytest.mark.parametrize("sizes", [(0, 0), (0xFFFFFFFF, 0xFFFFFFFF), (36, 0)])
def test_a_wav_cut_off_by_power_loss_gives_all_its_audio(tmp_path: Path, sizes: tuple[int, int]) -> None:
    samples = call()[: 12 * RATE]
    soundfile.write(tmp_path / "a.wav", samples, RATE)
    _with_sizes(tmp_path / "a.wav", *sizes)
    read, warnings = _read(tmp_path / "a.wav")
    assert np.array_equal(read, samples)
    assert warnings == (CUT_OFF,)


def test_a_chunk_before_the_data_may_say_data(tmp_path: Path) -> None:
    """Searching for the tag instead of walking the chunks would begin in the middle of the list."""
    samples = hiss(2)
    info = b"INFOICMT" + struct.pack("<I", 12) + b"data\x04\0\0\0data"
    header = b"WAVEfmt " + struct.pack("<IHHIIHH", 16, 1, 1, RATE, 2 * RATE, 2, 16) + b"LIST" + struct.pack("<I", len(info)) + info
    content = header + b"data" + struct.pack("<I", 0) + samples.tobytes()
    (tmp_path / "a.wav").write_bytes(b"RIFF" + struct.pack("<I", 0) + content)
    read, warnings = _read(tmp_path / "a.wav")
    assert np.array_equal(read[:, 0], samples)
    assert warnings == (CUT_OFF,)


def test_a_truncated_wav_gives_what_is_there(tmp_path: Path) -> None:
    samples = call()[: 12 * RATE]
    soundfile.write(tmp_path / "a.wav", samples, RATE)
    content = (tmp_path / "a.wav").read_bytes()
    (tmp_path / "a.wav").write_bytes(content[: len(content) // 2])
    read, warnings = _read(tmp_path / "a.wav")
    assert len(read) == pytest.approx(len(samples) / 2, abs=20)
    assert np.array_equal(read, samples[: len(read)])
    assert warnings == (CUT_OFF,)


def test_a_truncated_flac_gives_what_is_there(tmp_path: Path) -> None:
    samples = call()[: 30 * RATE]
    soundfile.write(tmp_path / "a.flac", samples, RATE)
    content = (tmp_path / "a.flac").read_bytes()
    (tmp_path / "a.flac").write_bytes(content[: len(content) // 2])
    read, warnings = _read(tmp_path / "a.flac")
    assert len(read) > 10 * RATE
    assert np.array_equal(read, samples[: len(read)])
    assert warnings == (CUT_OFF,)


def test_files_that_are_no_calls_are_refused(tmp_path: Path) -> None:
    (tmp_path / "empty.wav").touch()
    (tmp_path / "text.wav").write_text("This is not audio, whatever its name says." * 50)
    soundfile.write(tmp_path / "nothing.wav", np.zeros(0, np.int16), RATE)
    soundfile.write(tmp_path / "three.wav", np.zeros((800, 3), np.int16), RATE)
    assert "does not exist" in _refusal(tmp_path / "missing.wav").message.en
    assert "folder" in _refusal(tmp_path).message.en
    assert "empty" in _refusal(tmp_path / "empty.wav").message.en
    assert "not an audio file" in _refusal(tmp_path / "text.wav").message.en
    assert "no sound" in _refusal(tmp_path / "nothing.wav").message.en
    three = _refusal(tmp_path / "three.wav").message
    assert "3 channels" in three.en and "remix" in three.en and "3 个声道" in three.zh
    assert "does not exist" in _refusal(tmp_path / "empty.wav" / "inside").message.en


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_one_may_not_read_is_refused(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "a.wav", hiss(1), RATE)
    (tmp_path / "a.wav").chmod(0)
    assert "may not be read" in _refusal(tmp_path / "a.wav").message.en
