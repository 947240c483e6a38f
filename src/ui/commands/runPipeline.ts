import { isObject } from '../../core/util/fields';
import { l10n, window, type QuickPickItem } from 'vscode';
import type { CreatedPipeline } from '../../core/gitlab/createPipeline';
import { textsIn, type PipelineVariables } from '../../core/gitlab/dialect';
import { has } from '../../core/gitlab/features';
import type { Inputs, InputSpec } from '../../core/gitlab/inputSpecs';
import { GitLabError } from '../../core/model/errors';
import { isUnpushed, listingOf } from '../../core/model/snapshot';
import { statusLabel } from '../text/buildText';
import { oneLine, withoutIcons } from '../text/failures';
import { UserError } from '../report';
import type { Command, CommandContext } from './command';
import { push } from './commits';
import { askInputs, fromStored, isInputs, refusalOf, toStored, type InputRefusal } from './inputs';
import { isVariableValue } from '../session/storedVariables';
import { askText } from './prompts';
import { openRoot, rootOf, targetSnapshot, type TargetSnapshot } from './targets';
import { askVariables, isVariableName, type VariablesWords } from './variables';
import { plural } from '../text/plural';

/** Variables and inputs of a pipeline. */
interface Values {
  readonly variables: PipelineVariables;
  readonly inputs: Inputs;
}

/** Argument from another extension or a key binding, which skips all questions. */
interface RunArgument extends Values {
  readonly repository?: string;
  readonly ref: string;
}

/** What a pipeline is run for. */
type Purpose = { readonly kind: 'ref'; readonly ref: string } | { readonly kind: 'mergeRequest'; readonly iid: number };

/** Runs a pipeline for the branch that is checked out, or for its merge request. */
export const runPipeline: Command = async (context, args) => {
  const given = toRunArgument(args[0]);
  const root = given?.repository === undefined ? rootOf(context, args) : openRoot(context.session, given.repository);
  const place = targetSnapshot(context, root);
  if (given !== undefined) {
    await run(context, place, { kind: 'ref', ref: given.ref }, given);
    return;
  }
  if (!(await isReady(context, place, args))) return;
  const purpose = await askPurpose(context, place);
  if (purpose === undefined) return;
  if (purpose.kind === 'mergeRequest') await run(context, place, purpose, noValues);
  else await runForRef(context, place, purpose.ref);
};

/** Asks for inputs and variables until GitLab accepts them or the user cancels. */
async function runForRef(context: CommandContext, place: TargetSnapshot, ref: string): Promise<void> {
  const { instance, project } = place.target;
  const specs = await context.clients.of(instance).pipelines.inputs(project, ref, new AbortController().signal);
  let before = fromStored(specs, textsIn(await context.variables.last(inputsOwner(place, ref))));
  let refusal: InputRefusal | undefined;
  do {
    const values = await askValues(context, place, { ref, specs, before, refusal });
    if (values === undefined) return;
    refusal = await refusalOfRun(run(context, place, { kind: 'ref', ref }, values), specs);
    before = values.inputs;
    if (refusal === undefined) await keepValues(context, place, ref, values);
  } while (refusal !== undefined);
}

/** GitLab's refusal of an input. Any other failure is thrown. */
async function refusalOfRun(running: Promise<void>, specs: readonly InputSpec[]): Promise<InputRefusal | undefined> {
  try {
    await running;
    return undefined;
  } catch (error) {
    const refusal = refusalOf(error, specs);
    if (refusal === undefined) throw error;
    return refusal;
  }
}

const noValues: Values = { variables: {}, inputs: {} };

/** Undefined if the argument names no branch or tag. Throws UserError if it is malformed. */
function toRunArgument(value: unknown): RunArgument | undefined {
  if (typeof value !== 'object' || value === null || 'node' in value) return undefined;
  const { repository, ref, variables = {}, inputs = {} } = value as Record<string, unknown>;
  if (ref === undefined) return undefined;
  if (typeof ref !== 'string' || !isVariables(variables) || !isInputs(inputs))
    throw new UserError(
      l10n.t('The argument must be {0}.', '{ "ref": string, "repository"?: string, "variables"?: {}, "inputs"?: {} }'),
    );
  return { ref, variables, inputs, ...(typeof repository === 'string' ? { repository } : {}) };
}

function isVariables(value: unknown): value is PipelineVariables {
  return isObject(value) && Object.entries(value).every(([name, one]) => isVariableName(name) && isVariableValue(one));
}

/** Offers to push first if GitLab lacks HEAD; false if the user cancels. */
async function isReady(context: CommandContext, { root }: TargetSnapshot, args: readonly unknown[]): Promise<boolean> {
  if (!isUnpushed(context.session.snapshotOf(root))) return true;
  const [pushFirst, runAnyway] = [l10n.t('Push and Run'), l10n.t('Run Without Pushing')];
  const chosen = await context.report.choose(
    l10n.t("Your commit isn't pushed. Push it before running the pipeline?"),
    l10n.t('Without it, GitLab runs the pipeline for the last pushed commit.'),
    pushFirst,
    runAnyway,
  );
  if (chosen === pushFirst) await push(context, args);
  return chosen !== undefined;
}

interface PurposeItem extends QuickPickItem {
  readonly purpose: Purpose;
}

