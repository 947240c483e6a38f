import type { FailureFacts } from '../../core/agents/failureReport';
import type { Build } from '../../core/model/build';
import { GitLabError } from '../../core/model/errors';
import type { History } from '../../core/model/history';
import { commitLine, historySentences } from '../text/historyText';
import type { Target } from '../../core/model/snapshot';
import type { CommandContext } from '../commands/command';
import { sentenceFor } from '../report';
import type { ToolSubject } from './toolInput';

/** Finds out since when a build has been failing, with at most eight requests. */
export async function loadHistory(
  { session, clients }: Pick<CommandContext, 'session' | 'clients'>,
  { root, target }: { readonly root: string; readonly target: Target },
  build: Build,
  signal: AbortSignal,
): Promise<History> {
  const sha = build.commit?.sha ?? target.sha;
  const known = { ...build, commit: { title: '', author: '', ...build.commit, sha } };
  const ancestors = await session.firstParents(root, sha);
  const client = clients.of(target.instance);
  await client.admit('asked', signal);
  return client.builds.historyOf(target.project, known, ancestors, signal);
}

/** Maximum number of commits to name. */
const maxSuspects = 20;

/** Facts for a failure report about since when a build has been failing, or why that isn't known. */
export async function historyFacts(
  context: Pick<CommandContext, 'session' | 'clients'>,
  { root, target }: Pick<ToolSubject, 'root' | 'target'>,
  build: Build | undefined,
  signal: AbortSignal,
): Promise<Pick<FailureFacts, 'history'>> {
  if (target === undefined || build?.status !== 'failed') return {};
  try {
    return { history: historyLines(await loadHistory(context, { root, target }, build, signal)) };
  } catch (error) {
    if (!(error instanceof GitLabError)) throw error;
    return { history: [sentenceFor(error)] };
  }
}

/** Lines for an agent or a person that say since when a build has been failing. */
export function historyLines(history: History): readonly string[] {
  const { suspects } = history;
  return [
    ...historySentences(history),
    ...suspects.slice(0, maxSuspects).map((judged) => `May have caused it: ${commitLine(judged)}`),
    ...(suspects.length > maxSuspects ? [`And ${suspects.length - maxSuspects} commits more.`] : []),
  ];
}
