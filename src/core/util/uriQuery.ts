/** Encodes fields as a URI query that survives every URI parser unchanged. */
export function toQuery(fields: object): string {
  return Buffer.from(JSON.stringify(fields)).toString('base64url');
}

/** Decodes a query written by `toQuery`; returns an empty object for anything else. The input is untrusted. */
export function fieldsOf(query: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(Buffer.from(query, 'base64url').toString());
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
