import type { EventEmitter } from 'node:events';
import { Client, type QueryResultRow } from 'pg';

/** The same server and login, another database. */
export function withDatabase(url: string, database: string): string {
  const changed = new URL(url);
  changed.pathname = `/${database}`;
  return changed.href;
}

/** The same server and database, another login. */
export function withLogin(url: string, role: string, password: string): string {
  const changed = new URL(url);
  changed.username = role;
  changed.password = password;
  return changed.href;
}

/** One statement on a connection of its own. */
export async function adminQuery<Row extends QueryResultRow = QueryResultRow>(
  url: string,
  text: string,
  values: readonly unknown[] = [],
): Promise<Row[]> {
  const client = new Client({ connectionString: url });
  // Where the server is stopped meanwhile, the statement says so.
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query<Row>(text, [...values])).rows;
  } finally {
    await client.end();
  }
}

/** The tables in COPY's text form, by their names, which must be quoted where they need it. */
export async function copyOut(url: string, tables: readonly string[]): Promise<Map<string, Buffer>> {
  const client = new Client({ connectionString: url });
  await client.connect();
  let chunks: Buffer[] = [];
  // pg reads what COPY sends and passes it on to nobody; the connection tells of it.
  const { connection } = client as unknown as { connection: EventEmitter };
  connection.on('copyData', ({ chunk }: { chunk: Buffer }) => chunks.push(Buffer.from(chunk)));
  const copies = new Map<string, Buffer>();
  try {
    for (const table of tables) {
      chunks = [];
      await client.query(`COPY ${table} TO STDOUT`);
      copies.set(table, Buffer.concat(chunks));
    }
    return copies;
  } finally {
    await client.end();
  }
}
