-- References between datasets, and the quality of datasets.

-- How many values refer to no record: counted after each load of the dataset that refers; nothing is
-- blocked.

CREATE TABLE kho.orphan (
    dataset     text NOT NULL,
    feed        text NOT NULL,
    column_name text NOT NULL,
    refers_to   text NOT NULL,
    run         integer NOT NULL,
    checked     bigint NOT NULL,
    orphans     bigint NOT NULL,
    PRIMARY KEY (dataset, feed, column_name)
);
COMMENT ON TABLE kho.orphan IS
    'Values of a feed that stand in no record of the dataset which their column refers to';
COMMENT ON COLUMN kho.orphan.refers_to IS 'Schema and column that hold the values referred to';
COMMENT ON COLUMN kho.orphan.run IS 'The run after which they were counted';
COMMENT ON COLUMN kho.orphan.checked IS 'Values that the feed has in this column';
COMMENT ON COLUMN kho.orphan.orphans IS 'How many of them refer to no record';

-- The quality of datasets, from the counts that loading leaves: five criteria, each passed of
-- evaluated. What a criterion weighs is the district's to say.

CREATE TABLE kho.quality_weight (
    criterion text PRIMARY KEY CHECK (criterion IN ('accuracy', 'completeness', 'cleanliness',
                                                    'timeliness', 'consistency')),
    weight    numeric NOT NULL DEFAULT 1 CHECK (weight >= 0),
    meaning   text NOT NULL
);
INSERT INTO kho.quality_weight (criterion, meaning) VALUES
    ('accuracy', 'records without a warning, of all records and open rejects'),
    ('completeness', 'values that are there, in the columns that the feed fills at all'),
    ('cleanliness', 'records of which nothing had to be repaired, of all records and open rejects'),
    ('timeliness', 'whether the feed was published within the last 36 hours'),
    ('consistency', 'references to other datasets that find their record');
COMMENT ON TABLE kho.quality_weight IS 'What each criterion of quality counts, and how much: change the weights as you see fit';

CREATE TABLE kho.quality (
    dataset     text NOT NULL,
    feed        text NOT NULL,
    measured_at timestamptz NOT NULL,
    run         integer NOT NULL,
    criterion   text NOT NULL REFERENCES kho.quality_weight,
    passed      bigint NOT NULL,
    evaluated   bigint NOT NULL,
    PRIMARY KEY (dataset, feed, measured_at, criterion)
);
COMMENT ON TABLE kho.quality IS 'Measurements of quality, with their history: `kho quality` makes one';
COMMENT ON COLUMN kho.quality.run IS 'The feed''s last published run when it was measured';

CREATE VIEW kho.quality_index AS
WITH share AS (
    SELECT q.dataset, q.feed, q.measured_at, q.run, q.criterion, w.weight,
           100.0 * q.passed / nullif(q.evaluated, 0) AS percent
    FROM kho.quality q JOIN kho.quality_weight w USING (criterion)
), total AS (
    SELECT dataset, feed, measured_at, run,
           round(sum(percent * weight) / nullif(sum(weight) FILTER (WHERE percent IS NOT NULL), 0), 2)
               AS index,
           round(max(percent) FILTER (WHERE criterion = 'accuracy'), 2) AS accuracy,
           round(max(percent) FILTER (WHERE criterion = 'completeness'), 2) AS completeness,
           round(max(percent) FILTER (WHERE criterion = 'cleanliness'), 2) AS cleanliness,
           round(max(percent) FILTER (WHERE criterion = 'timeliness'), 2) AS timeliness,
           round(max(percent) FILTER (WHERE criterion = 'consistency'), 2) AS consistency
    FROM share GROUP BY dataset, feed, measured_at, run
)
SELECT dataset, feed, kho.shown(measured_at) AS measured, index,
       CASE WHEN index >= 90 THEN 'green' WHEN index >= 75 THEN 'yellow' ELSE 'red' END AS colour,
       accuracy, completeness, cleanliness, timeliness, consistency, run, measured_at
