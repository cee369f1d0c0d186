-- The calls of some days, counted by day, group and agent (quality.figures.callsums runs it; $names are columns that came later).
-- :begins, :ends, :watched: instants as the database writes them. Times are whole milliseconds from here on.

CREATE TABLE one AS
SELECT row_number() OVER (ORDER BY c.started_at, c.id) AS n, days.day, c.team, coalesce(c.agent_id, '') AS agent, c.id,
    c.direction = 'in' AS inwards, c.direction NOT IN ('in', 'out') AS undirected, c.state <> 'unanswered' AS taken,
    CAST(round(c.duration_s * 1000) AS INTEGER) AS audio_ms, c.ring_s, c.ring_count AS rings,
    CAST(strftime('%s', c.started_at) AS INTEGER) * 1000 + CAST(substr(c.started_at, 21, 3) AS INTEGER) AS start_ms,
    CAST(strftime('%s', c.ended_at) AS INTEGER) * 1000 + CAST(substr(c.ended_at, 21, 3) AS INTEGER) AS end_ms,
    c.caller_number AS number
FROM days CROSS JOIN calls.calls c ON c.started_at >= days.begins AND c.started_at < days.ends
WHERE c.state <> 'recording';

-- The PBX's records of these calls; a transfer or flash may have made several.
CREATE TABLE record (n INTEGER PRIMARY KEY, ring_s REAL, queue_ms INTEGER, transferred INTEGER);
INSERT INTO record
SELECT o.n, max(r.ring_s), CAST(round(max($queue_s) * 1000) AS INTEGER), max($condition = 'transfer')
FROM one o CROSS JOIN calls.call_records r ON r.call_id = o.id WHERE $repeats IS NULL GROUP BY o.n;

CREATE TABLE held_part (n INTEGER PRIMARY KEY, hold_ms INTEGER, transferred INTEGER, kinds INTEGER);
INSERT INTO held_part
SELECT o.n, sum(CASE WHEN $kind IN ('held', 'transferred') THEN CAST(round(p.frames * 1000.0 / p.rate) AS INTEGER) END),
    max($kind = 'transferred'), max($kind <> 'talk')
FROM one o CROSS JOIN calls.parts p ON p.call_id = o.id GROUP BY o.n;

-- What the machine found, after people's corrections where there are any (k: quality.calls.rows.CORRECTED).
CREATE TABLE heard (n INTEGER PRIMARY KEY, music_ms INTEGER, compliance REAL, experience REAL, risk REAL, high INTEGER,
    hits INTEGER, faulty INTEGER);
INSERT INTO heard
SELECT o.n,
    CASE WHEN instr(a.acoustics, '"music"') THEN (SELECT sum(CAST(round(1000 * (value ->> 'end' - value ->> 'start')) AS INTEGER))
        FROM json_each(a.acoustics, '$.music')) END,
    coalesce(k.compliance, a.compliance), coalesce(k.experience, a.experience), coalesce(k.risk, a.risk),
    coalesce(k.high_priority, a.high_priority),
    CASE WHEN k.call_id IS NULL THEN (SELECT count(*) FROM analysis.hits WHERE call_id = o.id)
        ELSE (SELECT count(*) FROM review.corrected_hits WHERE call_id = o.id) END,
    CASE WHEN k.call_id IS NULL THEN EXISTS (SELECT 1 FROM analysis.hits WHERE call_id = o.id AND side = 'agent')
        ELSE EXISTS (SELECT 1 FROM review.corrected_hits WHERE call_id = o.id AND side = 'agent') END
FROM one o CROSS JOIN analysis.results a ON a.call_id = o.id
    LEFT JOIN review.corrected_results k ON k.call_id = a.call_id AND k.differs = 1 AND k.analyzed_at = a.analyzed_at
        AND k.rulebook_version = a.rulebook_version;

CREATE TABLE judged (n INTEGER PRIMARY KEY, total REAL, passed INTEGER);
INSERT INTO judged
SELECT o.n, v.total, v.passed FROM one o CROSS JOIN review.reviews v ON v.call_id = o.id
WHERE v.version = (SELECT max(version) FROM review.reviews WHERE call_id = o.id);

