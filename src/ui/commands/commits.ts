import { l10n, ThemeIcon, window, type QuickInputButton, type QuickPickItem, commands } from 'vscode';
import { worstStatus, type Build } from '../../core/model/build';
import { toFailure } from '../../core/model/errors';
import type { Pipeline } from '../../core/model/pipeline';
import { listingOf } from '../../core/model/snapshot';
import { ageText } from '../text/ageText';
import { groupDescription, shortSha, statusCodicon, statusLabel } from '../text/buildText';
import { UserError } from '../report';
import { failureSentence, oneLine, withoutIcons } from '../text/failures';
import type { Pin } from '../session/repositoryMonitor';
import { picked } from './prompts';
import type { Command, CommandContext } from './command';
import { inRepository, targetSnapshot, rootOf, shownTarget } from './targets';
import { groupBy } from '../../core/util/groupBy';

interface CommitItem extends QuickPickItem {
  readonly choose: () => Promise<Pin | undefined>;
}

/** Status filters that the buttons cycle through. GitLab filters, so that older commits are included. */
const scopes: readonly { readonly scope: string | undefined; readonly icon: string }[] = [
  { scope: undefined, icon: 'list-unordered' },
  { scope: 'failed', icon: 'error' },
  { scope: 'running', icon: 'sync' },
];

/** Shows builds of another commit: one with recent builds in the project, or any revision that the user types. */
export const selectCommit: Command = async (context, args) => {
  const { root } = targetSnapshot(context, rootOf(context, args));
  const item = await new CommitPicker(context, root).choose();
  if (item !== undefined) await context.session.follow(root, await item.choose());
};

export const followHead: Command = async (context, args) => {
  await context.session.follow(rootOf(context, args), undefined);
};

class CommitPicker {
  private readonly quickPick = window.createQuickPick<CommitItem>();
  private readonly abort = new AbortController();
  private commits: readonly CommitItem[] = [];
  private scope: string | undefined;

  constructor(
    private readonly context: CommandContext,
    private readonly root: string,
  ) {}

  choose(): Promise<CommitItem | undefined> {
    const { quickPick, context, root } = this;
    const placeholder = l10n.t('Select a commit with builds, or type a commit, branch or tag');
    quickPick.placeholder = inRepository(context, root, placeholder);
    quickPick.matchOnDescription = true;
    quickPick.matchOnDetail = true;
    quickPick.buttons = scopes.map(toButton);
    quickPick.onDidTriggerButton((button) => void this.load(scopes[quickPick.buttons.indexOf(button)]?.scope));
    quickPick.onDidChangeValue(() => this.list());
    void this.load(undefined);
    return picked(quickPick).finally(() => this.abort.abort());
  }

  /** Loads the list. An error is shown in it, because typing a revision still works. */
  private async load(scope: string | undefined): Promise<void> {
    const { quickPick, context, abort } = this;
    this.scope = scope;
    quickPick.busy = true;
    quickPick.title =
      scope === undefined ? l10n.t('Commits with builds') : l10n.t('Commits with builds: {0}', statusLabel(scope));
    const { instance, project } = shownTarget(context, this.root);
    try {
      const client = context.clients.of(instance);
      const builds = await client.recentBuilds(project, scope, abort.signal);
      const { pipelines } = listingOf(context.session.snapshotOf(this.root));
      if (this.scope === scope) this.commits = toCommitItems(builds, pipelines);
    } catch (error) {
      if (abort.signal.aborted) return;
      this.commits = [
        {
          label: `$(warning) ${withoutIcons(failureSentence(toFailure(error)))}`,
          alwaysShow: true,
          choose: refuseNothing,
        },
      ];
    }
    if (this.scope !== scope || abort.signal.aborted) return;
    quickPick.busy = false;
    this.list();
  }

  private list(): void {
    const typed = this.quickPick.value.trim();
    const head: CommitItem = { label: l10n.t('$(git-branch) Follow HEAD'), choose: () => Promise.resolve(undefined) };
    const revision: CommitItem = {
      label: l10n.t('$(search) Show the builds of "{0}"', withoutIcons(oneLine(typed))),
      alwaysShow: true,
      choose: () => this.resolve(typed),
    };
    const isPinned = this.context.session.pinOf(this.root) !== undefined;
    this.quickPick.items = [...(isPinned ? [head] : []), ...this.commits, ...(typed === '' ? [] : [revision])];
  }

