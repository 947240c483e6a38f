import type { Build, BuildAction } from '../model/build';
import type { Instance } from '../model/instance';
import type { Logger } from '../util/logger';
import type { Listing, Pipeline } from '../model/pipeline';
import type { GitLabApi } from './gitlabApi';
import type { Server } from './detect';
import type { Inputs } from './inputSpecs';
import type { JsonObject } from './jsonObject';
import type { TtlCache } from '../util/ttlCache';

/** A project as the server reports it. */
export interface Project {
  readonly id: number;
  /** Full path: `group/subgroup/name`. */
  readonly path: string;
  /** Its web page, below the base URL that the user configured. */
  readonly url: string;
  /** Undefined if the repository is empty. */
  readonly defaultBranch?: string | undefined;
}

/**
 * Converts a project. Its URL is built from the configured base URL, because a misconfigured server may report a wrong
 * one.
 */
export function toProject(row: JsonObject, { url }: Instance): Project {
  const path = row.requireString('path_with_namespace');
  return { id: row.id('id'), path, url: `${url}/${path}`, defaultBranch: row.string('default_branch') };
}

/** Full SHA of a commit (GitLab compares it literally), and the branch or tag that is checked out. */
export interface CommitRef {
  readonly sha: string;
  readonly ref?: string | undefined;
}

/**
 * Differences between GitLab's APIs. Paths use the project's id, because dots in a path break the builds routes up to
 * 10.1.
 */
export interface Dialect {
  /** Path of the API below the base URL. */
  readonly root: string;
  /** Path segment for builds. */
  readonly segment: 'builds' | 'jobs';
  /** All attempts of all builds of a commit, in any order, and its pipelines; empty if it has no CI. */
  commitRows(question: CommitQuestion): Promise<Listing>;
  /** All attempts of the builds of one pipeline, and of the pipelines that these triggered in the same project. */
  pipelineRows(question: CommitQuestion, pipeline: Pipeline): Promise<Listing>;
  /** Converts a build. Throws UnexpectedShape. */
  toBuild(row: JsonObject, context: RowContext): Build;
}

/** Context for converting a row. */
export interface RowContext {
  readonly project: Project;
  readonly server: Server;
  /** Whether the user is known not to be a Maintainer of the project. */
  readonly noMaintainer?: boolean | undefined;
}

/** Everything that a call needs. */
export interface Call {
  readonly api: GitLabApi;
  readonly server: Server;
  readonly dialect: Dialect;
}

/** Runs calls in a project, which it finds by the name that the user gave. */
export interface ProjectCaller {
  inProject<T>(project: string, signal: AbortSignal, ask: (found: Project, call: Call) => Promise<T>): Promise<T>;
  /** Like `inProject`, for what requires write access: learns from a refusal that the token is read-only. */
  change<T>(project: string, signal: AbortSignal, ask: (found: Project, call: Call) => Promise<T>): Promise<T>;
}

/** Reads a build of a project. */
export function buildReader(project: Project, { dialect, server }: Call): (row: JsonObject) => Build {
  return (row) => dialect.toBuild(row, { project, server });
}

export interface CommitQuestion extends RowContext {
  readonly api: GitLabApi;
  readonly commit: CommitRef;
  readonly memory: TtlCache;
  readonly log: Logger;
  /** Whether the user asked, so that nothing may be assumed unchanged. */
  readonly isAsked?: boolean | undefined;
  /** Kinds of pipelines that the project's commits probably have. */
  readonly expected?: KindsOfPipelines | undefined;
}

/** Kinds of pipelines that can only be found through other pipelines or merge requests. */
export interface KindsOfPipelines {
  readonly hasChildren?: boolean | undefined;
  /** Whether there are pipelines of merge results. */
  readonly hasMerges?: boolean | undefined;
}

/** Variables for a manual build, by key. */
export type Variables = Readonly<Record<string, string>>;

/** Value of a variable: a text, or the content of a file that the variable names in the build. */
export type VariableValue = string | { readonly file: string };

/** Variables for a pipeline, by key. */
export type PipelineVariables = Readonly<Record<string, VariableValue>>;

/** The variables that are texts. */
export function textsIn(variables: PipelineVariables): Variables {
  const entries = Object.entries(variables);
  return Object.fromEntries(entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string'));
}

/** Path below the build's and body of an action request. */
interface ActionRequest {
  readonly path: string;
  readonly body?: object;
}

/** Variables and inputs to start a build with. */
export interface ActionValues {
  readonly variables?: Variables | undefined;
  readonly inputs?: Inputs | undefined;
}

export function toRequest(action: BuildAction, { variables = {}, inputs = {} }: ActionValues): ActionRequest {
  const hasInputs = Object.keys(inputs).length > 0;
  switch (action) {
    case 'forceCancel':
      return { path: 'cancel', body: { force: true } };
    case 'keep':
      return { path: 'artifacts/keep' };
    case 'play': {
      const pairs = Object.entries(variables).map(([key, value]) => ({ key, value }));
      const body = {
        ...(pairs.length === 0 ? {} : { job_variables_attributes: pairs }),
        ...(hasInputs ? { job_inputs: inputs } : {}),
      };
      return Object.keys(body).length === 0 ? { path: 'play' } : { path: 'play', body };
    }
    case 'retry':
      // Releases differ in the name, and each ignores the other one.
      return hasInputs ? { path: action, body: { job_inputs: inputs, inputs } } : { path: action };
    case 'cancel':
    case 'erase':
      return { path: action };
    default:
      return action satisfies never;
  }
}
