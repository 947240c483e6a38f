import { createHash } from 'node:crypto';
import type { Project } from '../model';
import type { Keys } from '../profiles/keys';
import type { World } from '../world';
import type { Links } from './links';

/** What the values of an entity are worked out from, besides their subject. */
export interface Context {
  readonly world: World;
  readonly links: Links;
  readonly keys: Keys;
  readonly mayDownload: boolean;
}

export type Values<Subject> = Readonly<Record<string, (subject: Subject, context: Context) => unknown>>;

export type Shown = Readonly<Record<string, unknown>>;

/** The named values in the order of `keys`. Undefined ones JSON leaves out: absent is not null. */
export function show<Subject>(
  keys: readonly string[],
  values: Values<Subject>,
  subject: Subject,
  context: Context,
): Shown {
  return Object.fromEntries(
    keys.map((key) => {
      const value = values[key];
      if (!value) throw new Error(`nothing gives the value of ${key}`);
      return [key, value(subject, context)];
    }),
  );
}

export function projectOf({ world }: Context, { projectId }: { readonly projectId: number }): Project {
  return world.project(projectId);
}

export function iso(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString();
}

/** Seconds between two moments; null while one is missing. */
export function seconds(fromMs: number | null, toMs: number | null): number | null {
  return fromMs === null || toMs === null ? null : (toMs - fromMs) / 1000;
}

export function md5(text: string): string {
  return createHash('md5').update(text).digest('hex');
}

/** Rails escapes what could end a script element. */
export function toJson(value: unknown): string {
  return JSON.stringify(value).replace(
    /[<>&\u2028\u2029]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
