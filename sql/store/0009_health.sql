-- How the jobs are: what `kho status`, the metrics and the notifications go by.

ALTER TABLE kho.job ADD alarm text NOT NULL DEFAULT 'ok' CHECK (alarm IN ('ok', 'failed', 'late'));
ALTER TABLE kho.job ADD alarm_task bigint;
COMMENT ON COLUMN kho.job.alarm IS 'What was notified last';
COMMENT ON COLUMN kho.job.alarm_task IS 'The task that was given up, if that was notified';

CREATE VIEW kho.job_health AS
SELECT coalesce(s.job, j.job) AS job, s.status, s.finished, s.published, s.records, s.rejected,
       s.error, p.published_at, p.seconds, p.read, j.paused_at, t.task, t.state AS task_state,
       t.error AS task_error, t.run AS task_run,
       coalesce(t.state = 'failed' AND t.finished_at > coalesce(p.published_at, '-infinity'), false)
           AS given_up,
       coalesce(j.alarm, 'ok') AS alarm, j.alarm_task
FROM kho.job_status s FULL JOIN kho.job j USING (job)
LEFT JOIN LATERAL (SELECT r.published_at, r.read,
                          extract(epoch FROM r.finished_at - r.started_at) AS seconds
                   FROM kho.run r WHERE r.job = coalesce(s.job, j.job) AND r.status = 'published'
                   ORDER BY r.run DESC LIMIT 1) p ON true
LEFT JOIN LATERAL (SELECT k.task, k.state, k.error, k.run, k.finished_at FROM kho.task k
                   WHERE k.job = coalesce(s.job, j.job) AND k.state NOT IN ('skipped', 'cancelled')
                   ORDER BY k.due DESC LIMIT 1) t ON true;
COMMENT ON VIEW kho.job_health IS 'How each job is: its last run, its newest task, what was notified';
