import { l10n, ThemeIcon, window, type QuickInputButton, type QuickPickItem, commands } from 'vscode';
import { worstStatus, type Build } from '../../core/model/build';
import { toFailure } from '../../core/model/errors';
import { isCommitId } from '../../core/model/gitlabPage';
import { listingOf, type Snapshot } from '../../core/model/snapshot';
import { verdictOf, type Verdict } from '../../core/model/verdict';
import { rootUriOf } from '../git/vscodeGit';
import { ageText } from '../text/ageText';
import {
  commitDescription,
  groupDescription,
  listedDescription,
  shortSha,
  statusCodicon,
  statusLabel,
} from '../text/buildText';
import { UserError } from '../report';
import { failureSentence, oneLine, withoutIcons } from '../text/failures';
import type { Pin } from '../../core/session/repositoryMonitor';
import { isFullSha, requireCommit } from '../session/resolveCommit';
import { commitTitle, mergeRequestIn } from '../text/mergeTitle';
import { copiedText, picked } from './prompts';
import type { Command, CommandContext } from './command';
import { inRepository, openRoot, targetSnapshot, rootOf, shownTarget } from './targets';
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

/**
 * Shows builds of another commit: one with recent builds in the project, or any revision that the user types; with the
 * argument `{ commit, repository? }`, that commit.
 */
export const selectCommit: Command = async (context, args) => {
  const named = toCommitReference(args[0]);
  if (named !== undefined) return showNamed(context, named);
  const { root } = targetSnapshot(context, rootOf(context, args));
  const item = await new CommitPicker(context, root).choose();
  if (item !== undefined) await context.session.follow(root, await item.choose());
};

export const followHead: Command = async (context, args) => {
  await context.session.follow(rootOf(context, args), undefined);
};

interface CommitReference {
  readonly commit: string;
  readonly repository: string | undefined;
}

function toCommitReference(value: unknown): CommitReference | undefined {
  if (typeof value === 'string') return { commit: value.trim(), repository: undefined };
  if (typeof value !== 'object' || value === null || !('commit' in value)) return undefined;
  const { commit } = value;
  if (typeof commit !== 'string' || commit.trim() === '')
    throw new UserError(l10n.t('The argument must be {0}.', '{ "commit": "0123abc", "repository"?: string }'));
  const repository = 'repository' in value && typeof value.repository === 'string' ? value.repository : undefined;
  return { commit: commit.trim(), repository };
}

async function showNamed(context: CommandContext, { commit, repository }: CommitReference): Promise<void> {
  const meant = repository === undefined ? rootOf(context, []) : openRoot(context.session, repository);
  const { root } = targetSnapshot(context, meant);
  await context.session.follow(root, await toPin(context, root, commit));
}

/** The commit that a revision means, with the branch or tag that it names. */
async function toPin(context: CommandContext, root: string, revision: string): Promise<Pin> {
  const sha = await requireCommit(context, root, revision, shownTarget(context, root));
  return sha.startsWith(revision.toLowerCase()) ? { sha } : { sha, ref: revision };
}

class CommitPicker {
  private readonly quickPick = window.createQuickPick<CommitItem>();
  private readonly abort = new AbortController();
  private commits: readonly CommitItem[] = [];
  private proposed: readonly CommitItem[] = [];
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
    void this.propose().catch(() => undefined);
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
      const builds = await client.builds.recent(project, scope, abort.signal);
      const snapshot = context.session.snapshotOf(this.root);
      if (this.scope === scope) this.commits = toCommitItems(builds, { scope, snapshot });
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

  /** Offers the commit whose id is selected in the editor or in the clipboard. */
  private async propose(): Promise<void> {
    const found: CommitItem[] = [];
    for (const { id, icon, from } of await commitIds()) {
      const isThere = isFullSha(id) || (await this.isInGit(id));
      const label = l10n.t('Show the builds of "{0}"', id);
      const choose = () => toPin(this.context, this.root, id);
      if (isThere) found.push({ label: `$(${icon}) ${label}`, description: from, choose });
    }
    this.proposed = found;
    if (found.length > 0 && !this.abort.signal.aborted) this.list();
  }

  private async isInGit(id: string): Promise<boolean> {
    const found = await this.context.session
      .repositoryOf(this.root)
      ?.getCommit(id)
      .catch(() => undefined);
    return found !== undefined;
  }

