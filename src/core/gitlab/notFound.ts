import { GitLabError } from '../model/errors';

export function isNotFound(error: unknown): error is GitLabError {
  return error instanceof GitLabError && error.failure.kind === 'notFound';
}

/** "404 Project Not Found": neither the build nor the commit is what is missing. */
export function isProjectGone(error: unknown): boolean {
  return isNotFound(error) && /project/i.test(error.failure.reason ?? '');
}

/** The project's path leads nowhere any more, where only the path is asked for: it may have moved. */
export class ProjectUnseen extends GitLabError {}

/** A commit that GitLab, or its CI, does not know has no builds. */
export function noneWithoutCi(error: unknown): readonly never[] {
  if (isNotFound(error) && !isProjectGone(error)) return [];
  throw error;
}

/** What comes on top of the builds is left out where the user's role does not reach, or the project has it switched off. */
export function noneUnlessGone(error: unknown): readonly never[] {
  if (error instanceof GitLabError && error.failure.kind === 'forbidden') return [];
  return noneWithoutCi(error);
}

/** The same, told apart from an empty list, so that it is not remembered as one. */
export function undefinedUnlessGone(error: unknown): undefined {
  noneUnlessGone(error);
}

/** What a refusal says of whether there is a commit. "404 Commit Not Found" comes only where the code may be read. */
export function presenceOrThrow(error: unknown): false | undefined {
  if (isNotFound(error) && /commit/i.test(error.failure.reason ?? '')) return false;
  if (error instanceof GitLabError && ['notFound', 'forbidden', 'refused'].includes(error.failure.kind))
    return undefined;
  throw error;
}

/** 410: v3 is gone since 11.0. A page where the API was: so it is not there any more. */
export function contradicts(error: unknown): boolean {
  if (!(error instanceof GitLabError)) return false;
  const { kind, status } = error.failure;
  return kind === 'notGitLab' || (status === 410 && kind !== 'storage');
}

/** The API is there, so it is the one route that is missing. */
export function unsupportedOr(error: unknown): unknown {
  if (!(error instanceof GitLabError) || error.failure.status !== 404) return error;
  return new GitLabError({ ...error.failure, kind: 'unsupported' }, { cause: error });
}
