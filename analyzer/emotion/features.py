"""How an utterance sounds, apart from how loud it is: pitch, spectrum and rhythm as one vector a clip.

All measures are free of the line's level, so that a quiet tap and a loud one read the same. Spectral balance follows the Geneva
minimalistic set (Eyben et al., "GeMAPS", IEEE Trans. Affective Computing 7(2), 2016), kept within the telephone band
(300–3400 Hz); pitch is the autocorrelation method of Boersma ("Accurate short-term analysis of the fundamental frequency",
IFA Proceedings 17, 1993).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hw.interfaces import Samples

Floats = NDArray[np.float32]

RATE = 8000
"""Frames per second of the clips."""
HOP = 80
"""Samples between frames: 10 ms."""
PITCH_EVERY = 2
"""Pitch is taken on every second frame: it moves slowly and its transform is half of the cost."""
SPECTRUM_WINDOW = 256
"""Samples of the spectrum's window: 32 ms."""
PITCH_WINDOW = 320
"""Samples of the pitch window: 40 ms, nearly three periods of the lowest voice."""
PITCH_HZ = (70.0, 500.0)
VOICED = 0.5
"""Normalised autocorrelation above which a frame is voiced (Boersma: 0.45; lines are noisier than studios)."""
OCTAVE_COST = 0.02
"""Favours the higher of two equally good pitches, per octave (Boersma's is 0.01)."""
REFERENCE_HZ = 100.0
"""0 semitones."""
ACTIVE_DB = 30.0
"""A frame this far below the clip's loud frames is a pause."""
SHORTEST_S = 0.35
"""Clips shorter than this say nothing reliable about mood."""
LOWEST_MEL_HZ, HIGHEST_MEL_HZ, MELS, CEPSTRA = 200.0, 3600.0, 24, 12


def features(clip: Samples) -> Floats | None:
    """The vector of FEATURE_NAMES for a mono clip at 8 kHz, int16; None when there is too little speech in it to tell."""
    samples = np.asarray(clip, dtype=np.float32).ravel() / np.float32(32768)
    if len(samples) < SHORTEST_S * RATE:
        return None
    power = _power(samples)
    level_db = 10 * np.log10(power.sum(axis=1) + 1e-12)
    active = level_db > np.percentile(level_db, 95) - ACTIVE_DB
    sounding = active[::PITCH_EVERY]
    pitch = _pitch(samples, len(level_db), sounding)
    if active.sum() < 20 or (pitch.voiced & sounding).sum() < 5:
        return None
    values = [*_pitch_features(pitch, sounding), *_spectral_features(power, active), *_rhythm(level_db, active)]
    return np.array(values, dtype=np.float32)


def _names() -> tuple[str, ...]:
    pitch = ("pitch_median", "pitch_spread", "pitch_range", "pitch_movement", "pitch_high", "voiced_share", "harmonicity")
    balance = tuple(f"{name}_{moment}" for moment in ("mean", "sd") for name in _BALANCE)
    cepstra = tuple(f"mfcc{n}_{moment}" for moment in ("mean", "sd") for n in range(1, CEPSTRA + 1))
    return (*pitch, *balance, "flux", *cepstra, "level_sd", "level_movement", "pause_share")


_BALANCE = ("alpha", "hammarberg", "slope_low", "slope_high", "centroid")


# Pitch


@dataclass(frozen=True)
class _Pitch:
    """Every PITCH_EVERY-th frame. semitones: above REFERENCE_HZ. strength: normalised autocorrelation at the period."""

    semitones: Floats
    strength: Floats
    voiced: NDArray[np.bool_]


_PITCH_SHAPE = np.hanning(PITCH_WINDOW).astype(np.float32)
_PITCH_FFT = 2 * PITCH_WINDOW
_LAGS = np.arange(int(RATE / PITCH_HZ[1]), int(RATE / PITCH_HZ[0]) + 1)
_SEMITONES = (12 * np.log2(RATE / _LAGS / REFERENCE_HZ)).astype(np.float32)
_COST = (OCTAVE_COST * np.log2(_LAGS / _LAGS[0])).astype(np.float32)


def _autocorrelation(frames: Floats) -> Floats:
    spectrum = np.fft.rfft(frames, _PITCH_FFT)
    return np.fft.irfft(spectrum.real**2 + spectrum.imag**2).astype(np.float32, copy=False)


_OF_WINDOW = _autocorrelation(_PITCH_SHAPE[None])[0]
_WINDOW_AT_LAGS = _OF_WINDOW[_LAGS] / _OF_WINDOW[0]
"""The window's own autocorrelation, which is divided out (Boersma, eq. 9)."""


def _frames(samples: Floats, window: int, count: int) -> Floats:
    """`count` frames of `window` samples, centred on every hop; silence around the clip."""
    half = window // 2
    padded = np.pad(samples, (half, half + window))
    return np.lib.stride_tricks.sliding_window_view(padded, window)[::HOP][:count]


def _pitch(samples: Floats, count: int, sounding: NDArray[np.bool_]) -> _Pitch:
    """Pitch where it sounds and two frames around, which the median looks at; elsewhere unvoiced: a pause costs nothing."""
    wanted = np.convolve(sounding, np.ones(5), "same") > 0
    frames = _frames(samples, PITCH_WINDOW, count)[::PITCH_EVERY][wanted]
    frames = (frames - frames.mean(axis=1, keepdims=True)) * _PITCH_SHAPE
    correlation = _autocorrelation(frames)
    normal = correlation[:, _LAGS] / np.maximum(correlation[:, :1], np.float32(1e-12)) / _WINDOW_AT_LAGS
    best = np.argmax(normal - _COST, axis=1)
    strength, semitones = np.zeros(len(wanted), np.float32), np.zeros(len(wanted), np.float32)
    strength[wanted] = np.minimum(normal[np.arange(len(best)), best], 1.0)
    semitones[wanted] = _SEMITONES[best]
    return _Pitch(_median5(semitones), strength, strength > VOICED)


