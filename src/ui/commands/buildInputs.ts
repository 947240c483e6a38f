import { l10n } from 'vscode';
import { textsIn } from '../../core/gitlab/dialect';
import type { Inputs } from '../../core/gitlab/inputSpecs';
import { differingInputs, type JobInputs } from '../../core/gitlab/jobInputs';
import type { Build } from '../../core/model/build';
import { UserError } from '../report';
import type { Action } from '../text/actionText';
import { buildTitle } from '../text/buildText';
import { oneLine } from '../text/failures';
import { performOn } from './buildTasks';
import type { CommandContext } from './command';
import { askInputs, fromStored, isInputs, refusalOf, toStored, type InputRefusal } from './inputs';
import type { TargetSnapshot } from './targets';

/** A build to start with inputs, and how. */
interface InputsStart extends TargetSnapshot {
  readonly build: Build;
  readonly action: Action;
  /** Title of the list of inputs. */
  readonly title: string;
  /** Label of the item that starts the build, with its codicon. */
  readonly accept: string;
}

/** Inputs of the argument `{ build, inputs }`; undefined if it has none. Throws UserError if they are malformed. */
export function inputsIn(argument: unknown): Inputs | undefined {
  if (typeof argument !== 'object' || argument === null || !('inputs' in argument)) return undefined;
  const { inputs } = argument;
  if (inputs === undefined || isInputs(inputs)) return inputs;
  throw new UserError(
    l10n.t('The inputs must be an object of values, such as {0}.', '{ "environment": "staging", "replicas": 3 }'),
  );
}

/** Inputs that the build's job declares; undefined if GitLab doesn't say. */
export async function inputsOf(context: CommandContext, { target, build }: Pick<InputsStart, 'target' | 'build'>) {
  const { instance, project } = target;
  return context.clients.of(instance).builds.inputs(project, build.id, new AbortController().signal);
}

/** Starts a build with the given inputs. */
export async function startWith(context: CommandContext, start: InputsStart, inputs: Inputs): Promise<void> {
  const { root, target, build, action } = start;
  const { instance, project } = target;
  const warn = async (after: Build): Promise<void> => {
    const found = await context.clients.of(instance).builds.inputs(project, after.id, new AbortController().signal);
    const differing = found === undefined ? [] : differingInputs(inputs, found);
    if (differing.length > 0) void context.report.announce('warning', differenceIn(after, differing));
  };
  let started: Build | undefined;
  const done = (before: Build, after: Build): string => {
    started = after;
    return action.done(before, after);
  };
  await performOn(context, [{ root, target, builds: [build] }], () => ({ ...action, inputs, done }));
  // GitLab ignores a field that it doesn't know without a word.
  if (started !== undefined && Object.keys(inputs).length > 0) await warn(started);
}

function differenceIn(build: Build, names: readonly string[]): string {
  const list = names.map((name) => oneLine(name)).join(', ');
  return l10n.t("{0} doesn't have the inputs that you requested. GitLab ignored {1}.", buildTitle(build), list);
}

/** Asks for the inputs, and starts the build; again if GitLab refuses one of them. Keeps the values for the next time. */
export async function askAndStart(context: CommandContext, start: InputsStart, found: JobInputs): Promise<void> {
  const { variables: memory } = context;
  const { title, accept } = start;
  const owner = ownerOf(start);
  const { specs } = found;
  let values: Inputs = { ...fromStored(specs, textsIn(await memory.last(owner))), ...found.values };
  let refusal: InputRefusal | undefined;
  do {
    const inputs = await askInputs({ title, accept, specs, values, refusal });
    if (inputs === undefined) return;
    values = inputs;
    try {
      await startWith(context, start, inputs);
      refusal = undefined;
    } catch (error) {
      refusal = refusalOf(error, specs);
      if (refusal === undefined) throw error;
    }
  } while (refusal !== undefined);
  await memory.keep(owner, toStored(values));
}

/** Values are kept for each branch and name. */
function ownerOf({ target: { instance, project }, build: { ref, name } }: InputsStart) {
  return { instance: instance.url, project, build: `inputs of ${JSON.stringify([ref, name])}` };
}
