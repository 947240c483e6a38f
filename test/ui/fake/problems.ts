import type { Uri } from './basics';
import type { Range } from './texts';

/** VS Code's Problems, as far as the extension uses them. */

export const DiagnosticSeverity = { Error: 0, Warning: 1, Information: 2, Hint: 3 } as const;

export class Location {
  constructor(
    readonly uri: Uri,
    readonly range: Range,
  ) {}
}

export class DiagnosticRelatedInformation {
  constructor(
    readonly location: Location,
    readonly message: string,
  ) {}
}

export class Diagnostic {
  source?: string;
  code?: { readonly value: string; readonly target: Uri };
  relatedInformation?: readonly DiagnosticRelatedInformation[];

  constructor(
    readonly range: Range,
    readonly message: string,
    readonly severity: number,
  ) {}
}

/** What one owner has put there. */
export class FakeDiagnosticCollection {
  readonly entries: (readonly [Uri, readonly Diagnostic[]])[] = [];
  disposed = false;

  constructor(readonly name: string) {}

  set(entries: readonly (readonly [Uri, readonly Diagnostic[]])[]): void {
    this.entries.push(...entries);
  }

  clear(): void {
    this.entries.splice(0);
  }

  dispose(): void {
    this.clear();
    this.disposed = true;
  }
}
