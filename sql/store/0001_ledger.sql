-- The ledger: what ran, what it did, what was rejected. Applied once, in the transaction that
-- records it in kho.migration.

CREATE TABLE kho.run (
    run          integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    job          text NOT NULL,
    source       text NOT NULL,
    feed         text NOT NULL,
    dataset      text NOT NULL,
    status       text NOT NULL CHECK (status IN ('running', 'published', 'failed', 'stopped',
                                                 'interrupted', 'died')),
    started_at   timestamptz NOT NULL DEFAULT clock_timestamp(),
    finished_at  timestamptz,
    published_at timestamptz,
    read         bigint,
    inserted     bigint,
    updated      bigint,
    deleted      bigint,
    unchanged    bigint,
    rejected     bigint,
    warned       bigint,
    stale        bigint,
    total        bigint,
    fingerprint  uuid,
    source_hash  uuid,
    store_hash   uuid,
    error_class  text,
    error        text,
    hint         text,
    host         text NOT NULL,
    pid          integer NOT NULL,
    kho_version  text NOT NULL
);
CREATE INDEX run_feed ON kho.run (dataset, feed, run);
CREATE INDEX run_job ON kho.run (job, run);
CREATE INDEX run_published ON kho.run (published_at);

COMMENT ON TABLE kho.run IS 'One row a run of a job: what it read and what it published';
COMMENT ON COLUMN kho.run.run IS 'Number of the run; _run of the records that it wrote';
COMMENT ON COLUMN kho.run.feed IS 'The feed: _source of the records';
COMMENT ON COLUMN kho.run.dataset IS 'The shared schema loaded into';
COMMENT ON COLUMN kho.run.status IS
    'running, published, failed (an error), stopped (by a limit or the proof), interrupted (by a signal), died (found dead by the next run)';
COMMENT ON COLUMN kho.run.published_at IS 'The time from which its records are valid (_valid_from)';
COMMENT ON COLUMN kho.run.read IS 'Rows read = inserted + updated + unchanged + rejected';
COMMENT ON COLUMN kho.run.unchanged IS 'Rows that the store held already with the same values';
COMMENT ON COLUMN kho.run.stale IS 'Older versions kept because the newer row was rejected';
COMMENT ON COLUMN kho.run.total IS 'Current records of the feed afterwards';
COMMENT ON COLUMN kho.run.fingerprint IS 'Hash of mapping, types, rules and code lists';
COMMENT ON COLUMN kho.run.source_hash IS 'Sum of the hashes of the accepted rows read';
COMMENT ON COLUMN kho.run.store_hash IS 'Sum of the hashes of the rows that the store holds';

CREATE TABLE kho.reject (
    reject      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    dataset     text NOT NULL,
    feed        text NOT NULL,
    job         text NOT NULL,
    key         text,
    severity    text NOT NULL CHECK (severity IN ('reject', 'warn')),
    column_name text,
    rule        text NOT NULL,
    reason      text NOT NULL,
    raw         jsonb,
    row_number  bigint,
    state       text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'closed', 'waived')),
    first_run   integer NOT NULL,
    last_run    integer NOT NULL,
    closed_run  integer
);
-- The same bad row tomorrow is the same reject.
CREATE UNIQUE INDEX reject_open ON kho.reject
    (dataset, feed, coalesce(key, ''), severity, rule, coalesce(column_name, ''),
     (CASE WHEN key IS NULL THEN row_number ELSE 0 END))
    WHERE state = 'open';

COMMENT ON TABLE kho.reject IS
    'Reasons against source rows: rejected (not loaded) or warned (loaded); one row may have several';
COMMENT ON COLUMN kho.reject.key IS 'Key of the source row; NULL if it has none';
COMMENT ON COLUMN kho.reject.raw IS 'The row as read (for a duplicate key: as mapped): personal data, guard it like the record';
COMMENT ON COLUMN kho.reject.row_number IS 'Position in the pull that saw it last, from 1';
COMMENT ON COLUMN kho.reject.state IS 'open, closed (a later pull had nothing to say), waived';

-- Reasons of runs under way, written at once so that they outlive a run that fails. A failed run's
-- stay here, a published run's move to kho.reject.
CREATE TABLE kho.reject_incoming (
    run         integer NOT NULL,
    key         text,
    severity    text NOT NULL,
    column_name text,
    rule        text NOT NULL,
    reason      text NOT NULL,
    raw         jsonb,
    row_number  bigint
);
CREATE INDEX reject_incoming_run ON kho.reject_incoming (run);
COMMENT ON TABLE kho.reject_incoming IS 'Reasons found by runs that are under way or were not published';

CREATE TABLE kho.code_list (
    list        text PRIMARY KEY,
    fingerprint uuid NOT NULL,
    loaded_at   timestamptz NOT NULL
);
COMMENT ON TABLE kho.code_list IS 'Which version of each code list stands in the schema ref';

CREATE TABLE kho.snapshot (
    snapshot   integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    path       text NOT NULL,
    as_of      timestamptz,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    files      integer NOT NULL,
    rows       bigint NOT NULL
);
COMMENT ON TABLE kho.snapshot IS 'Snapshots that were published';

-- First and last day that a partial date (1965, 1965-05, 1965-05-13) can mean.
CREATE FUNCTION kho.first_day(partial_date text) RETURNS date
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS
$$ SELECT (partial_date || substr('0000-01-01', length(partial_date) + 1))::date $$;
CREATE FUNCTION kho.last_day(partial_date text) RETURNS date
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS
$$ SELECT CASE length(partial_date)
       WHEN 4 THEN (partial_date || '-12-31')::date
       WHEN 7 THEN (partial_date || '-01')::date + interval '1 month' - interval '1 day'
       ELSE partial_date::date END::date $$;
COMMENT ON FUNCTION kho.first_day(text) IS 'First day that a partial date can mean';
COMMENT ON FUNCTION kho.last_day(text) IS 'Last day that a partial date can mean';
