-- Values that were repaired where only one reading is possible: which, why, and what stood there.

ALTER TABLE kho.run ADD COLUMN repaired bigint;
COMMENT ON COLUMN kho.run.repaired IS 'Rows read and loaded of which a value was repaired';
COMMENT ON COLUMN kho.run.warned IS 'Rows read and loaded of which a warning is kept';

-- A repair belongs to a version of a record: (feed, key, run) is its (_source, _key, _run).
CREATE TABLE kho.repair (
    dataset     text NOT NULL,
    feed        text NOT NULL,
    key         text NOT NULL,
    run         integer NOT NULL,
    column_name text NOT NULL,
    rule        text NOT NULL,
    reason      text NOT NULL,
    raw         jsonb NOT NULL,
    PRIMARY KEY (dataset, feed, key, run, column_name, rule)
);
COMMENT ON TABLE kho.repair IS
    'Values of loaded records that were repaired; join with the versions by (feed, key, run) = (_source, _key, _run)';
COMMENT ON COLUMN kho.repair.run IS 'The run that wrote the version which holds the repaired value';
COMMENT ON COLUMN kho.repair.column_name IS 'Column of the shared schema';
COMMENT ON COLUMN kho.repair.rule IS 'The type whose parser repaired it';
COMMENT ON COLUMN kho.repair.reason IS 'What was repaired';
COMMENT ON COLUMN kho.repair.raw IS
    'The source''s columns that the value was made of, as they were read: guard it like the value';
REVOKE ALL ON kho.repair FROM PUBLIC;

CREATE VIEW kho.repair_count AS
SELECT r.job, p.rule, p.column_name AS column, p.reason, count(*) AS count,
       min(p.run) AS first_run, max(p.run) AS last_run
FROM kho.repair p JOIN kho.run r ON r.run = p.run
GROUP BY r.job, p.rule, p.column_name, p.reason;
COMMENT ON VIEW kho.repair_count IS 'Repairs in all versions that the store holds, counted';

CREATE OR REPLACE VIEW kho.run_reason AS
SELECT run, severity, rule, column_name AS column FROM kho.reject_incoming
UNION ALL
SELECT r.run, o.severity, o.rule, o.column_name
FROM kho.reject o JOIN kho.run r ON (r.dataset, r.feed) = (o.dataset, o.feed)
     AND r.run BETWEEN o.first_run AND coalesce(o.closed_run - 1, r.run) AND r.status = 'published'
UNION ALL
SELECT run, 'repair', rule, column_name FROM kho.repair;
