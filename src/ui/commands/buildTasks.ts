import { l10n, window } from 'vscode';
import { can } from '../../core/model/abilities';
import type { Build } from '../../core/model/build';
import { GitLabError, type Failure, isAbort, isTokenFailure, toFailure } from '../../core/model/errors';
import type { GitLabClient } from '../../core/gitlab/client';
import { isAnswerLost, type Effect } from '../../core/gitlab/lostAnswer';
import { lacks } from '../../core/gitlab/features';
import { listingOf, type Target } from '../../core/model/snapshot';
import { buildTitle } from '../text/buildText';
import { UserError, sentenceFor } from '../report';
import type { Action } from '../text/actionText';
import { mapLimit } from '../../core/util/mapLimit';
import { viewId } from '../tree/buildTree';
import type { Command, CommandContext } from './command';
import type { TargetSnapshot } from './targets';
import { subjectsOf, type Subjects, type TargetQuery } from './subjects';

/** A command that performs an action on builds without asking anything first. */
export function actionCommand(toAction: () => Action): Command {
  return async (context, args) => {
    const action = toAction();
    await performOn(context, await subjectsOf(context, args, questionOf(context, action)), () => action);
  };
}

/** Performs on each build the action that `actionOn` returns for it. */
export async function performOn(
  context: CommandContext,
  subjects: readonly Subjects[],
  actionFor: (build: Build) => Action,
): Promise<void> {
  const tasks = subjects.flatMap(({ root, target, builds }) =>
    builds.map((build) => taskOn(context, { root, target }, actionFor(build), build)),
  );
  await perform(context, tasks);
}

export function questionOf(context: CommandContext, action: Action): TargetQuery {
  return {
    ...action,
    can: (build) => can(build, action.ability),
    why: (build, target) => whyNot(context, target, action, build),
  };
}

/** Why the action isn't possible: the kind of build, the user's permissions, or the build's state. */
export function whyNot({ clients }: CommandContext, { instance }: Target, action: Action, build: Build): string {
  const { ability, tooOld, late } = action;
  if (build.kind === 'external')
    return l10n.t("{0} was reported by another CI system, so GitLab can't change it.", buildTitle(build));
  if (build.denied?.includes(ability) === true) {
    const { server } = clients.of(instance);
    if (server !== undefined && lacks(server, build, ability)) return tooOld;
    if (ability === 'keep' && build.artifacts?.expireAt === undefined) return late(build);
    return l10n.t(
      "GitLab doesn't allow this for {0}, because of your role in the project or the state of the build.",
      buildTitle(build),
    );
  }
  if (build.kind === 'bridge' && !['retry', 'play'].includes(ability))
    return l10n.t("{0} triggers a downstream pipeline. Use this on that pipeline's builds.", buildTitle(build));
  return late(build);
}

/**
 * Creates the task for an action, which checks the build right before and after. Bridges can't be checked, because
 * GitLab only has them in lists.
 */
export function taskOn(context: CommandContext, place: TargetSnapshot, action: Action, build: Build): Task {
  const { session, report } = context;
  const { root, target } = place;
  const { project } = target;
  const look = async (client: GitLabClient, known: Build, signal: AbortSignal): Promise<Build> => {
    if (known.kind === 'bridge') return known;
    const fresh = await client.build(project, known.id, signal);
    return { ...fresh, denied: build.denied ?? fresh.denied, confirmation: build.confirmation };
  };
  return {
    kind: 'build',
    place,
    title: buildTitle(build),
    entry: `${action.name} of ${build.id}`,
    run: async (client, signal) => {
      if (build.kind === 'external') throw new UserError(whyNot(context, target, action, build));
      const before = await look(client, build, signal);
      session.update(root, before);
      if (!can(before, action.ability)) throw new UserError(whyNot(context, target, action, before));
      const after = await act(
        { client, project, action, before, newest: newestOf(context, root, before), signal },
        look,
        (build) => session.update(root, build),
      );
      report.done(action.done(before, after));
    },
  };
}

interface ActionContext {
  readonly client: GitLabClient;
  readonly project: string;
  readonly action: Action;
  readonly before: Build;
  /** Id of the newest known attempt. */
  readonly newest: number;
  readonly signal: AbortSignal;
}

type Look = (client: GitLabClient, known: Build, signal: AbortSignal) => Promise<Build>;

