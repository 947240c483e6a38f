import { l10n, type Disposable, type ViewBadge } from 'vscode';
import { can } from '../../core/model/abilities';
import type { Build } from '../../core/model/build';
import { failingOfHead, observe, type Notice, type Watch } from '../../core/polling/buildNotices';
import { Timer, type Clock } from '../../core/util/timer';
import type { Report } from '../report';
import type { Row } from '../tree/treeRows';
import type { RepositoryView, ViewState } from '../session/repositoryView';
import { badgeSentence, noticesSentence } from '../text/failures';
import type { Settings } from '../session/settings';

export interface NotificationsPort {
  readonly clock: Clock;
  readonly report: Report;
  readonly settings: Pick<Settings, 'notifications' | 'notifyAt' | 'setNotifications'>;
  /** Whether the view is visible in a focused window. */
  isVisible(): boolean;
  /** Sets the view's badge; undefined removes it. */
  badge(badge: ViewBadge | undefined): void;
  /** Runs one of our commands, named without `gitlabBuilds.`. Never rejects. */
  act(command: string, ...args: readonly unknown[]): Promise<void>;
}

/** Notices within this time in ms are combined. */
const mergeMs = 3000;

/**
 * Notifies about failed and finished builds while nobody is looking, and updates the view's badge. Nothing waits for
 * the notifications.
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
    if (notice === undefined || this.port.isVisible()) return;
    if (this.pending.length === 0) this.timer.arm(mergeMs, () => this.tell());
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
    // Include later failures, so that they aren't announced separately.
    if (watch.announced) this.watches.set(pending.root, { ...watch, knownFailures: failed.map(({ id }) => id) });
    return [{ ...pending, failed }];
  }

  private tell(): void {
    const notices = this.pending.filter((notice) => this.isWanted(notice));
    this.pending = [];
    if (notices.length === 0 || this.port.isVisible()) return;
    void this.port.report.guard('notification', () => this.offer(notices));
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
    const told = isBrief ? notices : notices.map((notice) => ({ ...notice, more: undefined }));
    const sentence = noticesSentence(told, this.repositories.length > 1);
    const severity = notices.some(({ outcome }) => outcome === 'failed') ? 'warning' : 'information';
    const chosen = await report.announce(severity, sentence, ...buttons);
    if (chosen === showLog) await this.port.act('openLog', shown);
    if (chosen === retry) await this.port.act('retryFailed', rows[0], rows);
    if (chosen === never) await settings.setNotifications('never');
  }

  private showBadge(): void {
    const failing = this.repositories.flatMap(({ snapshot }) => failingOfHead(snapshot)).length;
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
