import type { Build } from '../build';
import type { Row } from './fields';

/** A project as the server knows it. */
export interface Project {
  readonly id: number;
  /** `group/subgroup/name` */
  readonly path: string;
}

/** Paths below the API root. The project is always its number: dots in a path break the builds routes up to 10.1. */
export interface Dialect {
  readonly name: 'v3' | 'v4';
  /** Below the instance's base URL. */
  readonly root: string;
  readonly user: string;
  project(idOrPath: string): string;
  commitBuilds(project: number, sha: string): string;
  projectBuilds(project: number): string;
  build(project: number, build: number): string;
  artifacts(project: number, build: number): string;
  action(project: number, build: number, action: BuildAction): string;
  /** Whether a 404 to `commitBuilds` means that the commit has no builds. */
  readonly noBuildsIs404: boolean;
  /** Throws UnexpectedShape. `projectUrl`: the project's web page. */
  toBuild(row: Row, projectUrl: string): Build;
}

export type BuildAction = 'cancel' | 'retry' | 'erase';