def _median5(values: Floats) -> Floats:
    """Single octave errors taken out."""
    padded = np.pad(values, 2, mode="edge")
    return np.partition(np.lib.stride_tricks.sliding_window_view(padded, 5), 2, axis=1)[:, 2]


def _pitch_features(pitch: _Pitch, active: NDArray[np.bool_]) -> list[float]:
    here = pitch.voiced & active
    tones = pitch.semitones[here]
    low, middle, high = np.percentile(tones, (10, 50, 90))
    steps = np.abs(np.diff(pitch.semitones))[here[1:] & here[:-1]]
    movement = float(np.minimum(steps, 3.0).mean()) if len(steps) else 0.0
    spread = float(np.clip(tones, middle - 12, middle + 12).std())
    share = here.sum() / active.sum()
    return [float(middle), spread, float(high - low), movement, float(high), float(share), float(pitch.strength[here].mean())]


# Spectrum

_SPECTRUM_SHAPE = np.hanning(SPECTRUM_WINDOW).astype(np.float32)
_BINS_HZ = np.fft.rfftfreq(SPECTRUM_WINDOW, 1 / RATE).astype(np.float32)


def _band(low: float, high: float) -> NDArray[np.intp]:
    return np.flatnonzero(np.greater_equal(_BINS_HZ, low) & np.less(_BINS_HZ, high))


_LOW, _HIGH = _band(300, 1000), _band(1000, 3400)
_PEAK_LOW, _PEAK_HIGH = _band(300, 2000), _band(2000, 3400)
_TELEPHONE = _band(300, 3400)
_SLOPE_LOW, _SLOPE_HIGH = _band(300, 900), _band(900, 3400)


def _mel_filters() -> Floats:
    """Triangles, equally wide on the mel scale (O'Shaughnessy's formula, 2595 log10(1 + f / 700))."""

    def mel(hz: float) -> float:
        return float(2595 * np.log10(1 + hz / 700))

    edges = 700 * (10 ** (np.linspace(mel(LOWEST_MEL_HZ), mel(HIGHEST_MEL_HZ), MELS + 2) / 2595) - 1)
    low, middle, high = edges[:-2, None], edges[1:-1, None], edges[2:, None]
    filters = np.maximum(0, np.minimum((_BINS_HZ - low) / (middle - low), (high - _BINS_HZ) / (high - middle)))
    return np.asarray(filters.T, dtype=np.float32)


def _cosines() -> Floats:
    """The orthonormal DCT-II's rows 1 to CEPSTRA; row 0, the level, is left out."""
    phase = np.pi / MELS * np.outer(np.arange(MELS) + 0.5, np.arange(1, CEPSTRA + 1))
    return np.asarray(np.cos(phase) * np.sqrt(2 / MELS), dtype=np.float32)


_MEL = _mel_filters()
_COSINES = _cosines()


def _power(samples: Floats) -> Floats:
    frames = _frames(samples, SPECTRUM_WINDOW, 1 + len(samples) // HOP)
    spectrum = np.fft.rfft(frames * _SPECTRUM_SHAPE)
    return (spectrum.real**2 + spectrum.imag**2).astype(np.float32, copy=False)


def _spectral_features(power: Floats, active: NDArray[np.bool_]) -> list[float]:
    here = power[active] + np.float32(1e-10)
    db = 10 * np.log10(here)
    balance = np.stack(_balance(here, db), axis=1)
    cepstra = np.log(here @ _MEL + np.float32(1e-10)) @ _COSINES
    shape = np.sqrt(here[:, _TELEPHONE])
    shape = shape / np.linalg.norm(shape, axis=1, keepdims=True)
    flux = float(np.linalg.norm(np.diff(shape, axis=0), axis=1).mean()) if len(shape) > 1 else 0.0
    return [*balance.mean(axis=0), *balance.std(axis=0), flux, *cepstra.mean(axis=0), *cepstra.std(axis=0)]


def _balance(power: Floats, db: Floats) -> list[Floats]:
    """The five of _BALANCE, a value a frame: dB, dB, dB a kHz, dB a kHz, kHz."""
    alpha = 10 * np.log10(power[:, _HIGH].sum(axis=1) / power[:, _LOW].sum(axis=1))
    hammarberg = db[:, _PEAK_LOW].max(axis=1) - db[:, _PEAK_HIGH].max(axis=1)
    centroid = power[:, _TELEPHONE] @ _BINS_HZ[_TELEPHONE] / power[:, _TELEPHONE].sum(axis=1) / 1000
    return [alpha, hammarberg, _slope(db, _SLOPE_LOW), _slope(db, _SLOPE_HIGH), centroid]


def _slope(db: Floats, band: NDArray[np.intp]) -> Floats:
    khz = _BINS_HZ[band] / 1000
    centred = khz - khz.mean()
    return np.asarray(db[:, band] @ (centred / (centred @ centred)))


# Rhythm


def _rhythm(level_db: Floats, active: NDArray[np.bool_]) -> list[float]:
    loud = level_db[active]
    moving = np.abs(np.diff(level_db))[active[1:] & active[:-1]]
    inside = active[np.argmax(active) : len(active) - np.argmax(active[::-1])]
    return [float(loud.std()), float(moving.mean()) if len(moving) else 0.0, float(1 - inside.mean())]


FEATURE_NAMES = _names()
"""What each place of the vector is. pitch_*: semitones; *_share: 0–1; alpha, hammarberg, level_*: dB; slope_*: dB a kHz;
centroid: kHz."""