FROM total;
COMMENT ON VIEW kho.quality_index IS
    'The index of each measurement: the weighted mean of its criteria in percent; one that was not evaluated does not count';

-- Values that are there and values that could be, in the columns that the feed fills at all.
CREATE FUNCTION kho.count_values(dataset text, feed text, OUT passed bigint, OUT evaluated bigint)
    LANGUAGE plpgsql STABLE AS
$$
DECLARE
    counts text;
BEGIN
    SELECT string_agg(format('count(%I)', column_name), ', ') INTO counts
    FROM information_schema.columns
    WHERE table_schema = split_part(dataset, '.', 1) AND table_name = split_part(dataset, '.', 2)
      AND column_name NOT LIKE '\_%';
    EXECUTE format('SELECT coalesce(sum(v.n), 0), coalesce(sum(c.total) FILTER (WHERE v.n > 0), 0)
        FROM (SELECT count(*) AS total, ARRAY[%s] AS counts FROM %I.%I WHERE _source = $1) c,
        unnest(c.counts) AS v (n)',
        counts, split_part(dataset, '.', 1), split_part(dataset, '.', 2))
        INTO passed, evaluated USING feed;
END
$$;

-- How many records of the current version had a value repaired.
CREATE FUNCTION kho.count_repaired(of_dataset text, of_feed text) RETURNS bigint
    LANGUAGE plpgsql STABLE AS
$$
DECLARE
    repaired bigint;
BEGIN
    EXECUTE format('SELECT count(DISTINCT r.key) FROM kho.repair r JOIN %I.%I p
        ON p._source = r.feed AND p._key = r.key AND p._run = r.run
        WHERE r.dataset = $1 AND r.feed = $2',
        split_part(of_dataset, '.', 1), split_part(of_dataset, '.', 2))
        INTO repaired USING of_dataset, of_feed;
    RETURN repaired;
END
$$;

CREATE FUNCTION kho.measure_quality(at timestamptz) RETURNS void LANGUAGE sql AS
$$
WITH last AS (
    SELECT DISTINCT ON (dataset, feed) dataset, feed, run, published_at, total FROM kho.run
    WHERE status = 'published' AND to_regclass(dataset) IS NOT NULL
    ORDER BY dataset, feed, run DESC
), noted AS (
    SELECT l.*, (SELECT count(DISTINCT coalesce(key, reject::text)) FROM kho.reject r
                 WHERE (r.dataset, r.feed) = (l.dataset, l.feed) AND state = 'open'
                   AND severity = 'reject') AS rejected,
           (SELECT count(DISTINCT key) FROM kho.reject r
            WHERE (r.dataset, r.feed) = (l.dataset, l.feed) AND state <> 'closed'
              AND severity = 'warn') AS warned
    FROM last l
)
INSERT INTO kho.quality (dataset, feed, measured_at, run, criterion, passed, evaluated)
SELECT n.dataset, n.feed, at, n.run, c.criterion, c.passed, c.evaluated
FROM noted n CROSS JOIN LATERAL (
    SELECT 'accuracy', greatest(n.total - n.warned, 0), n.total + n.rejected
    UNION ALL SELECT 'completeness', v.passed, v.evaluated FROM kho.count_values(n.dataset, n.feed) v
    UNION ALL SELECT 'cleanliness', greatest(n.total - kho.count_repaired(n.dataset, n.feed), 0),
                     n.total + n.rejected
    UNION ALL SELECT 'timeliness', (at - n.published_at <= interval '36 hours')::integer, 1
    UNION ALL SELECT 'consistency', coalesce(sum(o.checked - o.orphans), 0)::bigint,
                     coalesce(sum(o.checked), 0)::bigint
              FROM kho.orphan o WHERE (o.dataset, o.feed) = (n.dataset, n.feed)
) AS c (criterion, passed, evaluated)
$$;
COMMENT ON FUNCTION kho.measure_quality(timestamptz) IS 'Measures all feeds that were ever published';