  private list(): void {
    const typed = this.quickPick.value.trim();
    const head: CommitItem = { label: l10n.t('$(git-branch) Follow HEAD'), choose: () => Promise.resolve(undefined) };
    const revision: CommitItem = {
      label: l10n.t('$(search) Show the builds of "{0}"', withoutIcons(oneLine(typed))),
      alwaysShow: true,
      choose: () => toPin(this.context, this.root, typed),
    };
    const isPinned = this.context.session.pinOf(this.root) !== undefined;
    this.quickPick.items = [
      ...(isPinned ? [head] : []),
      ...this.proposed,
      ...this.commits,
      ...(typed === '' ? [] : [revision]),
    ];
  }
}

interface NamedCommitId {
  readonly id: string;
  readonly icon: string;
  readonly from: string;
}

/** Ids of commits that the user has at hand. */
async function commitIds(): Promise<readonly NamedCommitId[]> {
  const texts = [
    { text: selectedText(), icon: 'selection', from: l10n.t('selected in the editor') },
    { text: await copiedText(), icon: 'clippy', from: l10n.t('in the clipboard') },
  ];
  const ids = texts.map(({ text, icon, from }) => ({ id: text.trim().toLowerCase(), icon, from }));
  return ids.filter(({ id }, at) => isCommitId(id) && ids.findIndex((one) => one.id === id) === at);
}

function selectedText(): string {
  const editor = window.activeTextEditor;
  return editor?.selection.isSingleLine === true ? editor.document.getText(editor.selection) : '';
}

function refuseNothing(): Promise<never> {
  return Promise.reject(new UserError(l10n.t('No commit selected.')));
}

function toButton({ scope, icon }: (typeof scopes)[number]): QuickInputButton {
  const tooltip = scope === undefined ? l10n.t('All builds') : l10n.t('Only {0} builds', statusLabel(scope));
  return { iconPath: new ThemeIcon(icon), tooltip };
}

/** Context of the list of commits. */
interface ListContext {
  /** Status of all listed builds; undefined: any. */
  readonly scope: string | undefined;
  readonly snapshot: Snapshot | undefined;
}

/** Converts builds to commits, both newest first. */
function toCommitItems(builds: readonly Build[], context: ListContext): readonly CommitItem[] {
  return [...groupBy(builds, ({ commit }) => commit?.sha)].flatMap(([sha, all]) => {
    if (sha === undefined) return [];
    const newest = [...groupBy(all, ({ stage, name, ref }) => JSON.stringify([stage, name, ref])).values()];
    return toCommitItem(
      sha,
      newest.flatMap(([first]) => first ?? []),
      context,
    );
  });
}

function toCommitItem(sha: string, builds: readonly Build[], { scope, snapshot }: ListContext): CommitItem {
  const [newest] = builds;
  const { ref = '', commit, createdAt = '' } = newest ?? {};
  const title = commitTitle(ref, commit?.title ?? '', listingOf(snapshot).pipelines);
  const mergeRequest = mergeRequestIn(ref);
  const branch = mergeRequest === undefined ? ref : `!${mergeRequest}`;
  const facts = [branch, commit?.author, ageText(Date.parse(createdAt), Date.now()), shortSha(sha)];
  const known = facts.flatMap((part) => (part === undefined || part === '' ? [] : [oneLine(part)]));
  const verdict = scope === undefined ? shownVerdict(sha, snapshot) : undefined;
  const listed = scope === undefined ? groupDescription(builds) : listedDescription(builds);
  return {
    label: withoutIconsBut(verdict?.status ?? worstStatus(builds), title === '' ? shortSha(sha) : title),
    description: withoutIcons(known.join(' · ')),
    detail: withoutIcons(verdict === undefined ? listed : commitDescription(verdict)),
    choose: () => Promise.resolve({ sha, ref }),
  };
}

/** Verdict of the commit if it is the one that is shown, so that the list counts it like the tree. */
function shownVerdict(sha: string, snapshot: Snapshot | undefined): Verdict | undefined {
  if (snapshot?.kind !== 'ready' || snapshot.isPartial === true) return undefined;
  if ((snapshot.ancestor?.sha ?? snapshot.target.sha) !== sha) return undefined;
  const verdict = verdictOf(snapshot);
  return verdict.builds.length === 0 ? undefined : verdict;
}

function withoutIconsBut(status: string | undefined, title: string): string {
  return `${statusCodicon(status ?? '')} ${withoutIcons(oneLine(title))}`;
}

/** Pushes with VS Code's Git extension, which asks questions and reports failures itself. */
export const push: Command = async (context, args) => {
  const repository = context.session.repositoryOf(rootOf(context, args));
  if (repository === undefined) throw new UserError(l10n.t('No git repository is open.'));
  const isPublished = repository.state.HEAD?.upstream !== undefined;
  await commands.executeCommand(isPublished ? 'git.push' : 'git.publish', rootUriOf(repository));
};
