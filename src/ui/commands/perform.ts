import { l10n, window } from 'vscode';
import { isAbort, toFailure } from '../../core/model/errors';
import type { GitLabClient } from '../../core/gitlab/client';
import { mapLimit } from '../../core/util/mapLimit';
import { viewId } from '../tree/buildTree';
import { UserError, sentenceFor } from '../report';
import type { CommandContext } from './command';
import type { TargetSnapshot } from './targets';

/** One thing asked of GitLab among several. */
export interface Task {
  readonly kind: 'build' | 'pipeline';
  readonly place: TargetSnapshot;
  /** As sentences name it: `rspec #12`. */
  readonly title: string;
  /** As the log names it: `retry of 12`. */
  readonly entry: string;
  readonly run: (client: GitLabClient, signal: AbortSignal) => Promise<void>;
}

const atOnce = 4;

/** Does all of it, then loads the commits anew. Some may fail while others succeed. */
export async function perform(context: CommandContext, tasks: readonly Task[]): Promise<void> {
  if (tasks.length === 0) return;
  const { clients, session } = context;
  const failures: { readonly task: Task; readonly error: unknown }[] = [];
  await window.withProgress({ location: { viewId } }, async () => {
    await mapLimit(tasks, atOnce, async (task) => {
      const client = clients.of(task.place.target.instance);
      // Every request has its time limit; an action under way is not called off.
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

/** What stood in the way of one stood in the way of all: told with its own remedy. */
function isOfAll(error: unknown, tasks: readonly Task[]): boolean {
  if (isAbort(error)) return true;
  const ofToken: readonly string[] = ['unauthorized', 'expired', 'revoked', 'insufficientScope'];
  const instances = new Set(tasks.map(({ place }) => place.target.instance.url));
  return instances.size === 1 && ofToken.includes(toFailure(error).kind);
}
