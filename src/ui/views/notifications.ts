import { l10n, type Disposable, type ViewBadge } from 'vscode';
import { can } from '../../core/model/abilities';
import type { Build } from '../../core/model/build';
import { newOf, observe, type Notice, type Watch } from '../../core/polling/buildNotices';
import { listingOf } from '../../core/model/snapshot';
import { failedBuilds } from '../../core/model/verdict';
import { Timer, type Clock } from '../../core/util/timer';
import type { Report } from '../report';
import type { Row } from '../tree/treeRows';
import type { NoticeClaims } from '../../core/session/noticeClaims';
import type { RepositoryView, ViewState } from '../../core/session/repositoryView';
import { badgeSentence, noticesSentence } from '../text/failures';
import type { Settings } from '../session/settings';

export interface NotificationsPort {
  readonly clock: Clock;
  readonly report: Report;
  readonly settings: Pick<Settings, 'notifications' | 'notifyAt' | 'setNotifications'>;
  /** Decides which of several windows notifies. */
  readonly claims: Pick<NoticeClaims, 'claim'>;
  /** Whether the view is visible in a focused window. */
  isVisible(): boolean;
  isFocused(): boolean;
  /** Sets the view's badge; undefined removes it. */
  badge(badge: ViewBadge | undefined): void;
  /** Runs one of our commands, named without `gitlabBuilds.`. Never rejects. */
  act(command: string, ...args: readonly unknown[]): Promise<void>;
}

/** Notices within this time in ms are combined. */
const mergeMs = 3000;
/** How long a window without focus waits, so that the one with focus sees the event first and notifies. */
const yieldMs = 10_000;

/**
 * Notifies about failed and finished builds while nobody is looking, and updates the view's badge. Nothing waits for
 * the notifications. Of several windows, one notifies: a notice is claimed at the last moment, so that a window that is
 * closed before doesn't take it along.
 */
export class Notifications implements Disposable {
  private readonly timer: Timer;
  private readonly watches = new Map<string, Watch>();
  private repositories: readonly RepositoryView[] = [];
  private pending: readonly Notice[] = [];
  private failing = 0;

  constructor(private readonly port: NotificationsPort) {
    this.timer = new Timer(port.clock);
  }

  show({ repositories }: ViewState): void {
    this.repositories = repositories;
    this.forgetClosed();
    for (const repository of repositories) this.look(repository);
    this.showBadge();
  }

  dispose(): void {
    this.timer.disarm();
  }

  private forgetClosed(): void {
    const open = new Set(this.repositories.map(({ root }) => root));
    for (const root of this.watches.keys()) if (!open.has(root)) this.watches.delete(root);
    this.pending = this.pending.filter(({ root }) => open.has(root));
  }

  private look(repository: RepositoryView): void {
    const { root } = repository;
    const { watch, notice } = observe(this.watches.get(root), repository);
    if (watch === undefined) return;
    this.watches.set(root, watch);
    this.pending = this.pending.flatMap((one) => (isOf(one, root, watch) ? this.upToDate(one, watch) : [one]));
    if (notice === undefined) return;
    if (this.port.isVisible()) {
      // The user sees it here, so no other window needs to notify.
      this.inBackground(() => this.claimWanted([notice]));
      return;
    }
    if (this.pending.length === 0) this.timer.arm(this.port.isFocused() ? mergeMs : yieldMs, () => this.tell());
    const isSame = (one: Notice) => isOf(one, root, watch);
    const isUntold = this.pending.some((one) => isSame(one) && one.moment === 'failure');
    this.pending = [...this.pending.filter((one) => !isSame(one)), isUntold ? { ...notice, more: undefined } : notice];
  }

  /**
   * Updates a pending notice. Dropped if the builds run again, for example because GitLab retried them: they neither
   * failed nor finished.
   */
  private upToDate(pending: Notice, watch: Watch): readonly Notice[] {
    if (pending.moment === 'end') return watch.moving ? [] : [pending];
    const { failed } = watch;
    if (failed.length === 0) return [];
    const news = [...new Set([...pending.news, ...newOf(watch, failed)])];
    // Include later failures, so that they aren't announced separately.
    if (watch.announced) this.watches.set(pending.root, { ...watch, knownFailures: failed.map(({ id }) => id) });
    return [{ ...pending, failed, news }];
  }

