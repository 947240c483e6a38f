/** What an address says, as its query, written so that no reader of addresses changes it. */
export function toQuery(fields: object): string {
  return Buffer.from(JSON.stringify(fields)).toString('base64url');
}

/** The other way round; nothing of what is no such query. Anybody may have written it. */
export function fieldsOf(query: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(Buffer.from(query, 'base64url').toString());
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
