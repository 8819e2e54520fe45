// Writes CSV from standard input (with a header row) as Parquet by DuckDB: what `kho export` is
// measured against.    node copy.mjs FILE
import { DuckDBInstance } from '@duckdb/node-api';

const duckdb = await (await DuckDBInstance.create(':memory:', { threads: '2' })).connect();
const csv = "read_csv('/dev/stdin', header = true, all_varchar = true, delim = ',', quote = '\"', escape = '\"')";
await duckdb.run(`COPY (SELECT * FROM ${csv}) TO '${process.argv[2]}' (FORMAT parquet, COMPRESSION zstd)`);
