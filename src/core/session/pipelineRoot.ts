/**
 * A pipeline that is opened in addition to the displayed commit. It has a root of its own, so that whatever finds
 * builds by root finds its builds, too.
 */
interface PipelineAddress {
  readonly id: number;
  /** Path of its project, or the project's id in digits. */
  readonly project: string;
}

/** Root of an opened pipeline: that of its repository, with a fragment. */
export function toPipelineRoot(root: string, { id, project }: PipelineAddress): string {
  return `${repositoryRoot(root)}#pipeline=${id}&project=${encodeURIComponent(project.toWellFormed())}`;
}

/** Root of the repository that a root belongs to. */
export function repositoryRoot(root: string): string {
  const [repository = ''] = root.split('#', 1);
  return repository;
}

export function isPipelineRoot(root: string): boolean {
  return pipelineOfRoot(root) !== undefined;
}

/** The opened pipeline of a root; undefined for a repository's. */
export function pipelineOfRoot(root: string): PipelineAddress | undefined {
  const at = root.indexOf('#');
  if (at < 0) return undefined;
  const fields = new URLSearchParams(root.slice(at + 1));
  const [id, project] = [Number(fields.get('pipeline')), fields.get('project') ?? ''];
  return Number.isSafeInteger(id) && id > 0 && project !== '' ? { id, project } : undefined;
}
