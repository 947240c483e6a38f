import {
  EventEmitter,
  FileDecoration,
  l10n,
  languages,
  LanguageStatusSeverity,
  window,
  type Disposable,
  type Event,
  type FileDecorationProvider,
  type Uri,
} from 'vscode';
import { durationSeconds, hasFailed, isActive, type Build } from '../../core/model/build';
import type { Failure } from '../../core/model/errors';
import type { Clock } from '../../core/util/timer';
import { buildIcon, buildLabel, buildTitle } from '../text/buildText';
import { failureSentence, withoutMarkup } from '../text/failures';
import { formatDuration } from '../text/timeText';
import { can } from '../../core/model/abilities';
import { setKey } from '../views/contextKeys';
import { logScheme } from '../../core/util/fileSchemes';
import { toLogAddress } from './logUri';
import type { Logs } from './logs';
import type { LogDocument } from './logDocument';

/** Badges for tabs, which have room for two characters. */
const badges: Readonly<Record<string, string>> = { success: '✓', failed: '✗', canceled: '⊘', skipped: '»' };

/** Shows a build's status as a badge on its log's tab, and for the active log as language status. */
export class LogStatus implements FileDecorationProvider, Disposable {
  private readonly changed = new EventEmitter<Uri>();
  readonly onDidChangeFileDecorations: Event<Uri> = this.changed.event;
  private readonly item = languages.createLanguageStatusItem('gitlabBuilds.log', { scheme: logScheme });
  private readonly subscriptions: Disposable[];
  /** Whether the active log is of a failed build, as in the context key. */
  private hasFailed = false;

  constructor(
    private readonly logs: Logs,
    private readonly clock: Clock,
  ) {
    this.item.name = l10n.t('Build Log Status');
    this.subscriptions = [
      this.changed,
      this.item,
      window.registerFileDecorationProvider(this),
      window.onDidChangeActiveTextEditor(() => this.show()),
      logs.onDidChangeLog(({ log }) => {
        this.changed.fire(log.uri);
        this.show();
      }),
    ];
    this.show();
  }

  provideFileDecoration(uri: Uri): FileDecoration | undefined {
    const build = this.logs.of(uri)?.build;
    if (build === undefined) return undefined;
    const badge = badges[build.status] ?? (isActive(build) ? '●' : '○');
    return new FileDecoration(
      badge,
      `${buildTitle(build)}: ${timedLabel(build, this.clock.now())}`,
      // A passed build doesn't need attention.
      build.status === 'success' ? undefined : buildIcon(build).color,
    );
  }

  dispose(): void {
    for (const one of this.subscriptions) one.dispose();
  }

  private show(): void {
    const uri = window.activeTextEditor?.document.uri;
    const open = uri === undefined ? undefined : this.logs.of(uri);
    const { item } = this;
    const { build, failure } = open ?? {};
    item.text = build === undefined ? l10n.t('GitLab build') : withoutMarkup(timedLabel(build, this.clock.now()));
    item.detail = withoutMarkup(detailOf(build, failure));
    item.busy = build !== undefined && isActive(build) && failure === undefined;
    item.severity = severityOf(build, failure);
    item.command = open === undefined || failure === undefined ? undefined : again(open);
    void this.tellContext(build !== undefined && can(build, 'explainFailure'));
    // Ends a step of the walkthrough.
    if (open !== undefined) void setKey('logOpened', true);
  }

  private async tellContext(hasFailed: boolean): Promise<void> {
    if (hasFailed === this.hasFailed) return;
    this.hasFailed = hasFailed;
    await setKey('logHasFailed', hasFailed);
  }
}

function detailOf(build: Build | undefined, failure: Failure | undefined): string {
  if (failure !== undefined) return l10n.t('log out of date: {0}', failureSentence(failure));
  return build === undefined ? '' : buildTitle(build);
}

function severityOf(build: Build | undefined, failure: Failure | undefined): LanguageStatusSeverity {
  if (build !== undefined && hasFailed(build)) return LanguageStatusSeverity.Error;
  return failure === undefined ? LanguageStatusSeverity.Information : LanguageStatusSeverity.Warning;
}

function again({ uri, port }: LogDocument): { title: string; command: string; arguments: unknown[] } {
  const reference = { build: toLogAddress(uri)?.build, repository: port.root };
  return { title: l10n.t('Try Again'), command: 'gitlabBuilds.openLog', arguments: [reference] };
}

/** `running · 3:10`, `failed after 3:10`. */
function timedLabel(build: Build, now: number): string {
  const seconds = durationSeconds(build, now);
  if (seconds === undefined) return buildLabel(build);
  const [label, time] = [buildLabel(build), formatDuration(seconds)];
  return isActive(build) ? l10n.t('{0} · {1}', label, time) : l10n.t('{0} after {1}', label, time);
}
