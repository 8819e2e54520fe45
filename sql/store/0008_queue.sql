-- The queue: which jobs the servers know, which runs are due, and each try at one. The tables are
-- small and local: no data table refers to them.

CREATE TABLE kho.job (
    job           text PRIMARY KEY,
    schedule      text NOT NULL,
    planned_until timestamptz NOT NULL,
    source        text NOT NULL,
    source_runs   integer,
    dataset       text NOT NULL,
    dataset_runs  integer,
    priority      integer NOT NULL,
    after         text[] NOT NULL,
    paused_at     timestamptz
);
CREATE INDEX job_source ON kho.job (source);
CREATE INDEX job_dataset ON kho.job (dataset);
COMMENT ON TABLE kho.job IS 'Jobs as the servers last read them from the configuration';
COMMENT ON COLUMN kho.job.planned_until IS 'All runs due until then stand in kho.task, or were left out by `late:`';
COMMENT ON COLUMN kho.job.source_runs IS 'So many runs may read the source at the same time; NULL = any number';
COMMENT ON COLUMN kho.job.dataset_runs IS 'So many runs may load into the shared schema at the same time';
COMMENT ON COLUMN kho.job.after IS 'Jobs that must have published on the day on which the run is due';

CREATE TABLE kho.task (
    task        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    job         text NOT NULL,
    due         timestamptz NOT NULL,
    asked       boolean NOT NULL DEFAULT false,
    priority    integer NOT NULL,
    state       text NOT NULL DEFAULT 'ready' CHECK (state IN ('ready', 'running', 'published',
                                                               'failed', 'cancelled', 'skipped')),
    not_before  timestamptz NOT NULL,
    expires     timestamptz,
    claim       integer NOT NULL DEFAULT 0,
    failures    integer NOT NULL DEFAULT 0,
    worker      text,
    lease_until timestamptz,
    cancel      boolean NOT NULL DEFAULT false,
    run         integer,
    error_class text,
    error       text,
    started_at  timestamptz,
    finished_at timestamptz,
    UNIQUE (job, due)
);
CREATE INDEX task_ready ON kho.task (priority DESC, due, task) WHERE state = 'ready';
-- A job never runs twice at the same time.
CREATE UNIQUE INDEX task_running ON kho.task (job) WHERE state = 'running';
CREATE INDEX task_run ON kho.task (run);
COMMENT ON TABLE kho.task IS 'One row a due run; whoever holds its newest claim may publish it';
COMMENT ON COLUMN kho.task.asked IS 'By `kho run --queue`, not by the schedule';
COMMENT ON COLUMN kho.task.not_before IS 'When it may be claimed: due, and jitter, or the wait before another try';
COMMENT ON COLUMN kho.task.expires IS 'A run that waits for other jobs is skipped then';
COMMENT ON COLUMN kho.task.claim IS 'Counts the claims: a run of an older one cannot publish';
COMMENT ON COLUMN kho.task.failures IS 'Tries that count against `retry:`';
COMMENT ON COLUMN kho.task.lease_until IS 'Its worker renews this; past it the worker is taken for dead';

CREATE TABLE kho.attempt (
    task        bigint NOT NULL,
    claim       integer NOT NULL,
    worker      text NOT NULL,
    run         integer,
    started_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
    finished_at timestamptz,
    outcome     text,
    exit_code   integer,
    output      text,
    PRIMARY KEY (task, claim)
);
CREATE INDEX attempt_run ON kho.attempt (run);
COMMENT ON TABLE kho.attempt IS 'Each try at a task, with the end of what it said';

-- Claims the first task that may run now. Claims queue up behind one lock, so that limits are
-- counted exactly; nothing of a claim need survive a crash of the server, for then its run dies too.
-- The plan is held to the indexes, in whose order the first task that fits is the last one looked at:
-- statistics of a table that is mostly empty say nothing of a morning when all is due.
CREATE FUNCTION kho.claim_task(claimant text, lease interval, jobs text[])
RETURNS TABLE (claimed bigint, named text, claims integer, failed integer)
LANGUAGE plpgsql SET enable_seqscan = off SET enable_bitmapscan = off SET enable_sort = off
SET enable_hashjoin = off SET enable_mergejoin = off SET plan_cache_mode = force_generic_plan
SET jit = off AS $$
DECLARE
    found bigint;
BEGIN
    PERFORM set_config('synchronous_commit', 'off', true);
    PERFORM pg_advisory_xact_lock(7237230, 1);
    SELECT t.task INTO found FROM kho.task t JOIN kho.job j USING (job)
    WHERE t.state = 'ready' AND t.not_before <= clock_timestamp() AND t.job = ANY (jobs)
      AND j.paused_at IS NULL
      AND NOT EXISTS (SELECT FROM kho.task r WHERE r.state = 'running' AND r.job = t.job)
      AND (j.source_runs IS NULL OR j.source_runs > (
           SELECT count(*) FROM kho.job k JOIN kho.task r USING (job)
           WHERE r.state = 'running' AND k.source = j.source))
      AND (j.dataset_runs IS NULL OR j.dataset_runs > (
           SELECT count(*) FROM kho.job k JOIN kho.task r USING (job)
           WHERE r.state = 'running' AND k.dataset = j.dataset))
      AND NOT EXISTS (SELECT FROM unnest(j.after) a WHERE NOT EXISTS (
           SELECT FROM kho.run r WHERE r.job = a AND r.status = 'published'
           AND r.published_at >= date_trunc('day', t.due)
           AND r.published_at < date_trunc('day', t.due) + interval '1 day'))
    ORDER BY t.priority DESC, t.due, t.task LIMIT 1
    FOR UPDATE OF t SKIP LOCKED;
    RETURN QUERY UPDATE kho.task t SET state = 'running', claim = t.claim + 1, worker = claimant,
        lease_until = clock_timestamp() + lease, started_at = clock_timestamp(), cancel = false
    WHERE t.task = found RETURNING t.task, t.job, t.claim, t.failures;
    INSERT INTO kho.attempt (task, claim, worker)
    SELECT t.task, t.claim, t.worker FROM kho.task t WHERE t.task = found;
END $$;
COMMENT ON FUNCTION kho.claim_task(text, interval, text[]) IS 'Claims the first task that may run now';
