import type { Uri } from './basics';
import type { Location } from './problems';
import type { Range } from './texts';

/** VS Code's Testing view, as far as the extension uses it. */

export const TestRunProfileKind = { Run: 1, Debug: 2, Coverage: 3 } as const;

export class StatementCoverage {
  constructor(
    readonly executed: number,
    readonly location: { readonly line: number },
    readonly branches: readonly BranchCoverage[] = [],
  ) {}
}

export class BranchCoverage {
  constructor(readonly executed: boolean) {}
}

export class FileCoverage {
  private constructor(
    readonly uri: Uri,
    readonly statements: readonly StatementCoverage[],
  ) {}

  static fromDetails(uri: Uri, statements: readonly StatementCoverage[]): FileCoverage {
    return new FileCoverage(uri, statements);
  }
}

export class TestTag {
  constructor(readonly id: string) {}
}

export class TestMessage {
  location?: Location;

  constructor(readonly message: string) {}
}

export class TestRunRequest {
  constructor(
    readonly include?: readonly FakeTestItem[],
    readonly exclude?: readonly FakeTestItem[],
    readonly profile?: FakeRunProfile,
    readonly continuous?: boolean,
    readonly preserveFocus = true,
  ) {}
}

export class FakeTestItems {
  readonly all = new Map<string, FakeTestItem>();

  constructor(private readonly parent: FakeTestItem | undefined) {}

  get size(): number {
    return this.all.size;
  }

  add(item: FakeTestItem): void {
    item.parent = this.parent;
    this.all.set(item.id, item);
  }
}

export class FakeTestItem {
  readonly children: FakeTestItems = new FakeTestItems(this);
  parent: FakeTestItem | undefined;
  description: string | undefined;
  sortText: string | undefined;
  error: string | undefined;
  range: Range | undefined;

  constructor(
    readonly id: string,
    readonly label: string,
    readonly uri: Uri | undefined,
  ) {}
}

export interface FakeRunProfile {
  readonly label: string;
  readonly kind: number;
  readonly tag: TestTag | undefined;
  loadDetailedCoverage?: (run: unknown, file: unknown, token: unknown) => Promise<readonly unknown[]>;
}

/** What happened to a test in a run. */
export interface FakeResult {
  readonly state: 'passed' | 'failed' | 'errored' | 'skipped';
  readonly message?: TestMessage | undefined;
  readonly ms?: number | undefined;
}

export class FakeTestRun {
  readonly results = new Map<FakeTestItem, FakeResult>();
  readonly outputs: (readonly [string, FakeTestItem | undefined])[] = [];
  readonly coverage: FileCoverage[] = [];
  ended = false;

  constructor(
    readonly request: TestRunRequest,
    readonly name: string | undefined,
    readonly persist: boolean,
  ) {}

  passed(item: FakeTestItem, ms?: number): void {
    this.results.set(item, { state: 'passed', ms });
  }

  skipped(item: FakeTestItem): void {
    this.results.set(item, { state: 'skipped' });
  }

  failed(item: FakeTestItem, message: TestMessage, ms?: number): void {
    this.results.set(item, { state: 'failed', message, ms });
  }

  errored(item: FakeTestItem, message: TestMessage, ms?: number): void {
    this.results.set(item, { state: 'errored', message, ms });
  }

  appendOutput(text: string, _: undefined, item?: FakeTestItem): void {
    this.outputs.push([text, item]);
  }

  addCoverage(file: FileCoverage): void {
    this.coverage.push(file);
  }

  end(): void {
    this.ended = true;
  }
}

export class FakeTestController {
  readonly items = new FakeTestItems(undefined);
  readonly profiles: FakeRunProfile[] = [];
  readonly runs: FakeTestRun[] = [];
  disposed = false;

  constructor(
    readonly id: string,
    readonly label: string,
  ) {}

  createTestItem(id: string, label: string, uri?: Uri): FakeTestItem {
    return new FakeTestItem(id, label, uri);
  }

  createRunProfile(label: string, kind: number, _: unknown, __?: boolean, tag?: TestTag): FakeRunProfile {
    const profile: FakeRunProfile = { label, kind, tag };
    this.profiles.push(profile);
    return profile;
  }

  createTestRun(request: TestRunRequest, name?: string, persist = true): FakeTestRun {
    const run = new FakeTestRun(request, name, persist);
    this.runs.push(run);
    return run;
  }

  dispose(): void {
    this.disposed = true;
  }
}

/** The Testing view as lines: marks, labels, descriptions. */
export function drawnTests({ items, runs }: FakeTestController): readonly string[] {
  const marks = { passed: '✓', failed: '✗', errored: '!', skipped: '-' };
  const lines = (of: FakeTestItems, indent: string): readonly string[] =>
    [...of.all.values()].flatMap((item) => {
      const state = runs.map(({ results }) => results.get(item)?.state).find((one) => one !== undefined);
      const mark = state === undefined ? '▸' : marks[state];
      const line = [`${indent}${mark} ${item.label}`, item.description, item.error].filter(
        (part) => part !== undefined,
      );
      return [line.join('  '), ...lines(item.children, `${indent}  `)];
    });
  return lines(items, '');
}
