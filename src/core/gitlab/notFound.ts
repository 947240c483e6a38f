import { GitLabError, isNotFound, type FailureKind } from '../model/errors';
import { signInRedirect } from './http/httpFailures';

/** Whether the project itself is missing ("404 Project Not Found"), not a build or commit. */
export function isProjectGone(error: unknown): boolean {
  return isNotFound(error) && /project/i.test(error.failure.reason ?? '');
}

/** The project's path isn't found in a request for the project alone; it may have moved. */
export class ProjectUnseen extends GitLabError {}

/** Returns an empty list if GitLab or its CI doesn't know the commit. */
export function noneWithoutCi(error: unknown): readonly never[] {
  if (isNotFound(error) && !isProjectGone(error)) return [];
  throw error;
}

/** Returns an empty list for optional data that the user's role can't access or the project has disabled. */
export function noneUnlessGone(error: unknown): readonly never[] {
  if (error instanceof GitLabError && error.failure.kind === 'forbidden') return [];
  return noneWithoutCi(error);
}

/** Like `noneUnlessGone`, but distinguishable from an empty list, so that it isn't cached as one. */
export function undefinedUnlessGone(error: unknown): undefined {
  noneUnlessGone(error);
}

/**
 * Whether an error says that a commit doesn't exist. GitLab only says "404 Commit Not Found" to those who can read the
 * code.
 */
export function presenceOrThrow(error: unknown): false | undefined {
  if (isNotFound(error) && /commit/i.test(error.failure.reason ?? '')) return false;
  if (error instanceof GitLabError && ['notFound', 'forbidden', 'refused'].includes(error.failure.kind))
    return undefined;
  throw error;
}

/** Whether an error contradicts the detected API: 410 for v3 since 11.0, or a page instead of the API. */
export function contradictsDetection(error: unknown): boolean {
  if (!(error instanceof GitLabError)) return false;
  const { kind, status } = error.failure;
  return kind === 'notGitLab' || (status === 410 && kind !== 'storage');
}

/** Failures of an outage, during which a server may be upgraded, and answers that an upgrade may have changed. */
const upgradeKinds = new Set<FailureKind>([
  ...(['offline', 'timeout', 'tls', 'proxyAuth', 'server'] as const),
  ...(['notGitLab', 'noGitLab', 'invalidAnswer', 'unsupported'] as const),
]);

/** Whether a server may be another version after this failure. */
export function mayHideUpgrade(error: unknown): boolean {
  return error instanceof GitLabError && upgradeKinds.has(error.failure.kind);
}

/** Marks the failure of a server that has responded as GitLab before, so that its URL isn't reported as wrong. */
export function ofKnownGitLab(error: unknown): unknown {
  if (!(error instanceof GitLabError)) return error;
  const { kind } = error.failure;
  if (kind === 'notGitLab') return new GitLabError({ ...error.failure, wasGitLab: true }, { cause: error });
  const { cause } = error;
  const isSignIn = cause instanceof GitLabError && cause.failure.reason === signInRedirect;
  return kind === 'noGitLab' && isSignIn ? ofKnownGitLab(cause) : error;
}

/** Converts "not found" to `unsupported`: the API exists, so the route is missing. */
export function unsupportedOr(error: unknown): unknown {
  if (!(error instanceof GitLabError) || error.failure.status !== 404) return error;
  return new GitLabError({ ...error.failure, kind: 'unsupported' }, { cause: error });
}
