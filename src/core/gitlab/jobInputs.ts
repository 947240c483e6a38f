import { GitLabError } from '../model/errors';
import { deepEqual } from '../util/deepEqual';
import type { Logger } from '../util/logger';
import type { Call, Project } from './dialect';
import { has } from './features';
import { inputSpecFields, toInputSpec, toInputValue, type Inputs, type InputSpec, type InputValue } from './inputSpecs';
import { toProjectAnswer } from './listing/projectAnswer';

/** Inputs that a build's job declares, and the values that the build has. */
export interface JobInputs {
  readonly specs: readonly InputSpec[];
  /** Values that the build was started with; GitLab omits those that are the default. */
  readonly values: Inputs;
}

/** Loads the inputs of a build; undefined before 18.10, or if GitLab doesn't say. GitLab gives them for one build at a time. */
export async function jobInputs(
  { api, server }: Pick<Call, 'api' | 'server'>,
  project: Pick<Project, 'path'>,
  build: number,
  log: Logger,
): Promise<JobInputs | undefined> {
  if (!has(server, 'jobInputs')) return undefined;
  try {
    const answer = await api.query(
      query,
      { path: project.path, id: `gid://gitlab/Ci::Build/${build}` },
      toProjectAnswer,
    );
    for (const error of answer.errors) log.debug(`inputs of ${build}: ${error}`);
    const job = answer.project?.object('job');
    if (job === undefined || answer.errors.length > 0) return undefined;
    const values = job.objects('inputs').flatMap((row): readonly (readonly [string, InputValue])[] => {
      const value = toInputValue(row.json('value'));
      return value === undefined ? [] : [[row.requireString('name'), value]];
    });
    return { specs: job.objects('inputsSpec').map(toInputSpec), values: Object.fromEntries(values) };
  } catch (error) {
    if (!(error instanceof GitLabError)) throw error;
    log.debug(`inputs of ${build}: ${error.message}`);
    return undefined;
  }
}

const query = `query ($path: ID!, $id: JobID!) {
  project(fullPath: $path) { job(id: $id) { inputsSpec { ${inputSpecFields} } inputs { name value } } }
}`;

/** Names of inputs whose value in a build is not the requested one, as when GitLab ignored them. */
export function differingInputs(requested: Inputs, { specs, values }: JobInputs): readonly string[] {
  return Object.entries(requested).flatMap(([name, wanted]) => {
    const value = Object.hasOwn(values, name) ? values[name] : specs.find((spec) => spec.name === name)?.default;
    return isSame(value, wanted) ? [] : [name];
  });
}

/** GitLab makes a text of every value of a string input. */
function isSame(value: InputValue | undefined, wanted: InputValue): boolean {
  if (typeof value === 'string' && !Array.isArray(wanted)) return value === String(wanted);
  return deepEqual(value, wanted);
}
