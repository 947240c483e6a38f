import type { Uri } from './basics';

/** What VS Code tells of editors' tabs, and what stands on them and beside them. */

export const LanguageStatusSeverity = { Information: 0, Warning: 1, Error: 2 } as const;

export class TabInputText {
  constructor(readonly uri: Uri) {}
}

export class TabInputTextDiff {
  constructor(
    readonly original: Uri,
    readonly modified: Uri,
  ) {}
}

export interface FakeTab {
  readonly input: unknown;
  /** The name on it: that of the file, unless it was opened with another. */
  label: string;
  readonly isPreview: boolean;
}

export const ViewColumn = { Active: -1 } as const;

export class FileDecoration {
  constructor(
    readonly badge?: string,
    readonly tooltip?: string,
    readonly color?: object,
  ) {}
}

export class FakeLanguageStatus {
  name = '';
  text = '';
  detail = '';
  busy = false;
  severity = 0;
  command: unknown;
  disposed = false;

  constructor(
    readonly id: string,
    readonly selector: unknown,
  ) {}

  dispose(): void {
    this.disposed = true;
  }
}
