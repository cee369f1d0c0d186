"""calls.db: what was recorded. The recorder writes it; everyone else reads."""

from __future__ import annotations

from recorder.migrations import Migration, follow

CALLS_DB = "calls.db"

MIGRATIONS = (
    Migration(
        "0001-calls",
        (
            """CREATE TABLE lines (
                name TEXT PRIMARY KEY, layout TEXT NOT NULL CHECK (layout IN ('mono', 'pair')),
                extension TEXT NOT NULL, language TEXT NOT NULL) STRICT""",
            """CREATE TABLE agents (id TEXT PRIMARY KEY, name TEXT NOT NULL, team TEXT NOT NULL) STRICT""",
            # Who sat where, when: line or extension is given, the other empty; until is empty while it still holds.
            """CREATE TABLE assignments (
                agent_id TEXT NOT NULL REFERENCES agents (id), line TEXT NOT NULL, extension TEXT NOT NULL,
                since TEXT NOT NULL, until TEXT NOT NULL) STRICT""",
            # state: recording, closed, interrupted (the box stopped in mid-call), unanswered (rang, never picked up).
            # direction: in, out, unknown. answered_at, ended_at, duration_s are NULL until known; duration_s counts frames.
            # team is the agent's at the time of the call. hung_up_by: agent, customer or NULL when nothing tells.
            """CREATE TABLE calls (
                id TEXT PRIMARY KEY, line TEXT NOT NULL, layout TEXT NOT NULL, language TEXT NOT NULL,
                direction TEXT NOT NULL, state TEXT NOT NULL,
                started_at TEXT NOT NULL, answered_at TEXT, ended_at TEXT, duration_s REAL, ring_s REAL, ring_count INTEGER,
                caller_number TEXT NOT NULL DEFAULT '', called_number TEXT NOT NULL DEFAULT '', extension TEXT NOT NULL DEFAULT '',
                agent_id TEXT REFERENCES agents (id), team TEXT NOT NULL DEFAULT '', hung_up_by TEXT,
                source TEXT NOT NULL DEFAULT '') STRICT""",
            "CREATE INDEX calls_by_start ON calls (started_at)",
            "CREATE INDEX calls_by_agent ON calls (agent_id, started_at)",
            "CREATE INDEX calls_by_line ON calls (line, started_at)",
            # path is relative to the store; NULL path never happens: a part is written before its row is closed.
            """CREATE TABLE parts (
                id TEXT PRIMARY KEY, call_id TEXT NOT NULL REFERENCES calls (id), seq INTEGER NOT NULL, path TEXT NOT NULL,
                started_at TEXT NOT NULL, frames INTEGER, rate INTEGER NOT NULL, channels INTEGER NOT NULL, bytes INTEGER,
                sha256 TEXT, state TEXT NOT NULL CHECK (state IN ('writing', 'closed', 'recovered'))) STRICT""",
            "CREATE INDEX parts_by_call ON parts (call_id, seq)",
            # Audio known to be lost: start_frame counts from the start of the part.
            """CREATE TABLE gaps (
                id INTEGER PRIMARY KEY, call_id TEXT REFERENCES calls (id), part_id TEXT REFERENCES parts (id),
                line TEXT NOT NULL, at TEXT NOT NULL, start_frame INTEGER, frames INTEGER NOT NULL, reason TEXT NOT NULL) STRICT""",
            """CREATE TABLE line_events (
                id INTEGER PRIMARY KEY, line TEXT NOT NULL, at TEXT NOT NULL, kind TEXT NOT NULL,
                counter INTEGER NOT NULL) STRICT""",
            """CREATE TABLE call_records (
                id INTEGER PRIMARY KEY, layout TEXT NOT NULL, started_at TEXT NOT NULL, duration_s REAL, extension TEXT NOT NULL,
                trunk TEXT NOT NULL, direction TEXT NOT NULL, number TEXT NOT NULL, ring_s REAL, raw TEXT NOT NULL,
                received_at TEXT NOT NULL, call_id TEXT REFERENCES calls (id)) STRICT""",
            # Raised and cleared once each; subject names the line, device or disk it is about.
            """CREATE TABLE alarms (
                id INTEGER PRIMARY KEY, kind TEXT NOT NULL, subject TEXT NOT NULL, raised_at TEXT NOT NULL, cleared_at TEXT,
                detail TEXT NOT NULL) STRICT""",
        ),
    ),
    # closed_seq: readers that follow the calls need an order in which none is ever added behind their back; ends of calls are not
    # one, since a call recovered after a stop ended long before it was closed.
    Migration(
        "0002-closed-seq",
        (
            "ALTER TABLE calls ADD COLUMN closed_seq INTEGER",
            "CREATE UNIQUE INDEX calls_by_closing ON calls (closed_seq)",
            "CREATE INDEX gaps_by_call ON gaps (call_id)",
            "CREATE INDEX alarms_open ON alarms (kind, subject) WHERE cleared_at IS NULL",
            "CREATE INDEX records_open ON call_records (started_at) WHERE call_id IS NULL",
        ),
    ),
    # For the call list at a million calls: ordered by duration, and a piece of a number found in the index alone.
    Migration(
        "0003-list",
        (
            "CREATE INDEX calls_by_duration ON calls (duration_s)",
            "CREATE INDEX calls_by_number ON calls (caller_number, called_number)",
        ),
    ),
    # kind: what the part is (recorder.line.actions.KINDS). number_source: "dialled" (from the keys), "record" (the PBX said it)
    # or "". digits: keys pressed on a telephone; digit is NULL where it was masked, so that their number is known and nothing else.
    Migration(
        "0005-parts-and-keys",
        (
            "ALTER TABLE parts ADD COLUMN kind TEXT NOT NULL DEFAULT 'talk'",
            "ALTER TABLE calls ADD COLUMN number_source TEXT NOT NULL DEFAULT ''",
            """CREATE TABLE digits (
                id INTEGER PRIMARY KEY, call_id TEXT NOT NULL REFERENCES calls (id) ON DELETE CASCADE, at TEXT NOT NULL,
                start_frame INTEGER NOT NULL, frames INTEGER NOT NULL, side TEXT NOT NULL, digit TEXT) STRICT""",
            "CREATE INDEX digits_by_call ON digits (call_id)",
        ),
    ),
    # The chain of evidence (recorder.evidence): what stood when a call was closed and what became of it since, item after item.
    # heads: the last item of each UTC day, signed. tombstones: what was deleted, signed; number gives readers an order to follow.
    # deletions_open: calls whose tombstone stands and whose files are still being unlinked.
    Migration(
        "0006-evidence",
        (
            """CREATE TABLE evidence (
                seq INTEGER PRIMARY KEY, at TEXT NOT NULL, kind TEXT NOT NULL, subject TEXT NOT NULL, body TEXT NOT NULL,
                prev TEXT NOT NULL, hash TEXT NOT NULL) STRICT""",
            "CREATE INDEX evidence_by_subject ON evidence (subject, seq)",
            """CREATE TABLE heads (
                day TEXT PRIMARY KEY, seq INTEGER NOT NULL, hash TEXT NOT NULL, key TEXT NOT NULL,
                signature TEXT NOT NULL) STRICT""",
            "CREATE INDEX heads_by_seq ON heads (seq)",
            # was: JSON of the parts as they were, with their hashes.
            """CREATE TABLE tombstones (
                number INTEGER PRIMARY KEY AUTOINCREMENT, call_id TEXT NOT NULL UNIQUE REFERENCES calls (id), at TEXT NOT NULL,
                rule TEXT NOT NULL, reason TEXT NOT NULL, by TEXT NOT NULL, bytes INTEGER NOT NULL, was TEXT NOT NULL,
                key TEXT NOT NULL, signature TEXT NOT NULL) STRICT""",
            "CREATE TABLE deletions_open (call_id TEXT PRIMARY KEY REFERENCES calls (id)) STRICT",
            "ALTER TABLE parts ADD COLUMN deleted_at TEXT",
            "CREATE INDEX parts_kept ON parts (started_at, id, call_id, bytes) WHERE deleted_at IS NULL AND state <> 'writing'",
            "CREATE TABLE retention_state (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT",
        ),
    ),
    # How loud each side of a call was (recorder.signals.levels.CallLevels); for trends: is a line getting worse?
    Migration(
        "0008-levels",
        (
            """CREATE TABLE call_levels (
                call_id TEXT NOT NULL REFERENCES calls (id) ON DELETE CASCADE, side TEXT NOT NULL, peak_db REAL NOT NULL,
                speech_db REAL, noise_db REAL NOT NULL, hum_db REAL NOT NULL, clipped REAL NOT NULL, speech_s REAL NOT NULL,
                measured_s REAL NOT NULL, PRIMARY KEY (call_id, side)) STRICT, WITHOUT ROWID""",
        ),
    ),
    # What the PBX says beside times and numbers; lines of its port that are no records; how far off its clock is; when the recorder
    # ran; and each day's comparison of what the PBX counted with what was recorded.
    Migration(
        "0007-call-records",
        (
            "ALTER TABLE call_records ADD COLUMN account TEXT NOT NULL DEFAULT ''",
            "ALTER TABLE call_records ADD COLUMN condition TEXT NOT NULL DEFAULT ''",
            "ALTER TABLE call_records ADD COLUMN queue_s REAL",
            "ALTER TABLE call_records ADD COLUMN resolution_s REAL NOT NULL DEFAULT 60.0",
            "ALTER TABLE call_records ADD COLUMN duration_resolution_s REAL NOT NULL DEFAULT 1.0",
            # A line the PBX sent again: the record it repeats.
            "ALTER TABLE call_records ADD COLUMN repeats INTEGER",
            # Seconds by which the PBX's clock was ahead of the box's when this record was matched; NULL while it is not.
            "ALTER TABLE call_records ADD COLUMN clock_s REAL",
            "CREATE INDEX records_by_start ON call_records (started_at)",
            "CREATE INDEX records_by_call ON call_records (call_id) WHERE call_id IS NOT NULL",
            """CREATE TABLE port_lines (
                id INTEGER PRIMARY KEY, at TEXT NOT NULL, kind TEXT NOT NULL, raw TEXT NOT NULL, reason_en TEXT NOT NULL,
                reason_zh TEXT NOT NULL) STRICT""",
            """CREATE TABLE runs (
                id INTEGER PRIMARY KEY, started_at TEXT NOT NULL, alive_at TEXT NOT NULL, ended_at TEXT) STRICT""",
            "CREATE INDEX runs_by_start ON runs (started_at)",
            # day: local date. missed and unlisted count items that are faults; expected ones (internal calls, lines that are not
            # tapped) are counted in their own columns.
            """CREATE TABLE reconciliations (
                day TEXT PRIMARY KEY, start TEXT NOT NULL, end TEXT NOT NULL, made_at TEXT NOT NULL, records INTEGER NOT NULL,
                calls INTEGER NOT NULL, matched INTEGER NOT NULL, missed INTEGER NOT NULL, unlisted INTEGER NOT NULL,
                expected INTEGER NOT NULL) STRICT""",
            # kind: "missed" (record_id) or "unlisted" (call_id); reason: recorder.pbx.reconcile.REASONS.
            """CREATE TABLE reconciliation_items (
                day TEXT NOT NULL REFERENCES reconciliations (day) ON DELETE CASCADE, kind TEXT NOT NULL, reason TEXT NOT NULL,
                record_id INTEGER, call_id TEXT) STRICT""",
            "CREATE INDEX reconciliation_items_by_day ON reconciliation_items (day)",
        ),
    ),
    # Recording paused while a card number was said (recorder.line.pauses). frames: how long, NULL while it lasts or when the
    # box stopped in it. ended: "resumed", "limit" (its time was up), "call_ended".
    Migration(
        "0004-pauses",
        (
            """CREATE TABLE pauses (
                id TEXT PRIMARY KEY, line TEXT NOT NULL, call_id TEXT NOT NULL REFERENCES calls (id) ON DELETE CASCADE,
                at TEXT NOT NULL, by TEXT NOT NULL, reason TEXT NOT NULL, frames INTEGER, ended TEXT, ended_by TEXT) STRICT""",
            "CREATE INDEX pauses_by_call ON pauses (call_id)",
        ),
    ),
    # Calls that have come or changed, in order: readers that keep a picture of all calls (quality.callindex) follow it.
    Migration(
        "0021-changed-calls",
        (
            "CREATE TABLE changed_calls (number INTEGER PRIMARY KEY AUTOINCREMENT, call_id TEXT NOT NULL) STRICT",
            *follow("calls", "changed_calls", {"INSERT": "NEW.id", "UPDATE": "NEW.id", "DELETE": "OLD.id"}),
        ),
    ),
    # detail is English; alarms raised before this have no Chinese words and are shown as they are.
    Migration("0030-alarm-words", ("ALTER TABLE alarms ADD COLUMN detail_zh TEXT NOT NULL DEFAULT ''",)),
)
