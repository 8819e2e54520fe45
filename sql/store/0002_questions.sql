-- What `kho status`, `runs`, `show` and `rejects` ask, as views that anyone may ask too.
-- Times are texts in the session's zone, with its offset.

CREATE FUNCTION kho.shown(at timestamptz) RETURNS text LANGUAGE sql STABLE AS
$$ SELECT to_char(at, 'YYYY-MM-DD HH24:MI:SSTZH:TZM') $$;

CREATE VIEW kho.run_list AS
SELECT run, job, status, kho.shown(started_at) AS started,
       round(extract(epoch FROM finished_at - started_at), 1) AS seconds,
       read, inserted, updated, deleted, unchanged, rejected, warned
FROM kho.run;
COMMENT ON VIEW kho.run_list IS 'Runs, a line each';

CREATE VIEW kho.run_detail AS
SELECT run, job, source, dataset AS schema, feed, status,
       kho.shown(started_at) AS started, kho.shown(finished_at) AS finished,
       kho.shown(published_at) AS published,
       round(extract(epoch FROM finished_at - started_at), 3) AS seconds,
       read, inserted, updated, deleted, unchanged, rejected, warned, stale, total,
       CASE WHEN status = 'published' THEN replace(source_hash::text, '-', '') END AS proof,
       error_class, error, hint, host, pid, kho_version
FROM kho.run;
COMMENT ON VIEW kho.run_detail IS 'Runs with all that is known of them';

-- A published run's reasons stand in kho.reject, those of one that was not in kho.reject_incoming.
CREATE VIEW kho.run_reason AS
SELECT run, severity, rule, column_name AS column FROM kho.reject_incoming
UNION ALL
SELECT r.run, o.severity, o.rule, o.column_name
FROM kho.reject o JOIN kho.run r ON (r.dataset, r.feed) = (o.dataset, o.feed)
     AND r.run BETWEEN o.first_run AND o.last_run AND r.status = 'published';
COMMENT ON VIEW kho.run_reason IS 'Reasons against rows that a run found, or that stood while it ran';

CREATE VIEW kho.job_status AS
SELECT r.job, r.status, kho.shown(coalesce(r.finished_at, r.started_at)) AS finished,
       kho.shown(p.published_at) AS published, p.total AS records,
       (SELECT count(DISTINCT coalesce(key, row_number::text)) FROM kho.reject o
        WHERE (o.dataset, o.feed) = (r.dataset, r.feed) AND o.state = 'open'
          AND o.severity = 'reject') AS rejected,
       r.error
FROM (SELECT DISTINCT ON (job) * FROM kho.run ORDER BY job, run DESC) r
LEFT JOIN LATERAL (SELECT published_at, total FROM kho.run WHERE job = r.job
                   AND status = 'published' ORDER BY run DESC LIMIT 1) p ON true;
COMMENT ON VIEW kho.job_status IS 'The last run of each job, and the last that was published';

CREATE VIEW kho.reject_summary AS
SELECT job, severity, rule, column_name AS column, reason, count(*) AS count,
       min(first_run) AS first_run, max(last_run) AS last_run
FROM kho.reject WHERE state = 'open'
GROUP BY job, severity, rule, column_name, reason;
COMMENT ON VIEW kho.reject_summary IS 'Open reasons, counted by rule';
