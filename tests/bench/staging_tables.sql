-- What a load by SQL starts from: a staging table for the rows as they are, and the table of records.
DROP TABLE IF EXISTS bench.stage, bench.person;
CREATE UNLOGGED TABLE bench.stage (LIKE bench.bare);
CREATE TABLE bench.person (LIKE population.person);
