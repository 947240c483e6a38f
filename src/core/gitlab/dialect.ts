import type { Build } from '../build';
import type { Api } from './api';
import type { Server } from './detect';
import type { Row } from './fields';

/** A project as the server knows it. */
export interface Project {
  readonly id: number;
  /** `group/subgroup/name` */
  readonly path: string;
}

/** What differs between GitLab's APIs. Paths have the project's number: dots in a path break the builds routes up to 10.1. */
export interface Dialect {
  /** Below the instance's base URL. */
  readonly root: string;
  /** What a build is called in a path. */
  readonly segment: 'builds' | 'jobs';
  /** Every attempt of every build of the commit, in any order; none where the commit has no CI. */
  commitRows(question: CommitQuestion): Promise<readonly Build[]>;
  /** Throws UnexpectedShape. `projectUrl`: the project's web page. */
  toBuild(row: Row, projectUrl: string): Build;
}

export interface CommitQuestion {
  readonly api: Api;
  readonly server: Server;
  readonly project: Project;
  readonly sha: string;
  readonly toBuild: (row: Row) => Build;
}

export type BuildAction = 'cancel' | 'retry' | 'erase';
