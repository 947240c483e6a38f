import { GitLabError, type Failure } from '../model/errors';
import { isTransient } from './http/httpFailures';
import type { Server } from './detect';
import type { Call } from './dialect';
import { has } from './features';
import type { TtlCache } from '../util/ttlCache';

const readOnlyKey = 'readOnly';
const scopesKey = 'scopes';
const askAgainMs = 60_000;
/** Scopes that permit changes. What a `granular` token permits is defined per project and resource. */
const acting = new Set(['api', 'granular']);

/** What the token may do, as far as GitLab has said. */
export class TokenScopes {
  constructor(private readonly memory: TtlCache) {}

  get names(): readonly string[] {
    return (this.memory.get(scopesKey) ?? []) as readonly string[]; // Only written by `learn`.
  }

  /** Whether the token is known to be read-only; false before anything has been requested with it. */
  get readOnly(): boolean {
    return this.memory.has(readOnlyKey);
  }

  /** Whether `names` and `readOnly` are final. */
  isKnown(server: Server): boolean {
    return !has(server, 'ownToken') || this.memory.get(scopesKey) !== undefined || this.readOnly;
  }

  /** Requests the token's scopes if GitLab supports it. Doesn't fail otherwise. */
  async learn({ api, server }: Call): Promise<void> {
    if (!has(server, 'ownToken') || this.memory.has(scopesKey)) return;
    try {
      const scopes = await api.get('personal_access_tokens/self', (row) => row.strings('scopes'));
      this.memory.set(scopesKey, scopes);
      if (scopes.length > 0 && !scopes.some((scope) => acting.has(scope))) this.memory.set(readOnlyKey, true);
    } catch (error) {
      if (!(error instanceof GitLabError)) throw error;
      this.memory.set(scopesKey, [], isTransient(error.failure) ? askAgainMs : Infinity);
    }
  }

  /** Performs a change, and learns from a refusal that the token is read-only. */
  async changing<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      // A fine-grained token that lacks one permission may have others; GitLab names no scope for it.
      if (error instanceof GitLabError && isApiWanted(error.failure)) this.memory.set(readOnlyKey, true);
      throw error;
    }
  }
}

function isApiWanted({ kind, reason = '' }: Failure): boolean {
  return kind === 'insufficientScope' && reason.split(' ').includes('api');
}
