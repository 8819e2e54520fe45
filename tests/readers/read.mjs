// Reads Parquet files with DuckDB and with hyparquet, and compares what they find with what stands
// in FILE.expected: `rows N`, then `column nulls sha256` (tests/support/parquet.h), then, from DuckDB
// alone, `where column literal type count`: how many rows have that value.
//
//   node read.mjs FILE...
//
// Prints a line for each difference, then `N files, M columns, K counts, D differences`.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { DuckDBInstance } from '@duckdb/node-api';
import { asyncBufferFromFile, parquetMetadataAsync, parquetRead, parquetSchema } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';

const duckdb = await (await DuckDBInstance.create(':memory:', { threads: '2' })).connect();
await duckdb.run("SET TimeZone = 'UTC'");

const quote = (name) => '"' + name.replaceAll('"', '""') + '"';
const literal = (text) => "'" + text.replaceAll("'", "''") + "'";

class Columns {
  constructor(names) {
    this.names = names;
    this.hashes = names.map(() => createHash('sha256'));
    this.nulls = names.map(() => 0);
    this.rows = 0;
  }
  add(column, values) {
    let text = '';
    for (const value of values) {
      if (value === null || value === undefined) this.nulls[column]++;
      text += (value ?? '\\N') + '\n';
    }
    this.hashes[column].update(text);
  }
  found() {
    const lines = ['rows\t' + this.rows];
    this.names.forEach((name, i) => lines.push([name, this.nulls[i], this.hashes[i].digest('hex')].join('\t')));
    return lines;
  }
}

async function readByDuckdb(path) {
  const described = (await duckdb.runAndReadAll(`DESCRIBE SELECT * FROM ${literal(path)}`)).getRowsJS();
  const texts = described.map(([name, type]) => type === 'TIMESTAMP WITH TIME ZONE'
    ? `strftime(${quote(name)}, '%Y-%m-%dT%H:%M:%S.%fZ')` : `${quote(name)}::varchar`);
  const columns = new Columns(described.map(([name]) => name));
  const result = await duckdb.stream(`SELECT ${texts.join(', ')} FROM ${literal(path)}`);
  for (;;) {
    const chunk = await result.fetchChunk();
    if (!chunk || chunk.rowCount === 0) return columns.found();
    columns.rows += chunk.rowCount;
    for (let i = 0; i < columns.names.length; i++) columns.add(i, chunk.getColumnValues(i));
  }
}

function decimalOf(unscaled, scale) {
  const digits = (unscaled < 0n ? -unscaled : unscaled).toString().padStart(scale + 1, '0');
  const text = scale ? digits.slice(0, -scale) + '.' + digits.slice(-scale) : digits;
  return unscaled < 0n ? '-' + text : text;
}

function instantOf(us) {
  let seconds = us / 1000000n, fraction = us % 1000000n;
  if (fraction < 0n) [seconds, fraction] = [seconds - 1n, fraction + 1000000n];
  return new Date(Number(seconds) * 1000).toISOString().replace(/\.\d+Z$/, '.' + fraction.toString().padStart(6, '0') + 'Z');
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const parsers = {
  timestampFromMicroseconds: instantOf,
  dateFromDays: (days) => new Date(days * 86400000).toISOString().slice(0, 10),
  stringFromBytes: (bytes) => bytes && utf8.decode(bytes),
};

// hyparquet makes a decimal a double: such a column is read as what lies under it, and scaled here.
function barePhysical(metadata) {
  const scales = new Map();
  for (const element of metadata.schema) {
    if (element.converted_type !== 'DECIMAL') continue;
    scales.set(element.name, { scale: element.scale ?? 0, fixed: element.type === 'FIXED_LEN_BYTE_ARRAY' });
    delete element.converted_type;
    delete element.logical_type;
  }
  return scales;
}

function bigEndian(bytes) {
  let value = 0n;
  for (const byte of bytes) value = (value << 8n) | BigInt(byte);
  return BigInt.asIntN(bytes.length * 8, value);
}

async function readByHyparquet(path) {
  const file = await asyncBufferFromFile(path);
  const metadata = await parquetMetadataAsync(file);
  const scales = barePhysical(metadata);
  const columns = new Columns(parquetSchema(metadata).children.map((child) => child.element.name));
  columns.rows = Number(metadata.num_rows);
  if (columns.rows !== 0) {
    await parquetRead({ file, metadata, compressors, parsers, onComplete: (rows) => {
      if (rows.length !== columns.rows) throw new Error(`${rows.length} rows of ${columns.rows}`);
      columns.names.forEach((name, i) => {
        const decimal = scales.get(name);
        columns.add(i, rows.map((row) => {
          const value = row[i];
          if (value === null || value === undefined || !decimal) return value;
          return decimalOf(decimal.fixed ? bigEndian(value) : BigInt(value), decimal.scale);
        }));
      });
    } });
  }
  return columns.found();
}

async function count(path, column, text, type) {
  const result = await duckdb.runAndReadAll(
    `SELECT count(*)::varchar FROM ${literal(path)} WHERE ${quote(column)} = ${literal(text)}::${type}`);
  return result.getRows()[0][0];
}

let columns = 0, counts = 0, differences = 0;
function differ(...words) {
  differences++;
  console.log(words.join(' '));
}

for (const path of process.argv.slice(2)) {
  const expected = readFileSync(path + '.expected', 'utf8').trimEnd().split('\n');
  const values = expected.filter((line) => !line.startsWith('where\t'));
  columns += values.length - 1;
  for (const read of [readByDuckdb, readByHyparquet]) {
    let found;
    try {
      found = await read(path);
    } catch (error) {
      differ(path, read.name, String(error.message));
      continue;
    }
    for (let i = 0; i < Math.max(found.length, values.length); i++)
      if (found[i] !== values[i]) differ(path, read.name, `found [${found[i]}], expected [${values[i]}]`);
  }
  for (const line of expected.filter((line) => line.startsWith('where\t'))) {
    const [, column, text, type, wanted] = line.split('\t');
    const found = await count(path, column, text, type);
    counts++;
    if (found !== wanted) differ(path, `${column} = ${text}: ${found} rows, expected ${wanted}`);
  }
}
console.log(`${process.argv.length - 2} files, ${columns} columns, ${counts} counts, ${differences} differences`);
process.exit(differences ? 1 : 0);
