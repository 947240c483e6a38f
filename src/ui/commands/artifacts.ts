import {
  commands,
  l10n,
  ProgressLocation,
  Uri,
  window,
  workspace,
  type CancellationToken,
  type Progress,
} from 'vscode';
import { saveArtifacts } from '../../core/artifacts/save';
import { hasArtifacts, type Build } from '../../core/build';
import type { GitLabClient } from '../../core/gitlab/client';
import { buildTitle, formatSize } from '../present';
import { Refusal } from '../report';
import type { Command, CommandContext } from './command';
import type { Place } from './places';
import { subjectsOf } from './subjects';

export const downloadArtifacts: Command = async (context, args) => {
  const subjects = await subjectsOf(context, args, {
    can: hasArtifacts,
    pick: l10n.t('Builds whose artifacts to download'),
    none: l10n.t('No build here has artifacts.'),
  });
  const builds = subjects.flatMap((one) => one.builds);
  if (builds.length > 0 && !builds.some(hasArtifacts)) throw new Refusal(l10n.t('This build has no artifacts.'));
  const saved: string[] = [];
  try {
    for (const { root, target, builds: those } of subjects)
      for (const build of those.filter(hasArtifacts)) saved.push(...(await download(context, { root, target }, build)));
  } finally {
    void context.report.guard('downloadArtifacts', () => offer(context, saved));
  }
};

async function download(context: CommandContext, place: Place, build: Build): Promise<readonly string[]> {
  const title = l10n.t('Artifacts of {0}', buildTitle(build));
  const client = context.clients.of(place.target.instance);
  const path = await window.withProgress(
    { location: ProgressLocation.Notification, title, cancellable: true },
    (progress, token) => save(context, client, place, build, progress, abortOn(token)),
  );
  return path === undefined ? [] : [path];
}

/** The path of the file, or undefined when the user keeps the one that is there. */
async function save(
  { session, settings, report }: CommandContext,
  client: GitLabClient,
  { root: repository, target: { project } }: Place,
  build: Build,
  progress: Progress<{ message?: string; increment?: number }>,
  signal: AbortSignal,
): Promise<string | undefined> {
  const root = rootFolder(session.repositoryOf(repository)?.rootUri);
  let [total, shown]: [number, number] = [build.artifacts?.size ?? 0, 0];
  return saveArtifacts({
    root: root.fsPath,
    directory: settings.artifactsDirectory(root),
    build,
    signal,
    mayReplace: (path) =>
      report.confirm(
        l10n.t('Replace {0}?', workspace.asRelativePath(path)),
        l10n.t('The artifacts of {0} were downloaded before.', buildTitle(build)),
        l10n.t('Replace'),
      ),
    open: async () => {
      const answer = await client.artifacts(project, build.id, signal);
      total = answer.size ?? total;
      return answer;
    },
    progress: (bytes) => {
      const percent = total > 0 ? Math.floor((100 * bytes) / total) : 0;
      if (percent === shown && total > 0) return;
      const message = total > 0 ? `${formatSize(bytes)} / ${formatSize(total)}` : formatSize(bytes);
      progress.report({ message, increment: percent - shown });
      shown = percent;
    },
  });
}

/** The workspace folder that the repository is in, or that is in the repository. */
function rootFolder(repository: Uri | undefined): Uri {
  const folders = workspace.workspaceFolders ?? [];
  const around = repository === undefined ? undefined : workspace.getWorkspaceFolder(repository);
  const inside = folders.find(({ uri }) => repository !== undefined && uri.path.startsWith(`${repository.path}/`));
  const folder = around ?? inside ?? folders[0];
  if (folder === undefined)
    throw new Refusal(l10n.t('Artifacts are saved into the workspace folder. Open a folder first.'));
  return folder.uri;
}

function abortOn(token: CancellationToken): AbortSignal {
  const controller = new AbortController();
  token.onCancellationRequested(() => controller.abort());
  return controller.signal;
}

async function offer({ report }: CommandContext, paths: readonly string[]): Promise<void> {
  const [first] = paths;
  if (first === undefined) return;
  const [reveal, open] = [l10n.t('Reveal'), l10n.t('Open')];
  const name = workspace.asRelativePath(first);
  const sentence =
    paths.length === 1 ? l10n.t('Saved {0}.', name) : l10n.t('Saved {0} and {1} more.', name, paths.length - 1);
  const chosen = await report.inform(sentence, reveal, open);
  if (chosen === reveal) await commands.executeCommand('revealInExplorer', Uri.file(first));
  if (chosen === open) await commands.executeCommand('vscode.open', Uri.file(first));
}
