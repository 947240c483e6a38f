import type { ArchiveFailureKind } from '../archiveErrors';

/**
 * Flaws that only exclude their entry, because it can't be written safely or on this disk. All others reject the
 * archive.
 */
const harmless = [
  'symlink',
  'special',
  'gitFolder',
  'collision',
  'method',
  'controlCharacter',
  'backslash',
  'reservedName',
  'trailingDot',
  'colon',
  'forbiddenCharacter',
  'longName',
  'longPath',
] as const satisfies readonly ArchiveFailureKind[];

export type LeftOutKind = (typeof harmless)[number];

/** A file or folder that wasn't written. For a folder, nothing below it was written either. */
export interface LeftOut {
  readonly kind: LeftOutKind;
  /** Path in the archive; must be sanitized before display. */
  readonly path: string;
}

export function isHarmless(kind: ArchiveFailureKind): kind is LeftOutKind {
  return harmless.some((one) => one === kind);
}

/** Entries that are left out, without duplicates; for a folder, only the folder itself. */
export class LeftOutList {
  private readonly byPath: Map<string, LeftOut>;

  constructor(found: readonly LeftOut[] = []) {
    this.byPath = new Map(found.map((one) => [one.path, one]));
  }

  add(kind: LeftOutKind, path: string): void {
    if (!this.byPath.has(path)) this.byPath.set(path, { kind, path });
  }

  list(): readonly LeftOut[] {
    return [...this.byPath.values()];
  }
}
