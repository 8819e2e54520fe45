-- Limits accepted for one run; rejects that are waived, replayed, exported; who may see their rows.

ALTER TABLE kho.run
    ADD COLUMN accepted text,
    ADD COLUMN inputs jsonb,
    DROP CONSTRAINT run_pull_check,
    ADD CONSTRAINT run_pull_check CHECK (pull IN ('full', 'changes', 'cursor', 'replay'));
COMMENT ON COLUMN kho.run.accepted IS 'Limits that a person accepted for this run (--accept)';
COMMENT ON COLUMN kho.run.inputs IS
    'Columns of the source and their types, if rows were rejected: how kho.reject.raw of this last_run was read';
COMMENT ON COLUMN kho.run.pull IS
    'The pull that was made: full compares all rows; changes and cursor read those of a window; replay maps rejected rows again';

CREATE OR REPLACE VIEW kho.run_detail AS
SELECT run, job, source, dataset AS schema, feed, status,
       kho.shown(started_at) AS started, kho.shown(finished_at) AS finished,
       kho.shown(published_at) AS published,
       round(extract(epoch FROM finished_at - started_at), 3) AS seconds,
       read, inserted, updated, deleted, unchanged, rejected, warned, stale, total,
       CASE WHEN status = 'published' THEN replace(source_hash::text, '-', '') END AS proof,
       error_class, error, hint, host, pid, kho_version,
       asked, pull, pull_because, pull_from, pull_to, keys_compared, proved, accepted
FROM kho.run;

ALTER TABLE kho.reject
    ADD COLUMN waived_reason text,
    ADD COLUMN waived_by text,
    ADD COLUMN waived_at timestamptz,
    ADD CONSTRAINT reject_waived CHECK (state <> 'waived' OR (waived_reason IS NOT NULL
        AND waived_by IS NOT NULL AND waived_at IS NOT NULL));
COMMENT ON COLUMN kho.reject.state IS
    'open; waived (a person said that it may stay); closed (a later pull had nothing to say)';
COMMENT ON COLUMN kho.reject.waived_by IS 'The user of the store who waived it';

-- kho.open_reject took its columns when it was made: it lacks the new ones, and nothing asks it
-- for them.
CREATE VIEW kho.reject_count AS
SELECT job, severity, rule, column_name AS column, reason,
       count(*) FILTER (WHERE state = 'open') AS count,
       count(*) FILTER (WHERE state = 'waived') AS waived,
       min(first_run) AS first_run, max(seen_run) AS last_run
FROM kho.open_reject GROUP BY job, severity, rule, column_name, reason;
COMMENT ON VIEW kho.reject_count IS 'Reasons that still stand, open and waived, counted by rule';

CREATE VIEW kho.reject_row AS
SELECT o.reject, o.job, o.key, o.column_name AS column, o.rule, o.reason,
       kho.shown(f.started_at) AS first_seen, kho.shown(l.started_at) AS last_seen, o.raw
FROM kho.open_reject o
LEFT JOIN kho.run f ON f.run = o.first_run
LEFT JOIN kho.run l ON l.run = o.seen_run
WHERE o.state = 'open' AND o.severity = 'reject';
COMMENT ON VIEW kho.reject_row IS 'Open rejects with their rows as read: for the department';

CREATE VIEW kho.reject_public AS
SELECT reject, dataset, feed, job, key, severity, column_name, rule, reason, row_number, state,
       first_run, last_run, closed_run, stale, waived_reason, waived_by, waived_at
FROM kho.reject;
COMMENT ON VIEW kho.reject_public IS
    'Rejects without their rows: for roles that may not see personal data';

-- Whatever the defaults of this database grant.
REVOKE ALL ON kho.reject, kho.reject_incoming, kho.open_reject, kho.reject_row FROM PUBLIC;

-- Rows that may be mapped again: one a key, with the columns and types under which it was read.
CREATE VIEW kho.replayable AS
SELECT DISTINCT ON (o.dataset, o.feed, o.key) o.dataset, o.feed, o.key, o.raw, r.inputs
FROM kho.reject o JOIN kho.run r ON r.run = o.last_run
WHERE o.state = 'open' AND o.severity = 'reject' AND o.key IS NOT NULL AND r.inputs IS NOT NULL
  AND NOT EXISTS (SELECT FROM kho.reject d WHERE (d.dataset, d.feed, d.key)
                  = (o.dataset, o.feed, o.key) AND d.state <> 'closed' AND d.severity = 'reject'
                  AND d.rule IN ('key', 'duplicate_key'))
ORDER BY o.dataset, o.feed, o.key, o.last_run DESC;
COMMENT ON VIEW kho.replayable IS 'Rejected rows that `kho rejects replay` maps again';
REVOKE ALL ON kho.replayable FROM PUBLIC;
