"""review.db: what people decided. The web UI writes it, the console is its guest; everyone else reads."""

from __future__ import annotations

from quality.access import accountschema, tokenschema
from quality.boxsettings import schema as settingsschema
from quality.calls import listschema
from quality.forms import schema as formschema
from quality.jobs import schema as jobschema
from quality.managing import manageschema
from quality.reviewing import correctedschema
from recorder.migrations import Migration

REVIEW_DB = "review.db"

MIGRATIONS = (
    Migration(
        "0001-review",
        (
            # agent_id binds a 座席 to calls.db's agents. disabled_at NULL: may log in. password_at changes with the password, so
            # that sessions opened with the old one can be told.
            """CREATE TABLE users (
                id TEXT PRIMARY KEY, name TEXT NOT NULL, name_key TEXT NOT NULL UNIQUE,
                role TEXT NOT NULL CHECK (role IN ('inspector', 'manager', 'agent', 'admin')),
                agent_id TEXT, language TEXT, password_hash TEXT NOT NULL, password_at TEXT NOT NULL,
                created_at TEXT NOT NULL, disabled_at TEXT) STRICT""",
            # A form version never changes once stored: document is the whole form as JSON.
            """CREATE TABLE forms (
                id TEXT NOT NULL, version TEXT NOT NULL, document TEXT NOT NULL, stored_at TEXT NOT NULL, stored_by TEXT NOT NULL,
                PRIMARY KEY (id, version)) STRICT""",
            # One row a save; version counts from 1 within the call, the highest is the one that holds. earned is the points before
            # a taboo took them, total what counts, both 0–100. machine_score is the machine's own at that moment.
            """CREATE TABLE reviews (
                id TEXT PRIMARY KEY, call_id TEXT NOT NULL, version INTEGER NOT NULL,
                form_id TEXT NOT NULL, form_version TEXT NOT NULL, earned REAL NOT NULL, total REAL NOT NULL,
                passed INTEGER NOT NULL, machine_score REAL, comment TEXT NOT NULL,
                reviewer_id TEXT NOT NULL REFERENCES users (id), reviewed_at TEXT NOT NULL,
                UNIQUE (call_id, version), FOREIGN KEY (form_id, form_version) REFERENCES forms (id, version)) STRICT""",
            "CREATE INDEX reviews_by_time ON reviews (reviewed_at)",
            # grade: excellent, good, fair, poor, bad or na. suggestion is the machine's as JSON, NULL where it had none.
            """CREATE TABLE review_items (
                review_id TEXT NOT NULL REFERENCES reviews (id), item TEXT NOT NULL, grade TEXT NOT NULL, comment TEXT NOT NULL,
                suggestion TEXT, PRIMARY KEY (review_id, item)) STRICT""",
            """CREATE TABLE review_taboos (
                review_id TEXT NOT NULL REFERENCES reviews (id), taboo TEXT NOT NULL, PRIMARY KEY (review_id, taboo)) STRICT""",
            # Who changed what, when. detail is JSON; passwords never appear in it.
            """CREATE TABLE changes (
                id INTEGER PRIMARY KEY, at TEXT NOT NULL, by TEXT NOT NULL, action TEXT NOT NULL, subject TEXT NOT NULL,
                detail TEXT NOT NULL) STRICT""",
            "CREATE INDEX changes_by_subject ON changes (subject, id)",
        ),
    ),
    # What the machine made of a call on a form version, kept because working it out again takes milliseconds a call. analyzed_at is
    # the analysis it was worked out from: another one makes it void.
    Migration(
        "0002-machine-scores",
        (
            """CREATE TABLE machine_scores (
                call_id TEXT NOT NULL, form_id TEXT NOT NULL, form_version TEXT NOT NULL, analyzed_at TEXT NOT NULL, score REAL,
                coverage REAL NOT NULL, PRIMARY KEY (call_id, form_id, form_version)) STRICT, WITHOUT ROWID""",
        ),
    ),
    # Who has seen to an alarm of calls.db, which kind, subject and raised_at name.
    Migration(
        "0008-alarm-acks",
        (
            """CREATE TABLE alarm_acks (
                id INTEGER PRIMARY KEY, kind TEXT NOT NULL, subject TEXT NOT NULL, raised_at TEXT NOT NULL, at TEXT NOT NULL,
                by TEXT NOT NULL, note TEXT NOT NULL) STRICT""",
            "CREATE INDEX alarm_acks_by_alarm ON alarm_acks (kind, subject, raised_at)",
        ),
    ),
    # The people of the QA department's book (quality.staff.people): number is the 工号. seats: who sat where; line or extension is
    # given, the other empty; since and until are local dates or dates with a time, until not included and empty while it still
    # holds. users is made anew because a CHECK cannot be widened: trainers (培训师) log in too.
    Migration(
        "0004-people",
        (
            """CREATE TABLE people (
                number TEXT PRIMARY KEY, name TEXT NOT NULL,
                role TEXT NOT NULL CHECK (role IN ('agent', 'inspector', 'supervisor', 'trainer')),
                team TEXT NOT NULL, hired_on TEXT, left_on TEXT) STRICT""",
            """CREATE TABLE seats (
                number TEXT NOT NULL REFERENCES people (number), line TEXT NOT NULL, extension TEXT NOT NULL,
                since TEXT NOT NULL, until TEXT NOT NULL) STRICT""",
            "CREATE INDEX seats_by_person ON seats (number)",
            """CREATE TABLE users_new (
                id TEXT PRIMARY KEY, name TEXT NOT NULL, name_key TEXT NOT NULL UNIQUE,
                role TEXT NOT NULL CHECK (role IN ('inspector', 'manager', 'agent', 'admin', 'trainer')),
                agent_id TEXT, language TEXT, password_hash TEXT NOT NULL, password_at TEXT NOT NULL,
                created_at TEXT NOT NULL, disabled_at TEXT) STRICT""",
            """INSERT INTO users_new SELECT id, name, name_key, role, agent_id, language, password_hash, password_at, created_at,
                disabled_at FROM users""",
            "DROP TABLE users",
            "ALTER TABLE users_new RENAME TO users",
        ),
    ),
    # sampling_rules: the weights as JSON, a version a change. sampling_plans: one a day and inspector; rules is the version it was
    # made by. assignments: calls given to somebody to review, sampled or by hand; reason is why, detail the rest of it as JSON.
    Migration(
        "0005-sampling",
        (
            """CREATE TABLE sampling_rules (
                version INTEGER PRIMARY KEY, document TEXT NOT NULL, stored_at TEXT NOT NULL, stored_by TEXT NOT NULL) STRICT""",
            """CREATE TABLE sampling_plans (
                id TEXT PRIMARY KEY, day TEXT NOT NULL, inspector_id TEXT NOT NULL REFERENCES users (id), rules INTEGER NOT NULL,
                seed INTEGER NOT NULL, target INTEGER NOT NULL, hours REAL NOT NULL, made_at TEXT NOT NULL, made_by TEXT NOT NULL,
                UNIQUE (day, inspector_id)) STRICT""",
            """CREATE TABLE assignments (
                id TEXT PRIMARY KEY, call_id TEXT NOT NULL, inspector_id TEXT NOT NULL REFERENCES users (id),
                plan_id TEXT REFERENCES sampling_plans (id), agent_id TEXT NOT NULL, reason TEXT NOT NULL, detail TEXT NOT NULL,
                assigned_at TEXT NOT NULL, assigned_by TEXT NOT NULL, started_at TEXT, form_id TEXT, form_version TEXT,
                submitted_at TEXT, review_id TEXT REFERENCES reviews (id), returned_at TEXT) STRICT""",
            # A call is given out once; what was given back may be given again.
            "CREATE UNIQUE INDEX assignments_by_call ON assignments (call_id) WHERE returned_at IS NULL",
            "CREATE INDEX assignments_by_inspector ON assignments (inspector_id, assigned_at)",
            "CREATE INDEX assignments_by_agent ON assignments (agent_id, assigned_at)",
        ),
    ),
    # What follows a review. acknowledgements: the agent has seen it. appeals: state open, upheld (the agent was right;
    # decided_review is the new version) or rejected; revision counts decisions so that of two people only one decides. notes: at_s
    # seconds into the call. coaching: for one person, with a day by which it is done and a call to look at again. trainings: a
    # need of a group, then what was held, then how the group did before and after (shares of reviewed calls with the problem, 0-1).
    Migration(
        "0006-lifecycle",
        (
            """CREATE TABLE acknowledgements (
                review_id TEXT PRIMARY KEY REFERENCES reviews (id), by TEXT NOT NULL, at TEXT NOT NULL,
                comment TEXT NOT NULL) STRICT""",
            """CREATE TABLE appeals (
                id TEXT PRIMARY KEY, review_id TEXT NOT NULL UNIQUE REFERENCES reviews (id), call_id TEXT NOT NULL,
                agent_id TEXT NOT NULL, reason TEXT NOT NULL, filed_by TEXT NOT NULL, filed_at TEXT NOT NULL,
                decide_by TEXT NOT NULL, state TEXT NOT NULL CHECK (state IN ('open', 'upheld', 'rejected')),
                revision INTEGER NOT NULL DEFAULT 0,
                decided_by TEXT, decided_at TEXT, decision TEXT NOT NULL DEFAULT '',
                decided_review TEXT REFERENCES reviews (id)) STRICT""",
            "CREATE INDEX appeals_by_call ON appeals (call_id)",
            """CREATE TABLE notes (
                id TEXT PRIMARY KEY, call_id TEXT NOT NULL, at_s REAL NOT NULL, text TEXT NOT NULL, by TEXT NOT NULL,
                at TEXT NOT NULL, removed_at TEXT) STRICT""",
            "CREATE INDEX notes_by_call ON notes (call_id, at_s)",
            """CREATE TABLE coaching (
                id TEXT PRIMARY KEY, agent_id TEXT NOT NULL, call_id TEXT, form_id TEXT NOT NULL, item TEXT NOT NULL,
                task TEXT NOT NULL, set_by TEXT NOT NULL, set_at TEXT NOT NULL, due_on TEXT NOT NULL,
                state TEXT NOT NULL CHECK (state IN ('open', 'done', 'improved', 'not_improved')),
                done_at TEXT, followup_call TEXT, outcome TEXT NOT NULL DEFAULT '') STRICT""",
            "CREATE INDEX coaching_by_agent ON coaching (agent_id, due_on)",
            """CREATE TABLE trainings (
                id TEXT PRIMARY KEY, team TEXT NOT NULL, form_id TEXT NOT NULL, item TEXT NOT NULL, opened_at TEXT NOT NULL,
                opened_by TEXT NOT NULL, before_share REAL NOT NULL, before_calls INTEGER NOT NULL,
                state TEXT NOT NULL CHECK (state IN ('needed', 'planned', 'held', 'cured', 'not_cured')),
                planned_on TEXT, held_on TEXT, trainer TEXT NOT NULL DEFAULT '', plan TEXT NOT NULL DEFAULT '',
                after_share REAL, after_calls INTEGER, checked_at TEXT) STRICT""",
            "CREATE INDEX trainings_by_team ON trainings (team, form_id, item)",
        ),
    ),
    # calibrations: one call, several people, blind until closed. alerts: one a kind and subject while it is not closed;
    # alert_events: who saw it, what was done. cases: the library; clips are stretches of calls in seconds.
    Migration(
        "0007-calibration-alerts-cases",
        (
            """CREATE TABLE calibrations (
                id TEXT PRIMARY KEY, call_id TEXT NOT NULL, form_id TEXT NOT NULL, form_version TEXT NOT NULL,
                opened_at TEXT NOT NULL, opened_by TEXT NOT NULL, due_on TEXT NOT NULL, closed_at TEXT, closed_by TEXT,
                decision TEXT NOT NULL DEFAULT '') STRICT""",
            """CREATE TABLE calibration_raters (
                calibration_id TEXT NOT NULL REFERENCES calibrations (id), rater_id TEXT NOT NULL REFERENCES users (id),
                submitted_at TEXT, total REAL, comment TEXT NOT NULL DEFAULT '', PRIMARY KEY (calibration_id, rater_id)) STRICT""",
            """CREATE TABLE calibration_grades (
                calibration_id TEXT NOT NULL REFERENCES calibrations (id), rater_id TEXT NOT NULL, item TEXT NOT NULL,
                grade TEXT NOT NULL, comment TEXT NOT NULL DEFAULT '',
                PRIMARY KEY (calibration_id, rater_id, item)) STRICT, WITHOUT ROWID""",
            # What the lead settled on where people differed.
            """CREATE TABLE calibration_decisions (
                calibration_id TEXT NOT NULL REFERENCES calibrations (id), item TEXT NOT NULL, grade TEXT NOT NULL,
                PRIMARY KEY (calibration_id, item)) STRICT, WITHOUT ROWID""",
            """CREATE TABLE alerts (
                id TEXT PRIMARY KEY, kind TEXT NOT NULL, subject TEXT NOT NULL, opened_at TEXT NOT NULL, detail TEXT NOT NULL,
                closed_at TEXT) STRICT""",
            "CREATE UNIQUE INDEX alerts_open ON alerts (kind, subject) WHERE closed_at IS NULL",
            "CREATE INDEX alerts_by_time ON alerts (opened_at)",
            """CREATE TABLE alert_events (
                id INTEGER PRIMARY KEY, alert_id TEXT NOT NULL REFERENCES alerts (id), at TEXT NOT NULL, by TEXT NOT NULL,
                action TEXT NOT NULL CHECK (action IN ('seen', 'done', 'closed')), text TEXT NOT NULL) STRICT""",
            "CREATE INDEX alert_events_by_alert ON alert_events (alert_id, id)",
            """CREATE TABLE cases (
                id TEXT PRIMARY KEY, title TEXT NOT NULL, problem TEXT NOT NULL, solution TEXT NOT NULL, effect TEXT NOT NULL,
                good INTEGER NOT NULL, made_at TEXT NOT NULL, made_by TEXT NOT NULL, changed_at TEXT NOT NULL,
                removed_at TEXT) STRICT""",
            """CREATE TABLE case_clips (
                case_id TEXT NOT NULL REFERENCES cases (id), seq INTEGER NOT NULL, call_id TEXT NOT NULL, start_s REAL NOT NULL,
                end_s REAL NOT NULL, caption TEXT NOT NULL, PRIMARY KEY (case_id, seq)) STRICT""",
            "CREATE INDEX case_clips_by_call ON case_clips (call_id)",
            """CREATE TABLE case_tags (
                case_id TEXT NOT NULL REFERENCES cases (id), tag TEXT NOT NULL,
                PRIMARY KEY (case_id, tag)) STRICT, WITHOUT ROWID""",
        ),
    ),
    # questions: the bank of mystery calls (内部拨测). mystery_calls: planned, then linked to the recorded call by the number it
    # came from, then judged. observations: 状态观察记录表, period 1-4 of the day, marks 0-100; what is not known has no row.
    # labels: what people corrected.
    Migration(
        "0008-mystery-observation-labels",
        (
            """CREATE TABLE questions (
                id TEXT PRIMARY KEY, topic TEXT NOT NULL, question TEXT NOT NULL, answer TEXT NOT NULL,
                state TEXT NOT NULL CHECK (state IN ('proposed', 'approved', 'refused', 'retired')),
                proposed_by TEXT NOT NULL, proposed_at TEXT NOT NULL, reviewed_by TEXT, reviewed_at TEXT) STRICT""",
            """CREATE TABLE mystery_calls (
                id TEXT PRIMARY KEY, planned_at TEXT NOT NULL, agent_id TEXT NOT NULL,
                question_id TEXT NOT NULL REFERENCES questions (id), caller_number TEXT NOT NULL, caller TEXT NOT NULL DEFAULT '',
                state TEXT NOT NULL CHECK (state IN ('planned', 'linked', 'judged', 'missed')),
                call_id TEXT, correct INTEGER, score REAL, sheet TEXT NOT NULL DEFAULT '{}', judged_by TEXT,
                judged_at TEXT) STRICT""",
            "CREATE INDEX mystery_by_time ON mystery_calls (planned_at)",
            "CREATE UNIQUE INDEX mystery_by_call ON mystery_calls (call_id) WHERE call_id IS NOT NULL",
            """CREATE TABLE observations (
                agent_id TEXT NOT NULL, day TEXT NOT NULL, period INTEGER NOT NULL CHECK (period BETWEEN 1 AND 4),
                mark TEXT NOT NULL CHECK (mark IN ('language', 'mood', 'service')), value REAL NOT NULL, calls INTEGER NOT NULL,
                by TEXT NOT NULL, at TEXT NOT NULL, PRIMARY KEY (agent_id, day, period, mark, by)) STRICT, WITHOUT ROWID""",
            """CREATE TABLE labels (
                id TEXT PRIMARY KEY, call_id TEXT NOT NULL, start_s REAL NOT NULL, end_s REAL NOT NULL, side TEXT NOT NULL,
                field TEXT NOT NULL CHECK (field IN ('emotion', 'text', 'side', 'hit')), before TEXT NOT NULL, after TEXT NOT NULL,
                by TEXT NOT NULL, at TEXT NOT NULL) STRICT""",
            "CREATE INDEX labels_by_call ON labels (call_id)",
        ),
    ),
    # holds: people have a call kept. retention_holds: the recorder reads this view, and deletes no call that stands in it
    # (recorder.retention.holds); whoever adds another reason to keep a call makes the view anew in a step of its own.
    Migration(
        "0013-holds",
        (
            """CREATE TABLE holds (
                id TEXT PRIMARY KEY, call_id TEXT NOT NULL, reason TEXT NOT NULL, placed_by TEXT NOT NULL, placed_at TEXT NOT NULL,
                released_by TEXT, released_at TEXT, release_reason TEXT NOT NULL DEFAULT '') STRICT""",
            "CREATE UNIQUE INDEX holds_standing ON holds (call_id) WHERE released_at IS NULL",
            """CREATE VIEW retention_holds (call_id, kind, reason) AS
                SELECT call_id, 'evidence', reason FROM holds WHERE released_at IS NULL
                UNION ALL SELECT k.call_id, 'case', c.title FROM case_clips k JOIN cases c ON c.id = k.case_id
                    WHERE c.removed_at IS NULL
                UNION ALL SELECT call_id, 'appeal', reason FROM appeals WHERE state = 'open'
                UNION ALL SELECT call_id, 'review', reason FROM assignments WHERE submitted_at IS NULL AND returned_at IS NULL
                UNION ALL SELECT call_id, 'calibration', form_id FROM calibrations WHERE closed_at IS NULL
                UNION ALL SELECT call_id, 'coaching', task FROM coaching WHERE state = 'open' AND call_id IS NOT NULL""",
        ),
    ),
    # What only people know (quality.figures): shifts and after-call work by agent and local day, costs by period and group ("" the
    # centre as a whole; fen: hundredths of a yuan). Times are milliseconds. figure_rules: targets and limits, a version a change.
    Migration(
        "0009-figure-tables",
        (
            """CREATE TABLE shifts (
                day TEXT NOT NULL, number TEXT NOT NULL, planned_ms INTEGER NOT NULL, signed_ms INTEGER,
                worked INTEGER CHECK (worked IN (0, 1)), PRIMARY KEY (day, number)) STRICT, WITHOUT ROWID""",
            """CREATE TABLE aftercall (
                day TEXT NOT NULL, number TEXT NOT NULL, calls INTEGER NOT NULL, ms INTEGER NOT NULL,
                PRIMARY KEY (day, number)) STRICT, WITHOUT ROWID""",
            """CREATE TABLE costs (
                first TEXT NOT NULL, last TEXT NOT NULL, team TEXT NOT NULL, kind TEXT NOT NULL, fen INTEGER NOT NULL,
                PRIMARY KEY (first, last, team, kind)) STRICT, WITHOUT ROWID""",
            """CREATE TABLE figure_rules (
                version INTEGER PRIMARY KEY, document TEXT NOT NULL, stored_at TEXT NOT NULL, stored_by TEXT NOT NULL) STRICT""",
        ),
    ),
    # Reports that were made and kept: file is relative to the store. first_day, last_day: local days. made_by: a name, or "callbox"
    # for the timer.
    Migration(
        "0010-reports",
        (
            """CREATE TABLE reports (
                id TEXT PRIMARY KEY, kind TEXT NOT NULL, period TEXT NOT NULL, first_day TEXT NOT NULL, last_day TEXT NOT NULL,
                format TEXT NOT NULL, language TEXT NOT NULL, file TEXT NOT NULL UNIQUE, bytes INTEGER NOT NULL,
                sha256 TEXT NOT NULL, calls INTEGER NOT NULL, made_at TEXT NOT NULL, made_by TEXT NOT NULL) STRICT""",
            "CREATE INDEX reports_by_period ON reports (kind, period, made_at)",
        ),
    ),
    # quality.forms.automatic. trusted_items: which items of the machine score by themselves, a version a change; first and last:
    # local days of the reviews that told. automatic_scores: of calls that nobody had reviewed, 0-100; another analyzed_at
    # makes one void.
    Migration(
        "0014-automatic",
        (
            """CREATE TABLE trusted_items (
                version INTEGER PRIMARY KEY, form_id TEXT NOT NULL, items TEXT NOT NULL, first TEXT NOT NULL, last TEXT NOT NULL,
                stored_at TEXT NOT NULL, stored_by TEXT NOT NULL) STRICT""",
            """CREATE TABLE automatic_scores (
                call_id TEXT PRIMARY KEY, form_id TEXT NOT NULL, form_version TEXT NOT NULL,
                trusted INTEGER NOT NULL REFERENCES trusted_items (version), analyzed_at TEXT NOT NULL, score REAL NOT NULL,
                coverage REAL NOT NULL) STRICT, WITHOUT ROWID""",
        ),
    ),
    # analysis_first: the analyzer reads this view and understands these calls before others (analyzer.priorities); what is waited
    # for by a person, as long as it is.
    Migration(
        "0022-analysis-first",
        (
            """CREATE VIEW analysis_first (call_id, reason) AS
                SELECT call_id, CASE WHEN plan_id IS NULL THEN 'given' ELSE 'sampled' END FROM assignments
                    WHERE submitted_at IS NULL AND returned_at IS NULL
                UNION ALL SELECT subject, 'alert' FROM alerts WHERE closed_at IS NULL AND kind IN ('priority_call', 'stuck_call')
                UNION ALL SELECT call_id, 'appeal' FROM appeals WHERE state = 'open'
                UNION ALL SELECT call_id, 'calibration' FROM calibrations WHERE closed_at IS NULL""",
        ),
    ),
    *accountschema.STEPS,
    *manageschema.STEPS,
    *tokenschema.STEPS,
    *listschema.STEPS,
    *jobschema.STEPS,
    # review_drafts: marks that are no review yet (quality.reviewing.drafts); marks is JSON, revision counts the writes. listens:
    # who heard how much (quality.reviewing.listens); spans is JSON, share 0-1.
    Migration(
        "0022-desk",
        (
            """CREATE TABLE review_drafts (
                call_id TEXT NOT NULL, user_id TEXT NOT NULL REFERENCES users (id), form_id TEXT NOT NULL,
                form_version TEXT NOT NULL, based_on INTEGER NOT NULL, marks TEXT NOT NULL, window TEXT NOT NULL,
                number INTEGER NOT NULL, revision INTEGER NOT NULL, saved_at TEXT NOT NULL,
                PRIMARY KEY (call_id, user_id)) STRICT, WITHOUT ROWID""",
            "CREATE INDEX review_drafts_by_user ON review_drafts (user_id, saved_at)",
            """CREATE TABLE listens (
                call_id TEXT NOT NULL, user_id TEXT NOT NULL REFERENCES users (id), spans TEXT NOT NULL, share REAL NOT NULL,
                first_at TEXT NOT NULL, last_at TEXT NOT NULL, PRIMARY KEY (call_id, user_id)) STRICT, WITHOUT ROWID""",
            "CREATE INDEX listens_by_user ON listens (user_id, last_at)",
            "CREATE INDEX reviews_by_reviewer ON reviews (reviewer_id, reviewed_at)",
            "CREATE INDEX labels_by_field ON labels (field)",
        ),
    ),
    *correctedschema.STEPS,
    *formschema.STEPS,
    *settingsschema.STEPS,
)
