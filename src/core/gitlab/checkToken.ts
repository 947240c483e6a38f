import { GitLabError } from '../model/errors';
import { bearer, isAccessToken } from '../model/token';
import type { GitLabClient } from './client';

/** A token that its GitLab has accepted. */
export interface CheckedToken {
  /** As it is kept and passed on: one of OAuth with its scheme. */
  readonly token: string;
  /** The name of the user whose token it is. */
  readonly user: string;
  readonly readOnly: boolean;
}

type CheckingClient = Pick<GitLabClient, 'user' | 'learn' | 'scopes' | 'readOnly'>;

/**
 * Scopes sufficient for reading. What a `granular` token permits is defined per project and resource, and only shows in
 * use.
 */
const enoughToRead = new Set(['api', 'read_api', 'granular']);

/**
 * Whose token it is and what it may do. A secret that GitLab doesn't know as a token of its own is tried as one of OAuth.
 * Throws GitLabError, also for one that may not even read builds.
 */
export async function checkToken(
  secret: string,
  host: string,
  clientWith: (token: string) => CheckingClient,
): Promise<CheckedToken> {
  try {
    return await check(secret, host, clientWith(secret));
  } catch (error) {
    // One token has a space: that of OAuth, with its scheme.
    if (!isUnknown(error) || isAccessToken(secret) || secret.includes(' ')) throw error;
    return check(bearer(secret), host, clientWith(bearer(secret))).catch((second: unknown) => {
      throw isUnknown(second) ? error : second;
    });
  }
}

async function check(token: string, host: string, client: CheckingClient): Promise<CheckedToken> {
  const { signal } = new AbortController();
  const user = await client.user(signal);
  await client.learn(signal);
  const { scopes, readOnly } = client;
  if (scopes.length > 0 && !scopes.some((scope) => enoughToRead.has(scope)))
    throw new GitLabError({ kind: 'insufficientScope', host });
  return { token, user, readOnly };
}

function isUnknown(error: unknown): boolean {
  return error instanceof GitLabError && error.failure.kind === 'unauthorized';
}
