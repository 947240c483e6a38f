import type { Commit, Project } from '../model';
import type { World } from '../world';

/** What git takes for a commit: a sha, the beginning of one, a branch or a tag. */
export function revision(world: World, project: Project, text: string): Commit | undefined {
  const exact = world.commit(project.id, text);
  if (exact) return exact;
  if (/^[0-9a-f]{4,40}$/.test(text)) return world.commits(project.id).find(({ sha }) => sha.startsWith(text));
  const pipeline = world.pipelines(project).findLast(({ ref }) => ref === text);
  if (pipeline) return world.commit(project.id, pipeline.sha);
  return text === project.defaultBranch ? world.commits(project.id).at(-1) : undefined;
}
