-- What the sources' tables looked like, so that a change of them is noticed.

CREATE TABLE kho.source_column (
    dataset     text NOT NULL,
    feed        text NOT NULL,
    column_name text NOT NULL,
    type        text NOT NULL,
    is_read     boolean NOT NULL,
    PRIMARY KEY (dataset, feed, column_name)
);
COMMENT ON TABLE kho.source_column IS
    'The columns of each feed''s source, as its last published run found them';
COMMENT ON COLUMN kho.source_column.type IS 'Type, as the source''s server names it';
COMMENT ON COLUMN kho.source_column.is_read IS 'Whether the mapping or the key reads it';
