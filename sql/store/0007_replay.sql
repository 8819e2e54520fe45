-- Rejected rows that stand open, one a key, with the columns under which they were read and their
-- types, as far as they can be mapped again; inputs NULL = they cannot.
DROP VIEW kho.replayable;
CREATE VIEW kho.replayable AS
SELECT DISTINCT ON (o.dataset, o.feed, coalesce(o.key, o.reject::text)) o.dataset, o.feed, o.key,
       o.raw, o.last_run,
       CASE WHEN o.key IS NOT NULL AND NOT EXISTS (SELECT FROM kho.reject d
                WHERE (d.dataset, d.feed, d.key) = (o.dataset, o.feed, o.key)
                  AND d.state <> 'closed' AND d.rule IN ('key', 'duplicate_key'))
            THEN (SELECT jsonb_object_agg(i.key, i.value) FROM jsonb_each_text(r.inputs) i
                  WHERE o.raw ? i.key) END AS inputs
FROM kho.reject o LEFT JOIN kho.run r ON r.run = o.last_run
WHERE o.state = 'open' AND o.severity = 'reject'
ORDER BY o.dataset, o.feed, coalesce(o.key, o.reject::text), o.last_run DESC;
COMMENT ON VIEW kho.replayable IS 'Rejected rows that `kho rejects replay` maps again';
REVOKE ALL ON kho.replayable FROM PUBLIC;
