import { fieldsOfJson } from './fields';

/** Encodes fields as a URI query that survives every URI parser unchanged. */
export function toQuery(fields: object): string {
  return Buffer.from(JSON.stringify(fields)).toString('base64url');
}

/** Decodes a query written by `toQuery`; returns an empty object for anything else. The input is untrusted. */
export function fieldsOfQuery(query: string): Readonly<Record<string, unknown>> {
  return fieldsOfJson(Buffer.from(query, 'base64url').toString());
}
