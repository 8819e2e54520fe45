-- Loading a large source by ranges of a column, oldest first.

ALTER TABLE kho.run DROP CONSTRAINT IF EXISTS run_pull_check;
ALTER TABLE kho.run ADD CONSTRAINT run_pull_check
    CHECK (pull IN ('full', 'changes', 'cursor', 'backfill', 'replay'));

CREATE TABLE kho.backfill (
    dataset     text NOT NULL,
    feed        text NOT NULL,
    column_name text NOT NULL,
    next_from   text,
    ranges      integer NOT NULL DEFAULT 0,
    started_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
    finished_at timestamptz,
    PRIMARY KEY (dataset, feed)
);
COMMENT ON TABLE kho.backfill IS 'How far the last backfill of each feed has come';
COMMENT ON COLUMN kho.backfill.column_name IS 'The source''s column by which it goes';
COMMENT ON COLUMN kho.backfill.next_from IS 'Where the next range begins; NULL = at the smallest value';
COMMENT ON COLUMN kho.backfill.ranges IS 'Ranges that were published';
