import type { Build } from '../../model/build';
import type { Project } from '../dialect';

/** The field of a bridge that triggered a pipeline in another project; none if the project is unknown. */
export function toElsewhere(pipeline: number, project: string | undefined): Pick<Build, 'elsewhere'> {
  return project === undefined ? {} : { elsewhere: { pipeline, project } };
}

/** Path of the project that a pipeline's page belongs to; undefined if the page isn't one of the same instance. */
export function projectOfPage(path: string, own: Project): string | undefined {
  const { pathname } = new URL(own.url);
  const root = pathname.slice(0, Math.max(pathname.length - own.path.length, 0));
  const below = path.slice(root.length);
  const end = ['/-/pipelines/', '/pipelines/'].map((page) => below.indexOf(page)).find((at) => at > 0);
  const found = below.slice(0, end ?? 0);
  return path.startsWith(root) && found.includes('/') ? found : undefined;
}