-- Every time a number was on the line, either way, also after the last day.
CREATE TABLE contact AS
SELECT CASE direction WHEN 'out' THEN called_number ELSE caller_number END AS number,
    CAST(strftime('%s', started_at) AS INTEGER) * 1000 + CAST(substr(started_at, 21, 3) AS INTEGER) AS at_ms
FROM calls.calls WHERE started_at >= :begins AND started_at < :watched AND direction IN ('in', 'out') AND state <> 'recording';
CREATE INDEX contact_by_number ON contact (number, at_ms);

CREATE TABLE day_sums AS
WITH call AS (
    SELECT o.*, r.n IS NOT NULL AS recorded, r.queue_ms, coalesce(r.transferred, 0) OR coalesce(p.transferred, 0) AS handed_on,
        CAST(round(coalesce(o.ring_s, r.ring_s) * 1000) AS INTEGER) AS ring_ms,
        CASE WHEN taken AND audio_ms IS NOT NULL THEN min(audio_ms, coalesce(p.hold_ms, h.music_ms, 0)) ELSE 0 END AS hold_ms,
        taken AND (h.n IS NOT NULL OR coalesce(p.kinds, 0)) AS hold_heard,
        h.n IS NOT NULL AS analysed, h.compliance, h.experience, h.risk, h.high, h.hits, h.faulty, j.total, j.passed,
        coalesce(inwards AND taken AND o.number <> '' AND end_ms + :repeat_ms <= :now_ms, 0) AS decided
    FROM one o LEFT JOIN record r ON r.n = o.n LEFT JOIN held_part p ON p.n = o.n LEFT JOIN heard h ON h.n = o.n
        LEFT JOIN judged j ON j.n = o.n
),
-- wait_ms of an answered call: queue and ringing; of another: until the caller gave up.
told AS (
    SELECT *, ring_ms + coalesce(queue_ms, 0) AS wait_ms,
        inwards AND NOT taken AND coalesce(ring_ms + coalesce(queue_ms, 0) <= :short_ms, 0) AS short,
        decided AND NOT EXISTS (SELECT 1 FROM contact k WHERE k.number = call.number
            AND k.at_ms > call.end_ms + CASE WHEN handed_on THEN :handed_on_ms ELSE 0 END
            AND k.at_ms <= call.end_ms + :repeat_ms) AS resolved
    FROM call
)
SELECT day, team, agent, count(*) AS calls, sum(taken) AS answered, sum(undirected) AS undirected, sum(inwards) AS incoming,
    sum(inwards AND taken) AS answered_in, sum(inwards) AS offered, sum(inwards) AS arrived,
    sum(short) AS short_abandons, sum(inwards AND NOT taken AND NOT short) AS abandoned, sum(inwards AND NOT short) AS abandon_base,
    sum(inwards AND NOT taken AND NOT short AND wait_ms IS NOT NULL) AS abandon_waits,
    sum(CASE WHEN inwards AND NOT taken AND NOT short THEN wait_ms END) AS abandon_ms,
    sum(CASE WHEN inwards AND NOT taken AND NOT short THEN wait_ms * 0.001 * wait_ms * 0.001 END) AS abandon_s2,
    sum(inwards AND taken AND wait_ms IS NOT NULL) AS waited, sum(CASE WHEN inwards AND taken THEN wait_ms END) AS wait_ms,
    sum(CASE WHEN inwards AND taken THEN wait_ms * 0.001 * wait_ms * 0.001 END) AS wait_s2,
    sum(inwards AND taken AND wait_ms IS NOT NULL AND queue_ms IS NOT NULL) AS queue_in_wait,
    sum(inwards AND (NOT taken OR wait_ms IS NOT NULL)) AS judged,
    sum(inwards AND taken AND coalesce(wait_ms <= :service_ms, 0)) AS in_time,
    sum(inwards AND taken AND rings IS NOT NULL) AS rung, sum(CASE WHEN inwards AND taken THEN rings END) AS rings,
    sum(CASE WHEN inwards AND taken THEN rings * rings END) AS rings2,
    sum(taken AND audio_ms IS NOT NULL) AS audio_calls, sum(CASE WHEN taken THEN audio_ms END) AS audio_ms,
    sum(CASE WHEN taken THEN audio_ms * 0.001 * audio_ms * 0.001 END) AS audio_s2, sum(hold_heard) AS hold_heard,
    sum(hold_ms > 0) AS held, sum(hold_ms) AS hold_ms, sum(hold_ms * 0.001 * hold_ms * 0.001) AS hold_s2,
    sum(CASE WHEN taken THEN audio_ms - hold_ms END) AS talk_ms,
    sum(CASE WHEN taken THEN (audio_ms - hold_ms) * 0.001 * (audio_ms - hold_ms) * 0.001 END) AS talk_s2,
    sum(decided) AS decided, sum(resolved) AS resolved, sum(recorded) AS records,
    sum(inwards AND queue_ms IS NOT NULL) AS queue_known, sum(inwards AND coalesce(queue_ms > 0, 0)) AS queued,
    sum(CASE WHEN inwards THEN queue_ms END) AS queue_ms,
    sum(CASE WHEN inwards THEN queue_ms * 0.001 * queue_ms * 0.001 END) AS queue_s2,
    sum(taken AND (recorded OR handed_on)) AS transfer_known, sum(taken AND handed_on) AS transferred,
    count(total) AS reviewed, sum(total) AS review_points, sum(total * total) AS review_s2, sum(passed) AS passed,
    sum(analysed) AS analysed, sum(compliance) AS compliance, sum(experience) AS experience, sum(risk) AS risk,
    sum(compliance * compliance) AS compliance_s2, sum(experience * experience) AS experience_s2, sum(risk * risk) AS risk_s2,
    sum(high) AS high_priority, sum(hits) AS hits, sum(faulty) AS faulty,
    max(CASE WHEN taken THEN end_ms END) - min(CASE WHEN taken THEN start_ms END) AS span_ms
