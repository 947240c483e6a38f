import {
  BranchCoverage,
  FileCoverage,
  l10n,
  Position,
  StatementCoverage,
  TestRunProfileKind,
  TestRunRequest,
  tests,
  TestTag,
  Uri,
  type Disposable,
  type TestController,
} from 'vscode';
import type { CoveredFile } from '../../core/artifacts/tests/coverage';
import { timeSlice } from '../../core/util/timeSlice';

/** A covered file that exists in the repository. */
export interface FoundCoverage {
  readonly file: string;
  readonly covered: Pick<CoveredFile, 'lines' | 'branches'>;
}

/** Coverage of a build's tests in VS Code's own way, until it is cleared or another build's is shown. */
export class CoverageView implements Disposable {
  private controller: TestController | undefined;

  /** Replaces what was shown before. */
  async show(title: string, files: readonly FoundCoverage[]): Promise<void> {
    this.dispose();
    const controller = tests.createTestController('gitlabBuilds.coverage', l10n.t('GitLab CI coverage'));
    this.controller = controller;
    // VS Code wants a profile. Its tag is on no test, so that no button offers to run anything.
    const tag = new TestTag('gitlabBuilds.coverage');
    const kind = TestRunProfileKind.Coverage;
    const profile = controller.createRunProfile(title, kind, () => undefined, false, tag);
    const details = new WeakMap<FileCoverage, readonly StatementCoverage[]>();
    profile.loadDetailedCoverage = (_, file) => Promise.resolve([...(details.get(file) ?? [])]);
    const run = controller.createTestRun(new TestRunRequest([], [], profile, false, true), title, false);
    const yieldIfDue = timeSlice();
    for (const { file, covered } of files) {
      const statements = await statementsOf(covered, yieldIfDue);
      const one = FileCoverage.fromDetails(Uri.file(file), statements);
      details.set(one, statements);
      run.addCoverage(one);
    }
    run.end();
  }

  dispose(): void {
    this.controller?.dispose();
    this.controller = undefined;
  }
}

async function statementsOf(
  { lines, branches }: FoundCoverage['covered'],
  yieldIfDue: () => Promise<void> | undefined,
): Promise<StatementCoverage[]> {
  const statements: StatementCoverage[] = [];
  for (const [line, hits] of lines) {
    const { covered = 0, total = 0 } = branches.get(line) ?? {};
    const each = Array.from({ length: Math.min(total, maxBranches) }, (_, at) => new BranchCoverage(at < covered));
    statements.push(new StatementCoverage(hits, new Position(line - 1, 0), each));
    const turn = yieldIfDue();
    if (turn !== undefined) await turn;
  }
  return statements;
}

/** Maximum number of branches of one line. */
const maxBranches = 100;
