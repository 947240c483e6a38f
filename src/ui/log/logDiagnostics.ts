import {
  Diagnostic,
  DiagnosticRelatedInformation,
  DiagnosticSeverity,
  l10n,
  languages,
  Location,
  Range,
  Uri,
  type Disposable,
} from 'vscode';
import type { Build } from '../../core/model/build';
import { plainText } from '../../core/util/plainText';
import type { Severity } from '../../core/log/logProblems';
import { buildsOf } from '../../core/model/snapshot';
import { setKey } from '../views/contextKeys';
import { buildTitle } from '../text/buildText';
import type { Session } from '../../core/session/session';
import type { FoundProblem } from '../../core/log/findProblems';
import type { Logs } from './logs';
import type { LogDocument } from './logDocument';

/** A finding of a report in an existing file. */
export interface ReportedProblem extends FoundProblem {
  /** Name of the rule that was broken. */
  readonly check?: string;
}

interface Shown {
  readonly build: Build;
  readonly root: string;
  /** URI of the log; undefined for problems from a report. */
  readonly log: Uri | undefined;
  /** Whether another run had already superseded it. */
  readonly wasSuperseded: boolean;
  readonly entries: readonly (readonly [Uri, Diagnostic])[];
}

/**
 * Shows errors in logs in VS Code's Problems view, until the log's editor is closed or the build runs again, and findings
 * of reports, until the build runs again.
 */
export class LogDiagnostics implements Disposable {
  private readonly collection = languages.createDiagnosticCollection('GitLab Builds');
  /** Most recently requested run per build name. */
  private readonly shown = new Map<string, Shown>();
  private readonly subscriptions: Disposable[];

  constructor(
    logs: Logs,
    private readonly session: Session,
  ) {
    this.subscriptions = [
      this.collection,
      logs.onDidClose((uri) => this.forget(({ log }) => log?.toString() === uri.toString())),
      logs.onDidChangeLog(({ log }) => {
        if (log.isErased) this.forget((one) => one.log?.toString() === log.uri.toString());
      }),
      session.onDidChange(() => this.forget((one) => !one.wasSuperseded && this.isSuperseded(one.root, one.build))),
    ];
  }

  /** Shows the problems of a log, replacing those of other runs of the same build. */
  show({ uri, leftOut, port: { root } }: LogDocument, build: Build, problems: readonly FoundProblem[]): void {
    const toEntry = (problem: FoundProblem) =>
      [Uri.file(problem.file), toDiagnostic(problem, build, leftOut === 0 ? uri : undefined)] as const;
    this.keep(JSON.stringify([root, build.name]), { build, root, log: uri, entries: problems.map(toEntry) });
  }

  /** Shows the findings of a build's reports, replacing those of other runs of the same build. */
  showReport(root: string, build: Build, problems: readonly ReportedProblem[]): void {
    const toEntry = (problem: ReportedProblem) =>
      [Uri.file(problem.file), toDiagnostic(problem, build, undefined)] as const;
    this.keep(JSON.stringify([root, build.name, 'report']), {
      build,
      root,
      log: undefined,
      entries: problems.map(toEntry),
    });
  }

  clear(): void {
    this.forget(() => true);
  }

  dispose(): void {
    for (const one of this.subscriptions) one.dispose();
  }

  private keep(key: string, shown: Omit<Shown, 'wasSuperseded'>): void {
    this.shown.delete(key);
    const { root, build, entries } = shown;
    if (entries.length > 0) this.shown.set(key, { ...shown, wasSuperseded: this.isSuperseded(root, build) });
    this.draw();
  }

  private isSuperseded(root: string, { id }: Build): boolean {
    return buildsOf(this.session.snapshotOf(root)).some(({ attempts }) =>
      attempts.some((attempt) => attempt.id === id),
    );
  }

  private forget(isGone: (one: Shown) => boolean): void {
    const gone = [...this.shown].filter(([, one]) => isGone(one));
    for (const [key] of gone) this.shown.delete(key);
    if (gone.length > 0) this.draw();
  }

  private draw(): void {
    const byFile = new Map<string, [Uri, Diagnostic[]]>();
    for (const [uri, diagnostic] of [...this.shown.values()].flatMap(({ entries }) => entries)) {
      const of = byFile.get(uri.toString()) ?? [uri, []];
      byFile.set(uri.toString(), of);
      of[1].push(diagnostic);
    }
    this.collection.clear();
    this.collection.set([...byFile.values()]);
    void setKey('hasProblems', this.shown.size > 0);
  }
}

const severities: Readonly<Record<Severity, DiagnosticSeverity>> = {
  error: DiagnosticSeverity.Error,
  warning: DiagnosticSeverity.Warning,
  note: DiagnosticSeverity.Information,
};

/** Converts a problem. `log`: URI of the line that reports it. */
function toDiagnostic(problem: ReportedProblem, build: Build, log: Uri | undefined): Diagnostic {
  const { severity, message, at, check } = problem;
  const diagnostic = new Diagnostic(rangeOf(problem), plainLines(message), severities[severity]);
  diagnostic.source = buildTitle(build);
  const value = check === undefined ? l10n.t('in GitLab') : plainText(check);
  if (build.webUrl !== undefined) diagnostic.code = { value, target: Uri.parse(build.webUrl, true) };
  if (log !== undefined) {
    const line = new Location(log, new Range(at, 0, at, 0));
    diagnostic.relatedInformation = [new DiagnosticRelatedInformation(line, l10n.t('in the log'))];
  }
  return diagnostic;
}

function plainLines(text: string): string {
  return text
    .split('\n')
    .map((line) => plainText(line))
    .join('\n');
}

/** Range for a problem: VS Code expands an empty range to the word; without a column, the line. */
function rangeOf({ line, column }: FoundProblem): Range {
  const [row, start] = [Math.max(0, line - 1), Math.max(0, (column ?? 1) - 1)];
  return new Range(row, start, row, column === undefined ? wholeLine : start);
}

const wholeLine = 1000;
