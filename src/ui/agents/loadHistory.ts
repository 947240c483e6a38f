import type { FailureFacts } from '../../core/agents/failureReport';
import type { Build } from '../../core/model/build';
import { GitLabError } from '../../core/model/errors';
import type { History } from '../../core/model/history';
import { commitLine, historySentences } from '../text/historyText';
import type { Target } from '../../core/model/snapshot';
import type { CommandContext } from '../commands/command';
import { sentenceFor } from '../report';
import type { ToolSubject } from './toolInput';

/** Loads since when a build fails. At most eight requests, and git, if it knows the build's commit. */
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
  return client.historyOf(target.project, known, ancestors, signal);
}

/** Commits named to an agent at most. */
const mostSuspects = 20;

/** Since when a build fails, for a report of its failure; why that isn't known where GitLab doesn't answer. */
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

/** Lines about since when a build fails, for an agent. */
function historyLines(history: History): readonly string[] {
  const { suspects } = history;
  return [
    ...historySentences(history),
    ...suspects.slice(0, mostSuspects).map((judged) => `May have caused it: ${commitLine(judged)}`),
    ...(suspects.length > mostSuspects ? [`And ${suspects.length - mostSuspects} commits more.`] : []),
  ];
}
