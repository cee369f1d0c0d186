"""analysis.db: what was understood. The analyzer writes it; everyone else reads."""

from __future__ import annotations

from recorder.migrations import Migration, follow

ANALYSIS_DB = "analysis.db"

SURE_MOOD = 0.6
"""Probability from which an utterance is said to be angry, happy or sad."""
MOODS = ("angry", "happy", "sad")
SIDES = ("agent", "customer", "mixed")
"""In results.moods the bit 3 × side + mood is set when an utterance of that side surely had that mood."""

_MOOD = " ".join(f"WHEN json_extract(emotion, '$.{mood}') >= {SURE_MOOD} THEN {1 << place}" for place, mood in enumerate(MOODS))
_SIDE = " ".join(f"WHEN '{side}' THEN {len(MOODS) * place}" for place, side in enumerate(SIDES))
_MOOD_BIT = f"(CASE {_MOOD} ELSE 0 END) << (CASE side {_SIDE} ELSE {len(MOODS) * 2} END)"

MIGRATIONS = (
    Migration(
        "0001-analysis",
        (
            # One row a call and pipeline version; state: done, failed (will be tried again), parked (given up, reason says why).
            """CREATE TABLE jobs (
                call_id TEXT PRIMARY KEY, pipeline_version TEXT NOT NULL, state TEXT NOT NULL, attempts INTEGER NOT NULL,
                reason TEXT NOT NULL DEFAULT '', finished_at TEXT NOT NULL, audio_s REAL, cpu_s REAL, wall_s REAL) STRICT""",
            # emotion and words are JSON, as in analyzer.result.
            """CREATE TABLE utterances (
                id INTEGER PRIMARY KEY, call_id TEXT NOT NULL, seq INTEGER NOT NULL, start_s REAL NOT NULL, end_s REAL NOT NULL,
                side TEXT NOT NULL, text TEXT NOT NULL, confidence REAL NOT NULL, level_db REAL NOT NULL,
                emotion TEXT NOT NULL, words TEXT NOT NULL) STRICT""",
            "CREATE INDEX utterances_by_call ON utterances (call_id, seq)",
            """CREATE TABLE hits (
                id INTEGER PRIMARY KEY, call_id TEXT NOT NULL, seq INTEGER NOT NULL, rule TEXT NOT NULL, side TEXT NOT NULL,
                start_s REAL NOT NULL, end_s REAL NOT NULL, evidence TEXT NOT NULL, confidence REAL NOT NULL) STRICT""",
            "CREATE INDEX hits_by_call ON hits (call_id, seq)",
            "CREATE INDEX hits_by_rule ON hits (rule, call_id)",
            # hit_seq points at hits.seq of the same call.
            """CREATE TABLE deductions (
                id INTEGER PRIMARY KEY, call_id TEXT NOT NULL, score TEXT NOT NULL, rule TEXT NOT NULL, points REAL NOT NULL,
                hit_seq INTEGER NOT NULL) STRICT""",
            "CREATE INDEX deductions_by_call ON deductions (call_id)",
            # One row a call; acoustics and warnings are JSON. high_priority: a sensitive word, an insult: first in the list.
            """CREATE TABLE results (
                call_id TEXT PRIMARY KEY, pipeline_version TEXT NOT NULL, rulebook_version TEXT NOT NULL,
                compliance REAL NOT NULL, experience REAL NOT NULL, risk REAL NOT NULL, high_priority INTEGER NOT NULL,
                acoustics TEXT NOT NULL, warnings TEXT NOT NULL, analyzed_at TEXT NOT NULL) STRICT""",
            "CREATE INDEX results_by_priority ON results (high_priority, call_id)",
        ),
    ),
    # For the call list at a million calls: ordered by each score, and the few analyses that failed.
    Migration(
        "0002-list",
        (
            "CREATE INDEX results_by_compliance ON results (compliance, call_id)",
            "CREATE INDEX results_by_experience ON results (experience, call_id)",
            "CREATE INDEX results_by_risk ON results (risk, call_id)",
            "CREATE INDEX jobs_undone ON jobs (state) WHERE state <> 'done'",
        ),
    ),
    Migration(
        "0003-search",
        (
            # Rowid = utterances.id. Chinese characters stand apart, so that one or two of them are found as a phrase; sounds holds
            # a syllable class for each (analyzer.rules.sound), so that homophones are found too.
            "CREATE VIRTUAL TABLE utterance_search USING fts5 (characters, sounds, tokenize = 'unicode61')",
            "ALTER TABLE results ADD COLUMN channels INTEGER NOT NULL DEFAULT 1",
            # The call being analysed now. A row that is still there at start-up says that the analyzer died over that call.
            "CREATE TABLE underway (call_id TEXT PRIMARY KEY, started_at TEXT NOT NULL) STRICT",
        ),
    ),
    Migration(
        "0010-ears",
        (
            # Mono lines: how sure it is that this side spoke, 0–1. problem: JSON of a message, where the engine failed.
            "ALTER TABLE utterances ADD COLUMN role_confidence REAL",
            "ALTER TABLE utterances ADD COLUMN problem TEXT",
        ),
    ),
    # What a call's scores were by earlier rulebooks: counts only, no words. faults: JSON, rule → hits.
    Migration(
        "0011-rulebooks",
        (
            """CREATE TABLE past_scores (
                id INTEGER PRIMARY KEY, call_id TEXT NOT NULL, rulebook_version TEXT NOT NULL, pipeline_version TEXT NOT NULL,
                compliance REAL NOT NULL, experience REAL NOT NULL, risk REAL NOT NULL, faults TEXT NOT NULL,
                until TEXT NOT NULL) STRICT""",
            "CREATE INDEX past_scores_by_call ON past_scores (call_id, id)",
            "CREATE INDEX results_by_rulebook ON results (rulebook_version, call_id)",
        ),
    ),
    # For the recorder (recorder.retention.holds): calls that analysis needs no more, so that their audio may go.
    # forgotten: up to which tombstone the words of deleted calls have been taken away (analyzer.forgetting).
    Migration(
        "0016-retention",
        (
            "CREATE VIEW retention_settled (call_id) AS SELECT call_id FROM jobs WHERE state IN ('done', 'parked')",
            "CREATE TABLE forgotten (tombstone INTEGER PRIMARY KEY, at TEXT NOT NULL) STRICT",
        ),
    ),
    # heard: the words behind a text whose numbers were put in digits; NULL where they are the same.
    Migration("0021-heard", ("ALTER TABLE utterances ADD COLUMN heard TEXT",)),
    # degraded: what was saved on while the box was too busy, "" for nothing. jobs.state has one value more: put_off (no words
    # yet, they follow when there is time; retention waits for them). surveys: what is known of such a call; acoustics is JSON.
    Migration(
        "0022-degraded",
        (
            "ALTER TABLE results ADD COLUMN degraded TEXT NOT NULL DEFAULT ''",
            """CREATE TABLE surveys (
                call_id TEXT PRIMARY KEY, duration_s REAL NOT NULL, channels INTEGER NOT NULL, acoustics TEXT NOT NULL,
                surveyed_at TEXT NOT NULL) STRICT""",
        ),
    ),
    # What is understood while a call goes on (analyzer.live), removed with the call's full result: number counts on and is never
    # used twice, so that a follower misses nothing. hits and emotion are JSON; urgent: a hit that goes on the alert list.
    # said_at, at: instants of the last word's end and of this row.
    Migration(
        "0030-live",
        (
            """CREATE TABLE live_said (
                number INTEGER PRIMARY KEY AUTOINCREMENT, call_id TEXT NOT NULL, line TEXT NOT NULL, side TEXT NOT NULL,
                start_s REAL NOT NULL, end_s REAL NOT NULL, text TEXT NOT NULL, confidence REAL NOT NULL, emotion TEXT NOT NULL,
                hits TEXT NOT NULL, urgent INTEGER NOT NULL, said_at TEXT NOT NULL, at TEXT NOT NULL) STRICT""",
            "CREATE INDEX live_said_by_call ON live_said (call_id, number)",
            "CREATE INDEX live_said_urgent ON live_said (number) WHERE urgent = 1",
        ),
    ),
    # For lists and searches over all calls: a call's longest silence (seconds), its moods, and the number of its first utterance
    # (all of a call's utterances are written at once, so their numbers follow one another). changed_results: see calls.db.
    Migration(
        "0031-lists",
        (
            "ALTER TABLE results ADD COLUMN longest_silence_s REAL",
            "ALTER TABLE results ADD COLUMN moods INTEGER NOT NULL DEFAULT 0",
            "ALTER TABLE results ADD COLUMN first_utterance INTEGER",
            "UPDATE results SET longest_silence_s = json_extract(acoustics, '$.longest_silence_s')",
            # Our own words only, like all of a schema.
            f"""UPDATE results SET first_utterance = u.first, moods = u.moods FROM (
                SELECT call_id, min(id) AS first, sum(DISTINCT {_MOOD_BIT}) AS moods FROM utterances GROUP BY call_id) AS u
                WHERE u.call_id = results.call_id""",  # noqa: S608
            f"""CREATE TRIGGER results_for_lists AFTER INSERT ON results BEGIN
                UPDATE results SET longest_silence_s = json_extract(NEW.acoustics, '$.longest_silence_s'),
                    first_utterance = (SELECT min(id) FROM utterances WHERE call_id = NEW.call_id),
                    moods = coalesce((SELECT sum(DISTINCT {_MOOD_BIT}) FROM utterances WHERE call_id = NEW.call_id), 0)
                WHERE rowid = NEW.rowid; END""",  # noqa: S608
            "CREATE TABLE changed_results (number INTEGER PRIMARY KEY AUTOINCREMENT, call_id TEXT NOT NULL) STRICT",
            *follow("jobs", "changed_results", {"INSERT": "NEW.call_id", "UPDATE": "NEW.call_id", "DELETE": "OLD.call_id"}),
            *follow("results", "changed_results", {"UPDATE": "NEW.call_id", "DELETE": "OLD.call_id"}),
        ),
    ),
)
