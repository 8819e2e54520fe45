-- How much of the source a run read, and where the next one goes on; rejects known by their row.

ALTER TABLE kho.run
    ADD COLUMN asked text NOT NULL DEFAULT 'full' CHECK (asked IN ('full', 'changes', 'cursor')),
    ADD COLUMN pull text NOT NULL DEFAULT 'full' CHECK (pull IN ('full', 'changes', 'cursor')),
    ADD COLUMN pull_because text,
    ADD COLUMN pull_from text,
    ADD COLUMN pull_to text,
    ADD COLUMN position text,
    ADD COLUMN keys_compared boolean NOT NULL DEFAULT false,
    ADD COLUMN proved bigint;
COMMENT ON COLUMN kho.run.asked IS 'The pull that the job asks for';
COMMENT ON COLUMN kho.run.pull IS
    'The pull that was made: full compares all rows; changes and cursor read those of a window';
COMMENT ON COLUMN kho.run.pull_because IS 'Why all rows were compared although the job asks for less';
COMMENT ON COLUMN kho.run.pull_from IS 'Lower bound of the window';
COMMENT ON COLUMN kho.run.pull_to IS 'Upper bound of the window';
COMMENT ON COLUMN kho.run.position IS 'Where the next pull of the feed goes on';
COMMENT ON COLUMN kho.run.keys_compared IS 'Whether all keys were compared, to find what was deleted';
COMMENT ON COLUMN kho.run.proved IS 'Rows whose hash in the store was compared with the source''s';
COMMENT ON COLUMN kho.run.source_hash IS
    'Sum of the hashes of the accepted rows read: of the whole feed, or of the window';

ALTER TABLE kho.reject ADD COLUMN row_hash uuid, ADD COLUMN stale boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN kho.reject.row_hash IS
    'Hash of the source row under the mapping that rejected it: a run that meets it again need not look into it; NULL for a duplicate key';
COMMENT ON COLUMN kho.reject.stale IS
    'Whether an older version of the record stands in the store, kept because this one was rejected';
COMMENT ON COLUMN kho.reject.last_run IS
    'The last run that had to look into the row; while the reject is open, later ones met the same row';
ALTER TABLE kho.reject_incoming ADD COLUMN row_hash uuid;

-- The same bad row tomorrow is the same reject; a row without a key is known by its content.
DROP INDEX kho.reject_open;
CREATE UNIQUE INDEX reject_open ON kho.reject
    (dataset, feed, coalesce(key, row_hash::text), severity, rule, coalesce(column_name, ''))
    WHERE state <> 'closed';

CREATE OR REPLACE VIEW kho.run_detail AS
SELECT run, job, source, dataset AS schema, feed, status,
       kho.shown(started_at) AS started, kho.shown(finished_at) AS finished,
       kho.shown(published_at) AS published,
       round(extract(epoch FROM finished_at - started_at), 3) AS seconds,
       read, inserted, updated, deleted, unchanged, rejected, warned, stale, total,
       CASE WHEN status = 'published' THEN replace(source_hash::text, '-', '') END AS proof,
       error_class, error, hint, host, pid, kho_version,
       asked, pull, pull_because, pull_from, pull_to, keys_compared, proved
FROM kho.run;

CREATE OR REPLACE VIEW kho.job_status AS
SELECT r.job, r.status, kho.shown(coalesce(r.finished_at, r.started_at)) AS finished,
       kho.shown(p.published_at) AS published, p.total AS records,
       (SELECT count(DISTINCT coalesce(key, row_hash::text)) FROM kho.reject o
        WHERE (o.dataset, o.feed) = (r.dataset, r.feed) AND o.state = 'open'
          AND o.severity = 'reject') AS rejected,
       r.error
FROM (SELECT DISTINCT ON (job) * FROM kho.run ORDER BY job, run DESC) r
LEFT JOIN LATERAL (SELECT published_at, total FROM kho.run WHERE job = r.job
                   AND status = 'published' ORDER BY run DESC LIMIT 1) p ON true;

-- Rejects that are not mended, with the last run that met them: a full pull meets all of them.
CREATE VIEW kho.open_reject AS
SELECT r.*, CASE r.severity WHEN 'reject' THEN greatest(r.last_run, f.run) ELSE r.last_run END
       AS seen_run
FROM kho.reject r LEFT JOIN (SELECT dataset, feed, max(run) AS run FROM kho.run
     WHERE status = 'published' AND pull = 'full' GROUP BY dataset, feed) f
     ON (f.dataset, f.feed) = (r.dataset, r.feed)
WHERE r.state <> 'closed';
COMMENT ON VIEW kho.open_reject IS 'Reasons that still stand: open, or waived';

DROP VIEW kho.reject_summary;
CREATE VIEW kho.reject_summary AS
SELECT job, severity, rule, column_name AS column, reason, count(*) AS count,
       min(first_run) AS first_run, max(seen_run) AS last_run
FROM kho.open_reject WHERE state = 'open'
GROUP BY job, severity, rule, column_name, reason;
COMMENT ON VIEW kho.reject_summary IS 'Open reasons, counted by rule';

-- A published run's reasons stand in kho.reject, those of one that was not in kho.reject_incoming.
CREATE OR REPLACE VIEW kho.run_reason AS
SELECT run, severity, rule, column_name AS column FROM kho.reject_incoming
UNION ALL
SELECT r.run, o.severity, o.rule, o.column_name
FROM kho.reject o JOIN kho.run r ON (r.dataset, r.feed) = (o.dataset, o.feed)
     AND r.run BETWEEN o.first_run AND coalesce(o.closed_run - 1, r.run) AND r.status = 'published';
