import type { Build, BuildAction } from '../model/build';
import type { Instance } from '../model/instance';
import type { Logger } from '../util/logger';
import type { Listing } from '../model/pipeline';
import type { GitLabApi } from './gitlabApi';
import type { Server } from './detect';
import type { JsonObject } from './jsonObject';
import type { TtlCache } from '../util/ttlCache';

/** A project as the server knows it. */
export interface Project {
  readonly id: number;
  /** `group/subgroup/name` */
  readonly path: string;
  /** Its web page, below the base URL that the user knows. */
  readonly url: string;
  /** undefined in an empty repository. */
  readonly defaultBranch?: string | undefined;
}

/** A project as the API shows it. Web pages are below the base URL that the user knows, not where a wrongly set up server thinks that it is. */
export function toProject(row: JsonObject, { url }: Instance): Project {
  const path = row.requireString('path_with_namespace');
  return { id: row.id('id'), path, url: `${url}/${path}`, defaultBranch: row.string('default_branch') };
}

/** A commit in full, since GitLab compares it as it stands, and the branch or tag by which the user has it. */
export interface CommitRef {
  readonly sha: string;
  readonly ref?: string | undefined;
}

/** What differs between GitLab's APIs. Paths have the project's number: dots in a path break the builds routes up to 10.1. */
export interface Dialect {
  /** Below the instance's base URL. */
  readonly root: string;
  /** What a build is called in a path. */
  readonly segment: 'builds' | 'jobs';
  /** Every attempt of every build of the commit, in any order, and its pipelines; none where the commit has no CI. */
  commitRows(question: CommitQuestion): Promise<Listing>;
  /** Throws UnexpectedShape. */
  toBuild(row: JsonObject, context: RowContext): Build;
}

/** What a row does not tell about itself. */
export interface RowContext {
  readonly project: Project;
  readonly server: Server;
  /** The user is known to be no Maintainer of the project. */
  readonly noMaintainer?: boolean | undefined;
}

/** What a call works with. */
export interface Call {
  readonly api: GitLabApi;
  readonly server: Server;
  readonly dialect: Dialect;
}

export interface CommitQuestion extends RowContext {
  readonly api: GitLabApi;
  readonly commit: CommitRef;
  readonly memory: TtlCache;
  readonly log: Logger;
  /** A person wants to see it as it is: nothing is taken for unchanged. */
  readonly isAsked?: boolean | undefined;
}

/** `key` → value, as GitLab hands them to a manual build. */
export type Variables = Readonly<Record<string, string>>;

/** Where an action is asked for, below the build's path, and what goes with it. */
export interface ActionRequest {
  readonly path: string;
  readonly body?: object;
}

export function toRequest(action: BuildAction, variables: Variables): ActionRequest {
  switch (action) {
    case 'forceCancel':
      return { path: 'cancel', body: { force: true } };
    case 'keep':
      return { path: 'artifacts/keep' };
    case 'play': {
      const pairs = Object.entries(variables).map(([key, value]) => ({ key, value }));
      return pairs.length === 0 ? { path: 'play' } : { path: 'play', body: { job_variables_attributes: pairs } };
    }
    case 'retry':
    case 'cancel':
    case 'erase':
      return { path: action };
    default:
      return action satisfies never;
  }
}
