import type { Request } from '../answer';

type Variables = Readonly<Record<string, string>>;

/** `job_variables_attributes` of JSON or of a form; a text is what is wrong with it. */
export function variablesIn({ headers, body }: Request): Variables | string {
  const isJson = headers['content-type']?.includes('json') ?? false;
  const entries = isJson ? ofJson(body) : ofForm(body);
  const incomplete = entries.findIndex((entry) => !('key' in entry) || !('value' in entry));
  if (incomplete >= 0) {
    const missing = 'key' in (entries[incomplete] ?? {}) ? 'value' : 'key';
    return `job_variables_attributes[${incomplete}][${missing}] is missing`;
  }
  return Object.fromEntries(entries.map((entry) => [String(entry['key']), String(entry['value'])]));
}

type Entry = Readonly<Record<string, unknown>>;

function ofJson(body: string): readonly Entry[] {
  const { job_variables_attributes: entries = [] } = JSON.parse(body || '{}') as {
    readonly job_variables_attributes?: readonly Entry[];
  };
  return entries;
}

/** `…[][key]=a&…[][value]=b`, where a key that comes again begins the next one, or `…[0][key]=a`. */
function ofForm(body: string): readonly Entry[] {
  const entries: Record<string, unknown>[] = [];
  for (const [name, value] of new URLSearchParams(body)) {
    const [, index, key] = /^job_variables_attributes\[(\d*)\]\[(\w+)\]$/.exec(name) ?? [];
    if (index === undefined || key === undefined) continue;
    const last = entries.at(-1);
    const at = index === '' ? (last && !(key in last) ? entries.length - 1 : entries.length) : Number(index);
    entries[at] = { ...entries[at], [key]: value };
  }
  return entries.filter(Boolean);
}
