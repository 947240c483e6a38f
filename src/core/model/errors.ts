/** What went wrong, as far as a user can act on it. Sentences for it are `ui/report.ts`'s. */
export type FailureKind =
  | 'unauthorized' // the token is missing or unknown
  | 'expired' // the token was good once
  | 'revoked'
  | 'insufficientScope' // the token is good, but may not do this; `reason`: the scopes that may
  | 'forbidden' // GitLab says no to this user, with a reason
  | 'notFound'
  | 'unsupported' // this version of GitLab does not have it
  | 'refused' // GitLab says no to this request (400, 405, 409, 410, 422), with a reason
  | 'rateLimited'
  | 'offline' // no connection, or it broke
  | 'timeout'
  | 'notGitLab' // something answers, but it is not GitLab's API
  | 'noGitLab' // something answers, and at this base URL no API of GitLab's is to be found
  | 'tls'
  | 'proxyAuth' // a proxy wants a name and a password
  | 'invalidAnswer' // GitLab's API answers, but not what it should
  | 'tooLarge' // more came than is ever read; `reason`: the limit
  | 'server'
  | 'git' // git can't be run, fails or hangs; `reason`: its words
  | 'keyring' // VS Code's secret storage gives no token out; `reason`: its words
  | 'storage' // where GitLab keeps its files refuses to give one out; `reason`: its code
  | 'unexpected'; // a defect of ours

export interface Failure {
  readonly kind: FailureKind;
  /** Host and port that was asked; never a path, a query or a secret. */
  readonly host?: string | undefined;
  /** The base URL that was looked at; `noGitLab` only. */
  readonly url?: string | undefined;
  /** HTTP status, where there was one. */
  readonly status?: number | undefined;
  /** GitLab's own words, or the network's code; shown to the user as they are, as plain text. */
  readonly reason?: string | undefined;
  /** When to come back, in ms since 1970; `rateLimited` only. */
  readonly retryAt?: number | undefined;
}

export class GitLabError extends Error {
  constructor(
    readonly failure: Failure,
    options?: ErrorOptions,
  ) {
    super(
      [failure.kind, failure.host, failure.status, failure.reason].filter((part) => part !== undefined).join(' '),
      options,
    );
    this.name = 'GitLabError';
  }
}

/** Node's codes for a connection that was there and is no more. */
const brokenCodes: readonly unknown[] = ['ECONNRESET', 'EPIPE', 'ERR_STREAM_PREMATURE_CLOSE'];

/** There was a connection, and it ended before all had come. */
export function isBrokenConnection({ kind, reason }: Failure): boolean {
  return kind === 'offline' && brokenCodes.includes(reason);
}

/** Something on this machine fails that a refresh needs: git, or where tokens are kept. As a rule it works again later. */
export class LocalError extends Error {
  constructor(
    readonly kind: 'git' | 'keyring',
    /** The words of whoever failed. */
    readonly reason: string | undefined,
    options?: ErrorOptions,
  ) {
    super([kind, reason].filter((part) => part !== undefined).join(': '), options);
    this.name = 'LocalError';
  }
}

/** The part of a file that was asked for lies behind its end. */
export function isOutOfRange(error: unknown): boolean {
  return error instanceof GitLabError && error.failure.status === 416;
}

/** Why a download could not be kept on this disk. */
export type DiskFailureKind =
  | 'outsideWorkspace' // the directory of the setting is not below the workspace folder
  | 'incomplete' // fewer or more bytes came than were announced
  | 'noSpace'
  | 'denied'
  | 'inUse' // the file that would be replaced is open elsewhere
  | 'exists' // a file stands where a folder must be
  | 'tooBigForCache' // more bytes than the cache may hold: "came or announced/limit"
  | 'disk';

export class DiskError extends Error {
  constructor(
    readonly kind: DiskFailureKind,
    /** The path, or the byte counts, that the sentence names. */
    readonly detail: string,
    options?: ErrorOptions,
  ) {
    super(`${kind} ${detail}`, options);
    this.name = 'DiskError';
  }
}

/** A download broke off, and what came of it is kept: downloading the same again goes on there. */
export class DownloadBroken extends Error {
  constructor(
    /** Bytes that are on the disk. */
    readonly bytes: number,
    /** Bytes of the whole file. */
    readonly total: number,
    /** What broke it: a GitLabError, or a DiskError where the server sent too little. */
    override readonly cause: Error,
  ) {
    super(`broke off at ${bytes}/${total}: ${cause.message}`, { cause });
    this.name = 'DownloadBroken';
  }
}

/** Any thrown thing as a failure; what is of no class of ours is a defect, told by its message. */
export function toFailure(error: unknown): Failure {
  if (error instanceof DownloadBroken) return toFailure(error.cause);
  if (error instanceof GitLabError) return error.failure;
  if (error instanceof LocalError) return { kind: error.kind, reason: error.reason };
  return { kind: 'unexpected', reason: error instanceof Error ? error.message : String(error) };
}

/** GitLab's bare refusal of a list, without a reason of the user's account: the project's CI/CD is off, or not for this role. */
export function isCiHidden(error: unknown): boolean {
  if (!(error instanceof GitLabError)) return false;
  const { kind, reason } = error.failure;
  return kind === 'forbidden' && reason === '403 Forbidden';
}

/** What Node calls the fault, such as `ENOENT` or `ECONNRESET`; undefined where it says nothing. */
export function codeOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

export function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === 'AbortError';
}