  private tell(): void {
    const { pending } = this;
    this.pending = [];
    this.inBackground(async () => {
      const notices = await this.claimWanted(pending);
      if (notices.length > 0 && !this.port.isVisible()) await this.offer(notices);
    });
  }

  private inBackground(work: () => Promise<unknown>): void {
    void this.port.report.guard('notification', work);
  }

  /** The wanted notices that no other window has shown, or not in full. */
  private async claimWanted(notices: readonly Notice[]): Promise<readonly Notice[]> {
    const claimed: Notice[] = [];
    for (const notice of notices) {
      const one = this.isWanted(notice) ? await this.claim(notice) : undefined;
      // Another window may already have shown the failures that an end notice sums up.
      if (one !== undefined && this.isWanted(one)) claimed.push(one);
    }
    return claimed;
  }

  private async claim(notice: Notice): Promise<Notice | undefined> {
    const { claims } = this.port;
    const { instance, event, moment, news, more } = notice;
    if (event !== undefined && !(await claims.claim(`${instance} ${event}`))) return undefined;
    let alreadyShown = 0;
    // Same order in all windows, so that one window gets all of them.
    for (const id of [...news].sort((a, b) => a - b)) {
      if (await claims.claim(`${instance} failed ${id}`)) continue;
      if (moment === 'failure') return undefined;
      alreadyShown += 1;
    }
    return alreadyShown > 0 && more === undefined ? { ...notice, more: news.length - alreadyShown } : notice;
  }

  private isWanted({ moment, outcome, more }: Notice): boolean {
    const level = this.port.settings.notifications();
    if (level === 'never' || outcome !== 'failed') return level === 'all';
    const at = this.port.settings.notifyAt();
    if (moment === 'failure') return at !== 'end';
    return at !== 'firstFailure' || more !== 0;
  }

  private async offer(notices: readonly Notice[]): Promise<void> {
    const { report, settings } = this.port;
    const [showLog, retry, never] = [l10n.t('Show Log'), l10n.t('Retry Failed'), l10n.t("Don't show again")];
    const shown = firstLog(notices);
    const rows = notices.flatMap(retryableRows);
    const buttons = [...(shown === undefined ? [] : [showLog]), ...(rows.length === 0 ? [] : [retry]), never];
    const isBrief = settings.notifyAt() === 'firstFailure';
    const phrased = isBrief ? notices : notices.map((notice) => ({ ...notice, more: undefined }));
    const sentence = noticesSentence(phrased, this.repositories.length > 1);
    const severity = notices.some(({ outcome }) => outcome === 'failed') ? 'warning' : 'information';
    const chosen = await report.announce(severity, sentence, ...buttons);
    if (chosen === showLog) await this.port.act('openLog', shown);
    if (chosen === retry) await this.port.act('retryFailed', rows[0], rows);
    if (chosen === never) await settings.setNotifications('never');
  }

  /** Counts what the tree and the status bar count: the builds that are shown, a pinned commit's as well. */
  private showBadge(): void {
    const failing = this.repositories.flatMap(({ snapshot }) => failedBuilds(listingOf(snapshot))).length;
    if (failing === this.failing) return;
    this.failing = failing;
    this.port.badge(failing === 0 ? undefined : { value: failing, tooltip: badgeSentence(failing) });
  }
}

function isOf({ root, sha }: Notice, ofRoot: string, { target }: Watch): boolean {
  return root === ofRoot && sha === target.sha;
}

interface Reference {
  readonly build: number;
  readonly repository: string;
}

/** Log of the first failed build; builds are sorted by stage. */
function firstLog(notices: readonly Notice[]): Reference | undefined {
  const [first] = notices.flatMap(({ root, failed }) =>
    failed.flatMap((build) => (can(build, 'openLog') ? { build: build.id, repository: root } : [])),
  );
  return first;
}

/** Rows for a retry, by id: builds that are running again by then, or whose commit is no longer shown, are refused. */
function retryableRows({ root, failed, readOnly }: Notice): readonly Row[] {
  return readOnly ? [] : failed.filter((build) => can(build, 'retry')).map((build) => ({ root, node: nodeOf(build) }));
}

function nodeOf(build: Build): Row['node'] {
  return { kind: 'build', id: `build:${build.id}`, build, children: [] };
}