/** Performs the action and returns the build as GitLab shows it afterwards. GitLab's response is shown at once. */
async function act(doing: ActionContext, look: Look, show: (build: Build) => void): Promise<Build> {
  const { client, action, before, signal } = doing;
  let answer: Build;
  try {
    answer = await ask(doing);
  } catch (error) {
    if (isAnswerLost(error)) return afterLostAnswer(doing, error);
    const better = error instanceof GitLabError ? wordsFor(error.failure, action, before) : undefined;
    throw better === undefined ? error : new UserError(better);
  }
  const shown = { ...answer, kind: before.kind };
  show({ ...shown, denied: before.denied ?? answer.denied, confirmation: before.confirmation });
  return look(client, shown, signal);
}

async function ask({ client, project, action, before, signal }: ActionContext): Promise<Build> {
  if (action.name !== 'deleteArtifacts') return client.act(project, before.id, action.name, signal, action);
  await client.artifacts.delete(project, before.id, signal);
  return before;
}

/** The current build, if it shows that GitLab performed the action. */
async function afterLostAnswer(
  { client, project, action, before, newest, signal }: ActionContext,
  error: Error,
): Promise<Build> {
  const { name } = action;
  const effect = await client.builds.effectOf(project, { name, before, newest }, signal).catch(unknownIfRefused);
  if (effect.kind === 'done') return { ...effect.build, denied: before.denied ?? effect.build.denied };
  const doubt = effect.kind === 'unknown' ? action.doubt?.(buildTitle(before)) : undefined;
  throw doubt === undefined ? error : new UserError(doubt, 'refresh');
}

function unknownIfRefused(error: unknown): Effect {
  if (error instanceof GitLabError) return { kind: 'unknown' };
  throw error;
}

function newestOf({ session }: CommandContext, root: string, { id }: Build): number {
  const { builds } = listingOf(session.snapshotOf(root));
  return builds.find((build) => build.id === id || build.attempts.some((attempt) => attempt.id === id))?.id ?? id;
}

/**
 * A better message for a failure. GitLab up to 8.10 doesn't report its version, so a missing feature only shows when it
 * is used; and a version that can't act on bridges responds "not found".
 */
function wordsFor({ kind, ...failure }: Failure, { refused, tooOld }: Action, build: Build): string | undefined {
  const isMissing = kind === 'unsupported' || (kind === 'notFound' && build.kind === 'bridge');
  return isMissing ? tooOld : refused?.({ kind, ...failure }, build);
}

/** One of several requests to GitLab. */
export interface Task {
  readonly kind: 'build' | 'pipeline';
  readonly place: TargetSnapshot;
  /** Title in messages: `rspec #12`. */
  readonly title: string;
  /** Text for the log: `retry of 12`. */
  readonly entry: string;
  readonly run: (client: GitLabClient, signal: AbortSignal) => Promise<void>;
}

const atOnce = 4;

/** Runs tasks, then reloads the commits. Individual failures don't stop the others. */
export async function perform(context: CommandContext, tasks: readonly Task[]): Promise<void> {
  if (tasks.length === 0) return;
  const { clients, session } = context;
  const failures: { readonly task: Task; readonly error: unknown }[] = [];
  await window.withProgress({ location: { viewId } }, async () => {
    await mapLimit(tasks, atOnce, async (task) => {
      const client = clients.of(task.place.target.instance);
      // Every request has a time limit, and actions in progress can't be aborted.
      await task.run(client, new AbortController().signal).catch((error: unknown) => failures.push({ task, error }));
    });
    const roots = new Set(tasks.map(({ place }) => place.root));
    await Promise.all([...roots].map((root) => session.acted(root)));
  });
  const [first] = failures;
  if (first === undefined) return;
  if (tasks.length === 1 || isOfAll(first.error, tasks)) throw first.error;
  for (const { task, error } of failures) context.log.warn(`${task.entry}: ${sentenceFor(error)}`);
  context.report.done(l10n.t('{0} of {1} done', tasks.length - failures.length, tasks.length));
  const isDoubtful = failures.some(({ error }) => error instanceof UserError && error.remedy === 'refresh');
  const example = `${first.task.title}: ${sentenceFor(first.error)}`;
  if (isDoubtful)
    throw new UserError(
      l10n.t('{0} of {1} requests were refused or not confirmed. {2}', failures.length, tasks.length, example),
      'refresh',
    );
  throw new UserError(
    tasks.every(({ kind }) => kind === 'build')
      ? l10n.t('{0} of {1} builds were refused. {2}', failures.length, tasks.length, example)
      : l10n.t('{0} of {1} requests were refused. {2}', failures.length, tasks.length, example),
  );
}

/** Whether the same failure affected all tasks, so that it is shown once, with its own remedy. */
function isOfAll(error: unknown, tasks: readonly Task[]): boolean {
  if (isAbort(error)) return true;
  const instances = new Set(tasks.map(({ place }) => place.target.instance.url));
  return instances.size === 1 && isTokenFailure(toFailure(error).kind);
}
