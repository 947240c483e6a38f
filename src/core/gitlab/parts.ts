import type { Build, Commit } from '../build';
import type { Row } from './fields';

/** Absent, not null, when there are none (GitLab's own documentation says null). */
export function toArtifacts(file: Row | undefined): Build['artifacts'] {
  const filename = file?.text('filename');
  return filename === undefined ? undefined : { filename, size: file?.number('size') ?? 0 };
}

export function toRunner(runner: Row | undefined): string | undefined {
  return runner?.text('description') ?? runner?.text('name');
}

export function toCommit(commit: Row | undefined): Commit | undefined {
  const sha = commit?.text('id');
  if (sha === undefined) return undefined;
  return { sha, title: commit?.text('title') ?? '', author: commit?.text('author_name') ?? '' };
}