FROM told GROUP BY day, team, agent;

-- SQLite takes the other columns from the row of the minimum.
CREATE TABLE first_calls AS SELECT day, agent, team, min(n) FROM one WHERE agent <> '' GROUP BY day, agent;

-- Told by the PBX alone: turned away, or given up before any line rang.
CREATE TABLE unjoined AS
SELECT days.day, $condition = 'busy' AS busy, CAST(round($queue_s * 1000) AS INTEGER) AS wait_ms
FROM days CROSS JOIN calls.call_records r ON r.started_at >= days.begins AND r.started_at < days.ends
WHERE r.direction = 'in' AND r.call_id IS NULL AND $repeats IS NULL
    AND ($condition = 'busy' OR ($condition = 'unanswered' AND $queue_s > 0 AND coalesce(r.ring_s, 0) = 0));

CREATE TABLE reached_nobody AS
SELECT day, sum(busy) AS busy, sum(NOT busy) AS left_queue, sum(NOT busy AND wait_ms <= :short_ms) AS short,
    sum(CASE WHEN NOT busy AND wait_ms > :short_ms THEN wait_ms END) AS abandon_ms,
    sum(CASE WHEN NOT busy AND wait_ms > :short_ms THEN wait_ms * 0.001 * wait_ms * 0.001 END) AS abandon_s2,
    sum(CASE WHEN NOT busy THEN wait_ms END) AS queue_ms,
    sum(CASE WHEN NOT busy THEN wait_ms * 0.001 * wait_ms * 0.001 END) AS queue_s2
FROM unjoined GROUP BY day;

CREATE TABLE recorded_days AS
SELECT DISTINCT days.day FROM days CROSS JOIN calls.call_records r ON r.started_at >= days.begins AND r.started_at < days.ends;

CREATE TABLE pbx AS SELECT EXISTS (SELECT 1 FROM calls.call_records WHERE $condition = 'busy') AS tells_busy
