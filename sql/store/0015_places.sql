-- Rows of files have a place: which file, which line.

ALTER TABLE kho.reject ADD COLUMN file text, ADD COLUMN line bigint;
COMMENT ON COLUMN kho.reject.file IS 'The file in which the row stands; NULL if it came from a database';
COMMENT ON COLUMN kho.reject.line IS 'The line of the file on which the row begins, from 1';

ALTER TABLE kho.reject_incoming ADD COLUMN file text, ADD COLUMN line bigint;

CREATE OR REPLACE VIEW kho.reject_public AS
SELECT reject, dataset, feed, job, key, severity, column_name, rule, reason, row_number, state,
       first_run, last_run, closed_run, stale, waived_reason, waived_by, waived_at, file, line
FROM kho.reject;

CREATE OR REPLACE VIEW kho.reject_row AS
SELECT o.reject, o.job, o.key, o.column_name AS column, o.rule, o.reason,
       kho.shown(f.started_at) AS first_seen, kho.shown(l.started_at) AS last_seen, o.raw,
       t.file, t.line
FROM kho.open_reject o
JOIN kho.reject t ON t.reject = o.reject
LEFT JOIN kho.run f ON f.run = o.first_run
LEFT JOIN kho.run l ON l.run = o.seen_run
WHERE o.state = 'open' AND o.severity = 'reject';

-- A line that is no record cannot be mapped again.
CREATE OR REPLACE VIEW kho.replayable AS
SELECT DISTINCT ON (o.dataset, o.feed, coalesce(o.key, o.reject::text)) o.dataset, o.feed, o.key,
       o.raw, o.last_run,
       CASE WHEN o.key IS NOT NULL AND NOT EXISTS (SELECT FROM kho.reject d
                WHERE (d.dataset, d.feed, d.key) = (o.dataset, o.feed, o.key)
                  AND d.state <> 'closed' AND d.rule IN ('key', 'duplicate_key', 'line'))
            THEN (SELECT jsonb_object_agg(i.key, i.value) FROM jsonb_each_text(r.inputs) i
                  WHERE o.raw ? i.key) END AS inputs
FROM kho.reject o LEFT JOIN kho.run r ON r.run = o.last_run
WHERE o.state = 'open' AND o.severity = 'reject'
ORDER BY o.dataset, o.feed, coalesce(o.key, o.reject::text), o.last_run DESC;
