import { GitLabError, type Failure } from '../model/errors';
import { isTransient } from './http/httpFailures';
import type { Server } from './detect';
import type { Call } from './dialect';
import { has } from './features';
import type { TtlCache } from '../util/ttlCache';

const readOnlyKey = 'readOnly';
const scopesKey = 'scopes';
const askAgainMs = 60_000;
/** Scopes with which something may be done; of a `granular` one it is said per project and resource what. */
const acting = new Set(['api', 'granular']);

/** What the token may do, as far as GitLab has told. */
export class TokenScopes {
  constructor(private readonly memory: TtlCache) {}

  get names(): readonly string[] {
    return (this.memory.get(scopesKey) ?? []) as readonly string[]; // Written by `learn` alone.
  }

  /** It is known to let its owner read and nothing else; not known before it was asked for anything. */
  get readOnly(): boolean {
    return this.memory.has(readOnlyKey);
  }

  /** Whether `names` and `readOnly` are all that there is to know. */
  isKnown(server: Server): boolean {
    return !has(server, 'ownToken') || this.memory.get(scopesKey) !== undefined || this.readOnly;
  }

  /** Asks, where GitLab tells; it is no reason to fail where it does not. */
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

  /** Does something to a build, and learns from a refusal. */
  async changing<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      // A fine-grained token that lacks one thing may do others: of that one GitLab names no scope.
      if (error instanceof GitLabError && isApiWanted(error.failure)) this.memory.set(readOnlyKey, true);
      throw error;
    }
  }
}

function isApiWanted({ kind, reason = '' }: Failure): boolean {
  return kind === 'insufficientScope' && reason.split(' ').includes('api');
}