/** The branch, unless there is also a merge request to choose. Asks for a branch if HEAD is on none. */
async function askPurpose(context: CommandContext, { root, target }: TargetSnapshot): Promise<Purpose | undefined> {
  const branch = context.session.repositoryOf(root)?.state.HEAD?.name ?? target.ref;
  if (branch === undefined) return askRef();
  const { pipelines } = listingOf(context.session.snapshotOf(root));
  const { instance, project } = target;
  // A merge request may be open that has no pipelines yet.
  const open = await context.clients
    .of(instance)
    .pipelines.openMergeRequests(project, branch, new AbortController().signal);
  const requests = new Map([
    ...pipelines.flatMap(({ mergeRequest }) =>
      mergeRequest === undefined ? [] : [[mergeRequest.iid, mergeRequest] as const],
    ),
    ...open.map((one) => [one.iid, one] as const),
  ]);
  if (requests.size === 0) return { kind: 'ref', ref: branch };
  const items: readonly PurposeItem[] = [
    ...[...requests.values()].map(({ iid, title }): PurposeItem => ({
      label: `$(git-pull-request) !${iid}`,
      description: withoutIcons(oneLine(title)),
      purpose: { kind: 'mergeRequest', iid },
    })),
    { label: `$(git-branch) ${withoutIcons(oneLine(branch))}`, purpose: { kind: 'ref', ref: branch } },
  ];
  const placeHolder = l10n.t('Run a pipeline for the merge request or for the branch');
  return (await window.showQuickPick(items, { placeHolder }))?.purpose;
}

async function askRef(): Promise<Purpose | undefined> {
  const ref = await askText({
    title: l10n.t('Run Pipeline'),
    prompt: l10n.t('Branch or tag to run a pipeline for'),
    check: (text) => Promise.resolve(text === '' ? l10n.t('Enter a branch or tag.') : undefined),
  });
  return ref === undefined ? undefined : { kind: 'ref', ref };
}

interface ValuesQuestion {
  readonly ref: string;
  readonly specs: readonly InputSpec[];
  /** Input values of the last time. */
  readonly before: Inputs;
  readonly refusal: InputRefusal | undefined;
}

/** Inputs that the branch's configuration declares, then variables; undefined if the user cancels. */
async function askValues(
  { clients, variables: memory }: CommandContext,
  place: TargetSnapshot,
  { ref, specs, before: values, refusal }: ValuesQuestion,
): Promise<Values | undefined> {
  const title = l10n.t('Pipeline Inputs for {0}', oneLine(ref));
  const accept = l10n.t('$(check) Continue with these inputs');
  const inputs = await askInputs({ title, accept, specs, values, refusal });
  if (inputs === undefined) return undefined;
  // API v3 takes no variables.
  const { server } = clients.of(place.target.instance);
  if (server?.api === 'v3') return { variables: {}, inputs };
  const owner = variablesOwner(place, ref);
  const before = await memory.last(owner);
  const variables = await askVariables(
    { ...wordsFor(ref), takesFiles: server !== undefined && has(server, 'fileVariables') },
    before,
    (draft) => memory.noteDraft(owner, draft),
  );
  return variables === undefined ? undefined : { variables, inputs };
}

function variablesOwner({ target: { instance, project } }: TargetSnapshot, ref: string) {
  return { instance: instance.url, project, build: `pipeline ${ref}` };
}

function inputsOwner({ target: { instance, project } }: TargetSnapshot, ref: string) {
  return { instance: instance.url, project, build: `inputs of pipeline ${ref}` };
}

async function keepValues(context: CommandContext, place: TargetSnapshot, ref: string, values: Values): Promise<void> {
  await context.variables.keep(variablesOwner(place, ref), values.variables);
  await context.variables.keep(inputsOwner(place, ref), toStored(values.inputs));
}

function wordsFor(ref: string): VariablesWords {
  const name = withoutIcons(oneLine(ref));
  return {
    title: l10n.t('Run Pipeline for {0}', name),
    icon: 'rocket',
    run: (count) => {
      if (count === 0) return l10n.t('Run pipeline for {0} without variables', name);
      return plural(
        count,
        l10n.t('Run pipeline for {0} with {1} variable', name, count),
        l10n.t('Run pipeline for {0} with {1} variables', name, count),
      );
    },
    without: l10n.t('Run the pipeline, or add variables first'),
    with: l10n.t('Run with these variables, or change them first'),
  };
}

/** Creates the pipeline, and shows its builds as soon as there are some. */
async function run(
  { clients, session, report }: CommandContext,
  { root, target: { instance, project } }: TargetSnapshot,
  purpose: Purpose,
  { variables, inputs }: Values,
): Promise<void> {
  const { signal } = new AbortController();
  const client = clients.of(instance);
  let created: CreatedPipeline;
  try {
    created = await (purpose.kind === 'ref'
      ? client.pipelines.create(project, { ref: purpose.ref, variables, inputs }, signal)
      : client.pipelines.createForMergeRequest(project, purpose.iid, signal));
  } catch (error) {
    throw error instanceof GitLabError && error.failure.kind === 'unsupported'
      ? new UserError(l10n.t("This version of GitLab can't run a pipeline that way."))
      : error;
  }
  await session.acted(root);
  report.done(l10n.t('Pipeline #{0} is {1}', created.id, statusLabel(created.status)));
}
