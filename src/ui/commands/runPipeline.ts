import { l10n, window, type QuickPickItem } from 'vscode';
import type { CreatedPipeline } from '../../core/gitlab/createPipeline';
import type { Variables } from '../../core/gitlab/dialect';
import { GitLabError } from '../../core/model/errors';
import { isUnpushed, listingOf } from '../../core/model/snapshot';
import { statusLabel } from '../text/buildText';
import { oneLine, withoutIcons } from '../text/failures';
import { UserError } from '../report';
import type { Command, CommandContext } from './command';
import { push } from './commits';
import { askInputs, isInputs, type Inputs } from './inputs';
import { askText } from './prompts';
import { openRoot, rootOf, targetSnapshot, type TargetSnapshot } from './targets';
import { askVariables, isVariableName, type VariablesWords } from './variables';
import { plural } from '../text/plural';

/** Variables and inputs of a pipeline. */
interface Values {
  readonly variables: Variables;
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
  const values = purpose.kind === 'ref' ? await askValues(context, place, purpose.ref) : noValues;
  if (values === undefined) return;
  await run(context, place, purpose, values);
  if (purpose.kind === 'ref') await keepValues(context, place, purpose.ref, values);
};

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

function isVariables(value: unknown): value is Variables {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  return isObject && Object.entries(value).every(([name, one]) => isVariableName(name) && typeof one === 'string');
}

/** Offers to push first if GitLab lacks HEAD; false if the user cancels. */
async function isReady(context: CommandContext, { root }: TargetSnapshot, args: readonly unknown[]): Promise<boolean> {
  if (!isUnpushed(context.session.snapshotOf(root))) return true;
  const [pushFirst, runAnyway] = [l10n.t('Push and Run'), l10n.t('Run Without It')];
  const chosen = await context.report.choose(
    l10n.t("Your commit isn't pushed. Push it before running the pipeline?"),
    l10n.t('GitLab runs a pipeline for what was pushed last.'),
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
  const requests = new Map(
    pipelines.flatMap(({ mergeRequest }) => (mergeRequest === undefined ? [] : [[mergeRequest.iid, mergeRequest]])),
  );
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

/** Inputs that the branch's configuration declares, then variables; undefined if the user cancels. */
async function askValues(context: CommandContext, place: TargetSnapshot, ref: string): Promise<Values | undefined> {
  const { clients, variables: memory } = context;
  const { instance, project } = place.target;
  const client = clients.of(instance);
  const specs = await client.pipelineInputs(project, ref, new AbortController().signal);
  const inputs = await askInputs(specs, await memory.last(inputsOwner(place, ref)), ref);
  if (inputs === undefined) return undefined;
  // API v3 takes no variables.
  if (client.server?.api === 'v3') return { variables: {}, inputs };
  const owner = variablesOwner(place, ref);
  const before = await memory.last(owner);
  const variables = await askVariables(wordsFor(ref), before, (draft) => memory.noteDraft(owner, draft));
  return variables === undefined ? undefined : { variables, inputs };
}

function variablesOwner({ target: { instance, project } }: TargetSnapshot, ref: string) {
  return { instance: instance.url, project, build: `pipeline ${ref}` };
}

function inputsOwner({ target: { instance, project } }: TargetSnapshot, ref: string) {
  return { instance: instance.url, project, build: `inputs of pipeline ${ref}` };
}

async function keepValues(context: CommandContext, place: TargetSnapshot, ref: string, values: Values): Promise<void> {
  const inputs = Object.entries(values.inputs).map(([name, value]) => [name, JSON.stringify(value)]);
  await context.variables.keep(variablesOwner(place, ref), values.variables);
  await context.variables.keep(inputsOwner(place, ref), Object.fromEntries(inputs) as Variables);
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
      ? client.createPipeline(project, { ref: purpose.ref, variables, inputs }, signal)
      : client.createMergeRequestPipeline(project, purpose.iid, signal));
  } catch (error) {
    throw error instanceof GitLabError && error.failure.kind === 'unsupported'
      ? new UserError(l10n.t("This version of GitLab can't run a pipeline that way."))
      : error;
  }
  await session.acted(root);
  report.done(l10n.t('Pipeline #{0} is {1}', created.id, statusLabel(created.status)));
}
