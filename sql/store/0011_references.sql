-- References between datasets: how many values refer to no record. Counted after each load of the
-- dataset that refers; nothing is blocked.

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
