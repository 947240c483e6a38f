import { CodeLens, EventEmitter, l10n, Range, type CodeLensProvider, type Disposable, type TextDocument } from 'vscode';
import { canRetry, hasArtifacts, isActive, type Build } from '../../core/build';
import { buildLabel, statusCodicon } from '../present';
import { failureSentence, oneLine, withoutIcons } from '../sentences';
import type { Logs } from './logs';
import type { OpenLog } from './openLog';

/** Above the log: how its build stands, what is the matter with the log, and what can be done. */
export class LogLens implements CodeLensProvider, Disposable {
  private readonly changed = new EventEmitter<void>();
  readonly onDidChangeCodeLenses = this.changed.event;
  private readonly listener: Disposable;

  constructor(private readonly logs: Logs) {
    this.listener = logs.onDidChangeLog(() => this.changed.fire());
  }

  provideCodeLenses({ uri }: TextDocument): CodeLens[] {
    const open = this.logs.of(uri);
    if (open?.build === undefined) return [];
    const { build, port } = open;
    const reference = { build: build.id, repository: port.root };
    const top = new Range(0, 0, 0, 0);
    const words = new CodeLens(top, { title: stateTitle(open, build), command: '' });
    const toLens = (title: string, command: string, of: object): CodeLens =>
      new CodeLens(top, { title, command: `gitlabBuilds.${command}`, arguments: [of] });
    const actions = actionsOn(build).map(([title, command]) => toLens(title, command, reference));
    if (open.leftOut > 0) {
      const title = `$(save-as) ${l10n.t('{0} earlier lines are not shown: save the log to read them', open.leftOut)}`;
      actions.push(toLens(title, 'saveLog', reference));
    }
    const next = this.logs.nextFailed(open);
    if (next === undefined) return [words, ...actions];
    const title = `$(arrow-right) ${l10n.t('Next failed: {0}', withoutIcons(oneLine(next.name)))}`;
    return [words, ...actions, toLens(title, 'openLog', { ...reference, build: next.id })];
  }

  dispose(): void {
    this.listener.dispose();
    this.changed.dispose();
  }
}

function stateTitle(open: OpenLog, build: Build): string {
  return `${statusCodicon(build.status)} ${withoutIcons(oneLine(stateWords(open, build)))}`;
}

function stateWords({ failure, isErased, isEmpty }: OpenLog, build: Build): string {
  const label = buildLabel(build);
  if (failure !== undefined) return l10n.t('{0}, log not fresh: {1}', label, failureSentence(failure));
  if (isErased) return l10n.t('{0}, its log was erased', label);
  if (isEmpty) return isActive(build) ? l10n.t('{0}, no log yet', label) : l10n.t('{0}, without a log', label);
  return isActive(build) ? l10n.t('{0}, the log grows', label) : label;
}

type LensAction = readonly [title: string, command: string];

function actionsOn(build: Build): readonly LensAction[] {
  return [
    ...(canRetry(build) ? [[`$(debug-restart) ${l10n.t('Retry')}`, 'retry'] as const] : []),
    ...(hasArtifacts(build) ? [[`$(cloud-download) ${l10n.t('Artifacts')}`, 'downloadArtifacts'] as const] : []),
    ...(build.webUrl === undefined ? [] : [[`$(link-external) ${l10n.t('Browser')}`, 'openInBrowser'] as const]),
  ];
}
