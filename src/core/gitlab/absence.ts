import { GitLabError } from '../errors';

export function isNotFound(error: unknown): error is GitLabError {
  return error instanceof GitLabError && error.failure.kind === 'notFound';
}

/** "404 Project Not Found": neither the build nor the commit is what is missing. */
export function isProjectGone(error: unknown): boolean {
  return isNotFound(error) && /project/i.test(error.failure.reason ?? '');
}
