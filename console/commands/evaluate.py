"""callbox evaluate: accuracy on labelled speech, as figures."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from console.commands.shared import add_config, settings_of
from console.output import Progress, report, say, say_json
from hw.arguments import wrong_value

if TYPE_CHECKING:
    from analyzer.result import Analysis, CallFacts


def add(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Register the command and its three subjects."""
    parser = subparsers.add_parser("evaluate", help="measure accuracy on labelled speech / 用标注语音测量准确度")
    subjects = parser.add_subparsers(dest="subject", required=True, metavar="SUBJECT")
    asr = subjects.add_parser("asr", help="recognition: manifest with columns path,text / 识别率")
    asr.add_argument("manifest", type=Path)
    asr.add_argument("--language", choices=("zh", "en"), required=True)
    emotion = subjects.add_parser("emotion", help="emotion: manifest with columns path,label,speaker[,baseline] / 情绪识别")
    emotion.add_argument("manifest", type=Path)
    emotion.add_argument("--calibrate", type=int, metavar="N", help="fit on N clips of half the speakers, measure on the others")
    emotion.add_argument("--splits", type=int, default=20, help="with --calibrate: random halves of the speakers")
    rules = subjects.add_parser("rules", help="rules: folder of NAME.flac + NAME.json with must and must_not / 规则命中")
    rules.add_argument("folder", type=Path)
    rules.add_argument("--words", action="store_true", help="by the words in NAME.json alone, without sound / 只用标注文字")
    rules.add_argument("--confuse", type=_share, default=0.0, metavar="SHARE", help="words: mishear that share of characters (0-1)")
    rules.add_argument("--seed", type=int, default=1, help="words: which characters")
    rules.add_argument("--rulebook", type=Path, help="words: another rulebook than the box's / 另一份规则手册")
    roles = subjects.add_parser("roles", help="who is who: two-channel calls mixed to one, their channels the truth / 说话人角色")
    roles.add_argument("files", type=Path, nargs="*", help="two-channel calls (default: the bundled ones)")
    roles.add_argument("--language", choices=("auto", "zh", "en"), default="auto")
    vad = subjects.add_parser("vad", help="voice activity: recordings of one clean voice each, put on noisy lines / 语音检测")
    vad.add_argument("files", type=Path, nargs="+")
    sampling = subjects.add_parser("sampling", help="which calls would be listened to, over all days of a store / 抽样是否达标")
    sampling.add_argument("--store", type=Path, metavar="DIR", help="instead of the settings' store")
    sampling.add_argument("--seed", type=int, default=1)
    sampling.add_argument("--inspectors", type=int, help="how many, instead of those who have an account")
    figures = subjects.add_parser("figures", help="the 23 figures against a slow and obvious computation of them / 核对运营指标")
    figures.add_argument("--store", type=Path, metavar="DIR", help="instead of the settings' store")
    for subject, run in ((asr, run_asr), (emotion, run_emotion), (rules, run_rules), (roles, run_roles), (vad, run_vad),
                         (sampling, run_sampling), (figures, run_figures)):  # fmt: skip
        subject.add_argument("--json", action="store_true", help="print JSON")
        add_config(subject)
        subject.set_defaults(run=run)


def run_asr(arguments: argparse.Namespace) -> int:
    """Character or word error rate and speed."""
    from analyzer.evaluate.asr import evaluate_asr

    settings = settings_of(arguments)
    with Progress("recognising", "正在识别") as progress:
        figures = evaluate_asr(arguments.manifest, arguments.language, settings.analysis, progress)
    return _print(figures, arguments.json)


def run_emotion(arguments: argparse.Namespace) -> int:
    """Ranking and recall of the emotion model."""
    if arguments.calibrate:
        from analyzer.evaluate.calibration import evaluate_calibration

        return _print(evaluate_calibration(arguments.manifest, arguments.calibrate, arguments.splits), arguments.json)
    from analyzer.evaluate.emotion import evaluate_emotion

    return _print(evaluate_emotion(arguments.manifest), arguments.json)


def run_rules(arguments: argparse.Namespace) -> int:
    """Recall and precision of the rules over whole calls."""
    if arguments.words or arguments.confuse or arguments.rulebook:
        return _run_words(arguments)
    from analyzer.evaluate.rules import evaluate_rules, labelled_calls
    from console.understand import Understanding

    understanding = Understanding(settings_of(arguments))
    count, done = len(labelled_calls(arguments.folder)), 0

    def analyse(path: Path, facts: CallFacts) -> Analysis:
        nonlocal done
        progress(done, count, f"{done}/{count} {path.name}")
        done += 1
        return understanding.analysis_of(path, facts)

    with Progress("checking the rules", "正在检查规则") as progress:
        figures = evaluate_rules(arguments.folder, analyse)
        progress(count, count)
    return _print(figures, arguments.json)


def _run_words(arguments: argparse.Namespace) -> int:
    from analyzer.evaluate.rules import evaluate_words
    from analyzer.rules import rulebook

    own = settings_of(arguments).analysis.rulebook
    book = rulebook.load(arguments.rulebook or (Path(own) if own else None))
    return _print(evaluate_words(arguments.folder, book, arguments.confuse, arguments.seed), arguments.json)


def _share(text: str) -> float:
    value = float(text)
    if not 0 <= value <= 1:
        raise wrong_value(f"{text} is not between 0 and 1", f"{text} 不在 0 与 1 之间")
    return value


def run_roles(arguments: argparse.Namespace) -> int:
    """Right roles on one channel, leakage on two."""
    import soundfile

    from analyzer.evaluate.roles import evaluate_roles
    from analyzer.pipeline import Pipeline
    from console.demo.bundle import bundled_calls

    settings = settings_of(arguments)
    pipeline = Pipeline(settings.analysis, settings.site)
    files = arguments.files or [call.audio for call in bundled_calls() if soundfile.info(call.audio).channels == 2]
    with Progress("telling voices apart", "正在区分说话人") as progress:
        figures = evaluate_roles(files, arguments.language, pipeline.analyze, pipeline.language_of, progress)
    return _print(figures, arguments.json)


def run_vad(arguments: argparse.Namespace) -> int:
    """F1 and cost of the voice activity detectors."""
    from analyzer.evaluate.vad import evaluate_vad

    with Progress("listening", "正在检测") as progress:
        figures = evaluate_vad(arguments.files, progress)
    return _print(figures, arguments.json)


def run_sampling(arguments: argparse.Namespace) -> int:
    """Duties, strata, evenness of the sampling, by planning every day of the store anew; nothing is written."""
    from quality.sampling.evaluate import evaluate_sampling

    settings = settings_of(arguments)
    store = arguments.store or Path(settings.store.path)
    with Progress("planning", "正在抽样") as progress:
        figures = evaluate_sampling(
            store, settings.site.timezone, arguments.seed, inspectors=arguments.inspectors, progress=progress
        )  # fmt: skip
    return _print(figures, arguments.json)


def run_figures(arguments: argparse.Namespace) -> int:
    """Every figure worked out twice; 1 when the two differ or, in a made centre, what is planted is not found."""
    from quality.figures.evaluate import evaluate_figures

    settings = settings_of(arguments)
    store = arguments.store or Path(settings.store.path)
    with Progress("comparing", "正在核对") as progress:
        found = evaluate_figures(store, settings.site.timezone, progress=progress)
    return _print(found, arguments.json) or int(not found["agreed"])


def _print(figures: dict[str, object], as_json: bool) -> int:
    if as_json:
        say_json(figures)
    else:
        say(report(figures))
    return 0
