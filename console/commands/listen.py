"""callbox listen: hear a line live."""

from __future__ import annotations

import argparse
import contextlib
import getpass
import itertools
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import soundfile

from console.commands.shared import add_config, settings_of
from console.output import note, say
from hw.interfaces import Samples
from hw.messages import Message, UserError, terminal_language
from recorder.listen.client import LiveAudio, LiveBlock, listen
from recorder.listen.protocol import LOST, PAUSED

SIDES = {"mono": (Message("both", "双方"),), "pair": (Message("agent", "座席"), Message("customer", "客户"))}
HUSHED = {PAUSED: Message("recording paused", "录音已暂停"), LOST: Message("audio lost", "音频丢失")}


def add(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Register the command."""
    parser = subparsers.add_parser("listen", help="hear a line live / 实时监听线路")
    parser.add_argument("line", metavar="LINE", help="name of a [[line]] / 线路名称")
    parser.add_argument("--out", type=Path, metavar="FILE", help="write a WAV file; without it, show the levels second by second")
    parser.add_argument("--seconds", type=float, help="stop after so long (default: Ctrl-C)")
    add_config(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Listen until told to stop. The recorder notes who listens; it is never slowed by it."""
    if arguments.seconds is not None and not arguments.seconds > 0:
        raise UserError("--seconds must be above 0.", "--seconds 必须大于 0。")
    with listen(settings_of(arguments), arguments.line, getpass.getuser()) as live, contextlib.suppress(KeyboardInterrupt):
        blocks = _limited(live, arguments.seconds)
        if arguments.out:
            _write(arguments.out, live, blocks)
        else:
            _show(live, blocks)
    return 0


def _limited(live: LiveAudio, seconds: float | None) -> Iterator[LiveBlock]:
    """Blocks until so many seconds of the line's time have passed; missed ones count."""
    left = None if seconds is None else round(seconds * live.rate)
    for block in live:
        samples = block.samples if left is None else block.samples[: max(0, left - block.skipped)]
        yield LiveBlock(block.skipped, block.tag, samples)
        left = None if left is None else left - block.skipped - len(block.samples)
        if left is not None and left <= 0:
            return


def _write(path: Path, live: LiveAudio, blocks: Iterator[LiveBlock]) -> None:
    """What was missed is silence in the file, so that its time stays true."""
    frames = skipped = 0
    try:
        wav = soundfile.SoundFile(path, "w", live.rate, live.channels, subtype="PCM_16", format="WAV")
        with wav, contextlib.suppress(KeyboardInterrupt):
            for block in blocks:
                wav.write(np.zeros((block.skipped, live.channels), np.int16))
                wav.write(block.samples)
                frames += block.skipped + len(block.samples)
                skipped += block.skipped
    except (soundfile.LibsndfileError, OSError) as error:
        raise UserError(f"{path} cannot be written ({error}).", f"无法写入 {path}({error})。") from error
    seconds, missed = frames / live.rate, skipped / live.rate
    note(
        f"{path}: {seconds:.1f} s of line {live.line}, {missed:.1f} s of it missed",
        f"{path}:线路 {live.line} {seconds:.1f} 秒,其中错过 {missed:.1f} 秒",
    )


def _show(live: LiveAudio, blocks: Iterator[LiveBlock]) -> None:
    """A line a second: how loud each side is."""
    for second in itertools.count(1):
        heard: list[LiveBlock] = []
        while sum(block.skipped + len(block.samples) for block in heard) < live.rate:
            block = next(blocks, None)
            if block is None:
                return
            heard.append(block)
        hushed = next((HUSHED[block.tag] for block in heard if block.tag in HUSHED), None)
        if hushed is not None:
            say(f"{second:4d} s  {hushed.en}", f"{second:4d} 秒  {hushed.zh}")
            continue
        levels = _levels(np.concatenate([block.samples for block in heard]))
        sides = zip(SIDES[live.layout], levels, strict=True)
        say(f"{second:4d} s  " + "  ".join(f"{side.text(terminal_language())} {level:6.1f} dBFS" for side, level in sides))


def _levels(samples: Samples) -> list[float]:
    """RMS of each channel, dB relative to full scale, -96 for silence."""
    power = np.mean((samples.astype(np.float64) / 32768.0) ** 2, axis=0) if len(samples) else np.zeros(samples.shape[1])
    return [max(-96.0, float(10 * np.log10(max(value, 1e-12)))) for value in power]