  private async resolve(revision: string): Promise<Pin> {
    try {
      const commit = await this.context.session.repositoryOf(this.root)?.getCommit(revision);
      if (commit !== undefined)
        return { sha: commit.hash, ref: commit.hash.startsWith(revision) ? undefined : revision };
    } catch (error) {
      this.context.log.info(
        `git knows no ${JSON.stringify(revision)}: ${error instanceof Error ? error.message : String(error)}`,
      );
      // GitLab may know a commit that was never fetched.
      if (/^[0-9a-f]{40}$/i.test(revision)) return { sha: revision.toLowerCase() };
    }
    throw new UserError(
      l10n.t('No commit, branch or tag "{0}" in this repository. Fetch it first.', oneLine(revision)),
    );
  }
}

function refuseNothing(): Promise<never> {
  return Promise.reject(new UserError(l10n.t('No commit selected.')));
}

function toButton({ scope, icon }: (typeof scopes)[number]): QuickInputButton {
  const tooltip = scope === undefined ? l10n.t('All builds') : l10n.t('Only {0} builds', statusLabel(scope));
  return { iconPath: new ThemeIcon(icon), tooltip };
}

/** Converts builds to commits, both newest first. */
function toCommitItems(builds: readonly Build[], pipelines: readonly Pipeline[]): readonly CommitItem[] {
  return [...groupBy(builds, ({ commit }) => commit?.sha)].flatMap(([sha, all]) => {
    if (sha === undefined) return [];
    const newest = [...groupBy(all, ({ stage, name, ref }) => JSON.stringify([stage, name, ref])).values()];
    return toCommitItem(
      sha,
      newest.flatMap(([first]) => first ?? []),
      pipelines,
    );
  });
}

function toCommitItem(sha: string, builds: readonly Build[], pipelines: readonly Pipeline[]): CommitItem {
  const [newest] = builds;
  const { ref = '', commit, createdAt = '' } = newest ?? {};
  const title = titleOf(ref, commit?.title ?? '', pipelines);
  const mergeRequest = mergeRequestIn(ref);
  const branch = mergeRequest === undefined ? ref : `!${mergeRequest}`;
  const facts = [branch, commit?.author, ageText(Date.parse(createdAt), Date.now()), shortSha(sha)];
  const known = facts.flatMap((part) => (part === undefined || part === '' ? [] : [oneLine(part)]));
  return {
    label: withoutIconsBut(worstStatus(builds), title === '' ? shortSha(sha) : title),
    description: withoutIcons(known.join(' · ')),
    detail: withoutIcons(groupDescription(builds)),
    choose: () => Promise.resolve({ sha, ref }),
  };
}

function withoutIconsBut(status: string | undefined, title: string): string {
  return `${statusCodicon(status ?? '')} ${withoutIcons(oneLine(title))}`;
}

/** Title of a commit. GitLab's merge commits only have hashes in theirs, so the merge request's is used. */
function titleOf(ref: string, title: string, pipelines: readonly Pipeline[]): string {
  const iid = mergeRequestIn(ref);
  if (iid === undefined || !title.startsWith('Merge ')) return title;
  const known = pipelines.find(({ mergeRequest }) => mergeRequest?.iid.toString() === iid)?.mergeRequest?.title;
  return known ?? l10n.t('Merge request !{0}', iid);
}

/** Number of the merge request within the project. */
function mergeRequestIn(ref: string): string | undefined {
  return ref.startsWith('refs/merge-requests/') ? ref.split('/')[2] : undefined;
}

/** Pushes with VS Code's Git extension, which asks questions and reports failures itself. */
export const push: Command = async (context, args) => {
  const repository = context.session.repositoryOf(rootOf(context, args));
  if (repository === undefined) throw new UserError(l10n.t('No git repository is open.'));
  const isPublished = repository.state.HEAD?.upstream !== undefined;
  await commands.executeCommand(isPublished ? 'git.push' : 'git.publish', repository.rootUri);
};
