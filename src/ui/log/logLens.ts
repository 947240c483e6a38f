import { CodeLens, EventEmitter, l10n, Range, type CodeLensProvider, type Disposable, type TextDocument } from 'vscode';
import { can } from '../../core/model/abilities';
import { hasArtifacts, isActive, type Build } from '../../core/model/build';
import { isTokenFailure, type Failure } from '../../core/model/errors';
import { buildLabel, statusCodicon } from '../text/buildText';
import { failureSentence, oneLine, withoutIcons } from '../text/failures';
import { toLogAddress } from './logUri';
import type { Logs } from './logs';
import type { LogDocument } from './logDocument';

/** Code lens above a log: status of the build, problems with the log, and actions. */
export class LogLens implements CodeLensProvider, Disposable {
  private readonly changed = new EventEmitter<void>();
  readonly onDidChangeCodeLenses = this.changed.event;
  private readonly listener: Disposable;

  constructor(private readonly logs: Logs) {
    this.listener = logs.onDidChangeLog(() => this.changed.fire());
  }

  provideCodeLenses({ uri }: TextDocument): CodeLens[] {
    const open = this.logs.of(uri);
    if (open === undefined) return [];
    const top = new Range(0, 0, 0, 0);
    return [...stateOf(open), ...actionsOn(open, this.logs.isReadOnly(open)), ...this.next(open)].map(
      ([title, command, argument]) =>
        new CodeLens(top, {
          title,
          ...(command === '' ? { command } : { command: `gitlabBuilds.${command}`, arguments: [argument] }),
        }),
    );
  }

  dispose(): void {
    this.listener.dispose();
    this.changed.dispose();
  }

  private next(open: LogDocument): readonly LensAction[] {
    const next = this.logs.nextFailed(open);
    if (next === undefined) return [];
    const title = `$(arrow-right) ${l10n.t('Next failed: {0}', withoutIcons(oneLine(next.name)))}`;
    return [[title, 'openLog', { build: next.id, repository: open.port.root }]];
  }
}

/** The command is empty for a lens that is just text. */
type LensAction = readonly [title: string, command: string, argument?: unknown];

function stateOf(open: LogDocument): readonly LensAction[] {
  const { build } = open;
  if (build === undefined) return [];
  return [[`${statusCodicon(build.status)} ${withoutIcons(oneLine(stateWords(open, build)))}`, '']];
}

function stateWords({ failure, isErased, isEmpty }: LogDocument, build: Build): string {
  const label = buildLabel(build);
  if (isErased) return l10n.t('{0} · log erased', label);
  // The message below explains why.
  if (failure !== undefined)
    return isEmpty ? label : l10n.t('{0} · log out of date: {1}', label, failureSentence(failure));
  if (isEmpty) return isActive(build) ? l10n.t('{0} · no log yet', label) : l10n.t('{0} · no log', label);
  return isActive(build) ? l10n.t('{0} · live', label) : label;
}

function actionsOn(open: LogDocument, readOnly: boolean): readonly LensAction[] {
  const { build, failure, port, uri } = open;
  // Actions on builds need an open repository.
  if (port.root === '') return lineActions(open, uri);
  const reference = { build: toLogAddress(uri)?.build, repository: port.root };
  return [
    ...(failure === undefined ? [] : remedies(failure, reference)),
    ...(build === undefined ? [] : buildActions(build, reference, readOnly)),
    ...(build === undefined || open.isEmpty ? [] : problemActions(build, reference)),
    ...lineActions(open, reference),
  ];
}

function remedies({ kind }: Failure, reference: object): readonly LensAction[] {
  const again = [`$(refresh) ${l10n.t('Try Again')}`, 'openLog', reference] as const;
  return isTokenFailure(kind) ? [[`$(key) ${l10n.t('Sign In Again')}`, 'signIn'], again] : [again];
}

function buildActions(build: Build, reference: object, readOnly: boolean): readonly LensAction[] {
  return [
    ...(can(build, 'cancel', readOnly) ? [[`$(debug-stop) ${l10n.t('Cancel')}`, 'cancel', reference] as const] : []),
    ...(can(build, 'retry', readOnly) ? [[`$(debug-restart) ${l10n.t('Retry')}`, 'retry', reference] as const] : []),
    ...(hasArtifacts(build)
      ? [[`$(cloud-download) ${l10n.t('Artifacts')}`, 'downloadArtifacts', reference] as const]
      : []),
    ...(build.webUrl === undefined
      ? []
      : [[`$(link-external) ${l10n.t('Browser')}`, 'openInBrowser', reference] as const]),
  ];
}

function problemActions(build: Build, reference: object): readonly LensAction[] {
  return can(build, 'explainFailure') ? [[`$(warning) ${l10n.t('Problems')}`, 'showProblems', reference]] : [];
}

function lineActions(open: LogDocument, reference: object): readonly LensAction[] {
  if (open.isStopped) return [[`$(refresh) ${l10n.t('Read the Rest of the Log')}`, 'openLog', reference]];
  if (!open.isCut) return earlierActions(open, reference);
  const title = l10n.t('This log is too long to show in full, and its end is missing. Save the log to read all of it.');
  return [...earlierActions(open, reference), [`$(save-as) ${title}`, 'saveLog', reference]];
}

function earlierActions({ leftOut, earlier, uri }: LogDocument, reference: object): readonly LensAction[] {
  if (leftOut === 0) return [];
  if (earlier > 0)
    return [[`$(arrow-up) ${l10n.t('Load earlier ({0} of {1} lines)', earlier, leftOut)}`, 'loadEarlier', uri]];
  const title = l10n.t("{0} earlier lines don't fit in the editor. Save the log to read them.", leftOut);
  return [[`$(save-as) ${title}`, 'saveLog', reference]];
}
