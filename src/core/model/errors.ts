/** What went wrong, as far as a user can act on it. `ui/text/failures.ts` has the messages. */
export type FailureKind =
  | 'unauthorized' // the token is missing or invalid
  | 'expired' // the token was valid until it expired
  | 'revoked'
  | 'insufficientScope' // the token is valid but lacks a scope; `reason`: the scopes that would do
  | 'forbidden' // GitLab refuses this user, with a reason
  | 'notFound'
  | 'unsupported' // not available in this version of GitLab
  | 'refused' // GitLab refuses this request (400, 405, 409, 410, 422), with a reason
  | 'rateLimited'
  | 'offline' // no connection, or it was lost
  | 'timeout'
  | 'notGitLab' // the response isn't from GitLab's API
  | 'noGitLab' // the server responds, but there is no GitLab API below this base URL
  | 'tls'
  | 'proxyAuth' // a proxy requires credentials
  | 'invalidAnswer' // an unexpected response from GitLab's API
  | 'tooLarge' // the response exceeds a limit; `reason`: the limit
  | 'server'
  | 'git' // git can't be run, fails or hangs; `reason`: its error message
  | 'keyring' // VS Code's secret storage can't be read; `reason`: its error message
  | 'storage' // the object storage behind GitLab refused a file; `reason`: its error code
  | 'unexpected'; // a bug in this extension

/** Problems with the token, which only a new sign-in fixes. */
export type TokenFailureKind = (typeof tokenFailures)[number];

const tokenFailures = ['unauthorized', 'expired', 'revoked', 'insufficientScope'] as const;

export function isTokenFailure(kind: FailureKind): kind is TokenFailureKind {
  return tokenFailures.some((one) => one === kind);
}

export interface Failure {
  readonly kind: FailureKind;
  /** Host and port of the server; never a path, a query or a secret. */
  readonly host?: string | undefined;
  /** Base URL that was tried; `noGitLab` only. */
  readonly url?: string | undefined;
  /** Whether the server has responded as GitLab before; `notGitLab` only. */
  readonly wasGitLab?: boolean | undefined;
  /** HTTP status, if there was a response. */
  readonly status?: number | undefined;
  /** GitLab's explanation or the network's error code, shown to the user unchanged as plain text. */
  readonly reason?: string | undefined;
  /** Earliest time to retry, in ms since 1970; `rateLimited` only. */
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

/** Node's error codes for a connection that was lost. */
const brokenCodes: readonly unknown[] = ['ECONNRESET', 'EPIPE', 'ERR_STREAM_PREMATURE_CLOSE'];

/** Whether a connection was established but lost before the response was complete. */
export function isBrokenConnection({ kind, reason }: Failure): boolean {
  return kind === 'offline' && brokenCodes.includes(reason);
}

/** A local dependency of a refresh fails: git or the secret storage. Usually temporary. */
export class LocalError extends Error {
  constructor(
    readonly kind: 'git' | 'keyring',
    /** Error message of the dependency that failed. */
    readonly reason: string | undefined,
    options?: ErrorOptions,
  ) {
    super([kind, reason].filter((part) => part !== undefined).join(': '), options);
    this.name = 'LocalError';
  }
}

/** Whether GitLab doesn't have what was asked for, or hides it from this user. */
export function isNotFound(error: unknown): error is GitLabError {
  return error instanceof GitLabError && error.failure.kind === 'notFound';
}

/** Whether the requested range starts after the end of the file. */
export function isOutOfRange(error: unknown): boolean {
  return error instanceof GitLabError && error.failure.status === 416;
}

/** Why a download couldn't be saved to disk. */
export type DiskFailureKind =
  | 'outsideWorkspace' // the configured directory is outside the workspace folder
  | 'incomplete' // more or fewer bytes arrived than announced
  | 'noSpace'
  | 'denied'
  | 'inUse' // the file to be replaced is open elsewhere
  | 'exists' // a file is in the way of a folder
  | 'tooBigForCache' // too large for the cache; detail: "received or announced bytes/limit"
  | 'disk';

export class DiskError extends Error {
  constructor(
    readonly kind: DiskFailureKind,
    /** Path or byte counts for the message. */
    readonly detail: string,
    options?: ErrorOptions,
  ) {
    super(`${kind} ${detail}`, options);
    this.name = 'DiskError';
  }
}

/** A download was interrupted and its partial file kept: the same download resumes there. */
export class DownloadInterrupted extends Error {
  constructor(
    /** Bytes on disk. */
    readonly bytes: number,
    /** Size of the whole file in bytes. */
    readonly total: number,
    /** What interrupted it: a GitLabError, or a DiskError if the server sent too few bytes. */
    override readonly cause: Error,
  ) {
    super(`broke off at ${bytes}/${total}: ${cause.message}`, { cause });
    this.name = 'DownloadBroken';
  }
}

/**
 * Converts anything thrown to a failure. An error of an unknown class counts as a bug and is described by its message.
 */
export function toFailure(error: unknown): Failure {
  if (error instanceof DownloadInterrupted) return toFailure(error.cause);
  if (error instanceof GitLabError) return error.failure;
  if (error instanceof LocalError) return { kind: error.kind, reason: error.reason };
  return { kind: 'unexpected', reason: error instanceof Error ? error.message : String(error) };
}

/**
 * Whether GitLab refused the list of builds without naming a problem with the user's account: CI/CD is disabled for the
 * project, or hidden from this role.
 */
export function isCiHidden(error: unknown): boolean {
  if (!(error instanceof GitLabError)) return false;
  const { kind, reason } = error.failure;
  return kind === 'forbidden' && reason === '403 Forbidden';
}

/** Node's error code, such as `ENOENT` or `ECONNRESET`; undefined if there is none. */
export function codeOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

export function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === 'AbortError';
}
